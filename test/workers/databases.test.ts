import { expect, it } from 'vitest'
import { openForJobs } from '../../src/core/database/handles.ts'
import { listJobs } from '../../src/core/database/jobs.ts'
import { runDueJobs } from '../../src/core/database/run-jobs.ts'
import { shippedMigrations } from '../../src/core/database/shipped.ts'
import { jobHandlers } from '../../src/create-app.ts'
import { workersPlatform } from '../../src/platform/workers.ts'
import { continueApply, requestApply, storedSnapshot } from '../../src/regions/versions/apply.ts'
import { applyProgress } from '../../src/regions/versions/pending.ts'
import { lakeDocuments, lakeFiles } from '../support/lake.ts'
import { request, workerEnv } from './app.ts'

/* A region that nobody has heard of before is made in workerd, whose worker may ask sqld to make databases. */

const region = 'born-here'
const documents = () =>
  lakeDocuments(
    lakeFiles({
      'region.yaml': (lakeFiles().get('region.yaml') ?? '').replace('lake.example', 'born.example'),
    }),
  )

it('a worker makes the databases of a new region, in parts that may be cut short, and serves it', async () => {
  const platform = workersPlatform(workerEnv)
  const migrations = shippedMigrations()
  await requestApply(platform, migrations, region, documents(), { by: 'page' })
  // Killed: the first part makes two of four.
  const first = await continueApply(platform, migrations, region, {
    until: Number.POSITIVE_INFINITY,
    limit: 2,
  })
  expect(first.applied).toBeUndefined()
  expect(await applyProgress(platform, migrations, region)).toMatchObject({ needed: 4, ready: 2, failed: [] })
  expect(await storedSnapshot(platform, region)).toBeUndefined()
  const name = { kind: 'region', region } as const
  await expect
    .poll(async () => {
      await runDueJobs(platform, name, jobHandlers)
      return (await listJobs(openForJobs(platform, name))).some(({ kind }) => kind === 'apply-configuration')
    })
    .toBe(false)
  expect(await storedSnapshot(platform, region)).toMatchObject({ version: 1 })
  expect(await applyProgress(platform, migrations, region)).toBeUndefined()
  const answer = await request(`/r/${region}/api/v1/services`, undefined, { ...workerEnv })
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('pothole')])
})
