import { sql } from 'drizzle-orm'
import { openTenantReader } from '../core/database/handles.ts'
import type { JobHandler } from '../core/database/jobs.ts'
import { runDueJobs } from '../core/database/run-jobs.ts'
import { asProblem } from '../core/problem.ts'
import { refuseWithRealUsers } from '../identity/demo.ts'
import { type DatabaseName, databaseLabel, type Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { currentHosts, currentRegion } from '../regions/runtime/current.ts'
import { request } from '../requests/schema.ts'
import { seedDistricts } from './districts.ts'
import { storiesOf } from './stories.ts'

/**
 * Fills the empty regions of a demonstration with the reports of their documents, as if residents and staff had been
 * at work for months: every change by the app's own functions, at its own time. Never throws.
 */
export async function seedDemonstrations(platform: Platform, handlers: readonly JobHandler[]): Promise<void> {
  const regions = await currentHosts(platform).then(
    ({ regions }) => regions,
    () => [],
  )
  for (const slug of regions) {
    try {
      const region = await currentRegion(platform, slug)
      if (region.documents.demonstration === undefined) continue
      await refuseWithRealUsers(platform, region)
      await seedDistricts(platform, region)
      if (await isEmpty(platform, region)) await seed(platform, region, handlers)
    } catch (error) {
      platform.log('warn', 'demonstration-not-seeded', { region: slug, problem: asProblem(error).slug })
    }
  }
}

async function isEmpty(platform: Platform, region: Region): Promise<boolean> {
  const found = await Promise.all(
    region.documents.jurisdictions.map(({ slug }) =>
      openTenantReader(platform, { kind: 'system', reason: 'demo' }, region.slug, slug)
        .select({ one: sql`1` })
        .from(request)
        .limit(1),
    ),
  )
  return found.every(rows => rows.length === 0)
}

async function seed(platform: Platform, region: Region, handlers: readonly JobHandler[]): Promise<void> {
  const startedAt = platform.clock.now()
  const past = pastOf(platform, handlers)
  let failed = 0
  for (const { at, name, happens } of storiesOf(region, startedAt)) {
    past.setClock(at)
    try {
      await happens(past.platform)
    } catch (error) {
      failed++
      platform.log('warn', 'demonstration-step-failed', { step: name, problem: asProblem(error).slug })
    }
    await past.runJobs()
  }
  const reports = region.documents.demonstration?.reports.length ?? 0
  platform.log('info', 'demonstration-seeded', {
    region: region.slug,
    reports,
    failed,
    milliseconds: platform.clock.now() - startedAt,
  })
}

/** The same platform at another time. Its jobs are run here, so that what they write has that time too. */
function pastOf(platform: Platform, handlers: readonly JobHandler[]) {
  let now = 0
  const clock = { now: () => now }
  const due = new Map<string, DatabaseName>()
  const past: Platform = {
    ...platform,
    clock,
    mail: platform.mailbox?.mail(clock) ?? platform.mail,
    sms: platform.mailbox?.sms(clock) ?? platform.sms,
    notifyWorker: name => void due.set(databaseLabel(name), name),
  }
  return {
    platform: past,
    setClock(at: number) {
      now = at
    },
    async runJobs() {
      for (;;) {
        const [next] = due
        if (next === undefined) return
        due.delete(next[0])
        await runDueJobs(past, next[1], handlers)
      }
    },
  }
}
