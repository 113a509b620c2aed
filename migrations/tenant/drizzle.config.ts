import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: [
    './src/core/schema.ts',
    './src/requests/schema.ts',
    './src/people/schema.ts',
    './src/handoffs/schema.ts',
    './src/partners/schema.ts',
    './src/requests/follower-schema.ts',
    './src/notify/schema.ts',
    './src/audit/schema.ts',
  ],
  out: './migrations/tenant',
})
