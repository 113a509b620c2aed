import { env } from 'cloudflare:test'
import { inject } from 'vitest'
import { jobHandlers } from '../../src/app.ts'
import { runDueJobs } from '../../src/core/jobs.ts'
import { type Env, workersPlatform } from '../../src/platform/workers.ts'
import { currentRegion } from '../../src/regions/current.ts'
import { listDatabases } from '../../src/regions/migrate.ts'
import worker from '../../src/worker.ts'
import { type ContractApp, contractApp } from '../contract/app.ts'

/** The worker as deployed, in workerd, on the real libSQL server that `setup.ts` started. */
export const workerEnv = env as unknown as Env

export async function request(path: string, init?: RequestInit, env = workerEnv): Promise<Response> {
  const asked = new Request(new URL(path, 'http://localhost'), init)
  return (await worker.fetch(asked as never, env)) as unknown as Response
}

export async function startInWorkerd(env = workerEnv): Promise<ContractApp> {
  await request('/healthz', undefined, env)
  const platform = workersPlatform(env)
  return contractApp({
    request: (path, init) => request(path, init, env),
    region: await currentRegion(platform, 'ellery'),
    key: async (jurisdiction, scope) => inject('keys')[`${jurisdiction} ${scope}`] ?? '',
    async runJobs() {
      for (let done = 1; done > 0; ) {
        done = 0
        for (const name of await listDatabases(platform))
          done += (await runDueJobs(platform, name, jobHandlers)).done
      }
    },
  })
}
