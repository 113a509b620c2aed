import { env } from 'cloudflare:test'
import { inject } from 'vitest'
import { openForJobs } from '../../src/core/database/handles.ts'
import { listJobs } from '../../src/core/database/jobs.ts'
import { runDueJobs } from '../../src/core/database/run-jobs.ts'
import { jobHandlers } from '../../src/create-app.ts'
import type { DatabaseName } from '../../src/platform/platform.ts'
import { type Env, workersPlatform } from '../../src/platform/workers.ts'
import { currentRegion } from '../../src/regions/runtime/current.ts'
import { listDatabases } from '../../src/regions/versions/migrate.ts'
import worker from '../../src/worker.ts'
import { type ContractApp, contractApp } from '../contract/app.ts'

const HALF_LEASE = 15_000

/** The worker as deployed, in workerd, on the real libSQL server that `setup.ts` started. */
export const workerEnv = env as unknown as Env

export async function request(path: string, init?: RequestInit, env = workerEnv): Promise<Response> {
  const asked = new Request(new URL(path, 'http://localhost'), init)
  return (await worker.fetch(asked as never, env)) as unknown as Response
}

export async function startInWorkerd(env = workerEnv): Promise<ContractApp> {
  await request('/healthz', undefined, env)
  const platform = workersPlatform(env)
  /** How many jobs the worker started by the queue is running; not those that a stopped one has left. */
  const heldElsewhere = async (name: DatabaseName) => {
    const now = platform.clock.now()
    const jobs = await listJobs(openForJobs(platform, name))
    const held = jobs.filter(({ dueAt, leasedUntil }) => dueAt <= now && leasedUntil > now + HALF_LEASE)
    if (held.length > 0) await new Promise(resolve => setTimeout(resolve, 20))
    return held.length
  }
  return contractApp({
    request: (path, init) => request(path, init, env),
    region: await currentRegion(platform, 'ellery'),
    key: async (jurisdiction, scope) => inject('keys')[`${jurisdiction} ${scope}`] ?? '',
    async runJobs() {
      for (let done = 1; done > 0; ) {
        done = 0
        for (const name of await listDatabases(platform)) {
          done += (await runDueJobs(platform, name, jobHandlers)).done
          done += await heldElsewhere(name)
        }
      }
    },
  })
}
