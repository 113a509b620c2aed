import { inject } from 'vitest'
import { migrateDatabase } from '../../src/core/database/migrate.ts'
import { shippedMigrations } from '../../src/core/database/shipped.ts'
import { type Env, workersPlatform } from '../../src/platform/workers.ts'
import { setupContract } from '../contract/setup.ts'
import { runJobsOf } from '../support/empty-app.ts'
import { request, workerEnv } from './app.ts'

setupContract('in workerd', async () => {
  const { url, adminUrl } = inject('empty')
  const databases = { DATABASE_URL: url, DATABASE_ADMIN_URL: adminUrl }
  // Its messages would lead the worker of the other tests to databases that it does not have.
  const env = { ...workerEnv, ...databases, JOB_QUEUE: { send: async () => {} } } as unknown as Env
  const platform = workersPlatform(env)
  // As the command that deploys does.
  await migrateDatabase(platform, { kind: 'directory' }, shippedMigrations())
  return {
    platform,
    request: (path, init) => request(path, init, env),
    runJobs: () => runJobsOf(platform),
    close: async () => {},
  }
})
