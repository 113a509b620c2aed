import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: [
    './src/core/schema.ts',
    './src/regions/region-schema.ts',
    './src/requests/region-schema.ts',
    './src/people/region-schema.ts',
    './src/audit/region-schema.ts',
  ],
  out: './migrations/region',
})
