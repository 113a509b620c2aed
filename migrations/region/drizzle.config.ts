import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./src/core/database/schema.ts', './src/**/region-schema.ts'],
  out: './migrations/region',
})
