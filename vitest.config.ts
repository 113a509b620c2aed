import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import './scripts/build-info.ts'
import { freePort } from './test/support/sqld.ts'

// The worker's bindings are fixed before its libSQL server starts, so the port is chosen here.
const sqldPort = await freePort()
const sqldAdminPort = await freePort()

export default defineConfig({
  test: {
    silent: 'passed-only',
    // Past it, vitest would end without an error.
    teardownTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/*.test.ts', 'test/*.test.tsx'],
          globalSetup: ['test/support/statements/check.ts'],
          setupFiles: ['test/support/own-machine.ts', 'test/support/statements/record.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                DATABASE_URL: `http://127.0.0.1:${sqldPort}`,
                DATABASE_ADMIN_URL: `http://127.0.0.1:${sqldAdminPort}`,
                DATABASE_ADMIN_TOKEN: 'admin-key-of-the-tests',
                SIGNING_KEY: 'a signing key of the tests, of at least 32 characters',
                MASTER_KEY: 'a master key of the tests, of at least 32 characters',
                // Every test comes from one address.
                RATE_LIMITS: 'off',
                // A busy machine is not a database that does not answer.
                DATABASE_TIMEOUT: '20',
              },
            },
          }),
        ],
        test: {
          name: 'workers',
          // They share one libSQL server, and each file's worker takes whatever jobs are due in it.
          fileParallelism: false,
          include: ['test/workers/*.test.ts'],
          globalSetup: ['test/workers/setup.ts'],
          provide: { sqldPort, sqldAdminPort },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
          setupFiles: ['test/support/own-machine.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
