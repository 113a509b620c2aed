import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./src/core/database/schema.ts', './src/places/index/places-schema.ts'],
  out: './migrations/places',
})
