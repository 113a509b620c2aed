import { runDueJobs } from '../../src/core/database/run-jobs.ts'
import { jobHandlers } from '../../src/create-app.ts'
import type { Platform } from '../../src/platform/platform.ts'
import { listDatabases } from '../../src/regions/versions/migrate.ts'

/** A deployment without regions, on any runtime. */
export interface EmptyApp {
  readonly platform: Platform
  request(path: string, init?: RequestInit): Promise<Response>
  /** Until none is due. */
  runJobs(): Promise<void>
  close(): Promise<void>
}

export async function runJobsOf(platform: Platform): Promise<void> {
  for (let done = 1; done > 0; ) {
    done = 0
    for (const name of await listDatabases(platform))
      done += (await runDueJobs(platform, name, jobHandlers)).done
  }
}
