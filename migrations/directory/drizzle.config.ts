import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./src/core/schema.ts', './src/regions/schema.ts'],
  out: './migrations/directory',
})
