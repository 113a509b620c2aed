import { sql } from 'drizzle-orm'
import { buildInfo } from '../../core/build-info.ts'
import { databaseGauge, heartbeat } from '../../core/database/directory-schema.ts'
import { openDirectory, openForJobs } from '../../core/database/handles.ts'
import { type DatabaseName, databaseLabel, type Platform } from '../../platform/platform.ts'
import { database } from '../../regions/directory-schema.ts'
import {
  type Check,
  each,
  type Finding,
  fault,
  named,
  ok,
  type Progress,
  reasonOf,
  warning,
} from './examine.ts'

const AT_ONCE = 16
// A request to a Worker may make only so many of its own.
const MAX_ASKED_BY_WORKER = 200
const MINUTE = 60_000

/** Each of them: it answers, is the one it should be, and has the newest schema. */
export const databases: Check = {
  name: 'databases',
  within: 3 * MINUTE,
  async run(platform, onProgress) {
    const rows = await openDirectory(platform).select().from(database)
    const behind = rows.filter(({ kind, migratedTo }) => migratedTo !== buildInfo.schemas[kind])
    const quarantined = platform.databases.quarantined?.() ?? []
    const names = rows.filter(({ migratedTo }) => migratedTo !== '').map(nameOf)
    const asked = platform.runtime === 'workers' ? names.slice(0, MAX_ASKED_BY_WORKER) : names
    const { failures, notAsked } = await unusable(platform, asked, onProgress)
    const findings: Finding[] = [
      ...quarantined.map(({ database, reason }) =>
        fault(
          `${database} is in quarantine: ${reason}.`,
          'Restore its file, then run `countyline databases release`.',
        ),
      ),
      ...failures
        .slice(0, AT_ONCE)
        .map(({ label, reason }) =>
          fault(
            `${label} cannot be used: ${reason}`,
            'Start its server or restore it; its token must open it.',
          ),
        ),
    ]
    if (failures.length > AT_ONCE) {
      const others = failures.slice(AT_ONCE).map(({ label }) => label)
      findings.push(fault(`Nor can these: ${named(others)}.`, 'See above.'))
    }
    if (notAsked > 0) {
      const what = `${notAsked} others were not asked: ${STOP_AFTER} in a row did not answer.`
      findings.push(fault(what, 'See above, and run this again.'))
    }
    if (behind.length > 0) {
      const labels = behind.map(row => databaseLabel(nameOf(row)))
      findings.push(
        fault(
          `${behind.length} databases do not have the schema of this version: ${named(labels)}.`,
          'Run `countyline migrate`; it names what it cannot migrate.',
        ),
      )
    }
    if (findings.length > 0) return findings
    const rest = names.length - asked.length
    const left =
      rest > 0 ? ` ${rest} others were not asked: that is more than one request to a Worker may.` : ''
    return [ok(`${asked.length} databases answer and have the newest schema.${left}`)]
  },
}

function nameOf({ kind, region, slug }: typeof database.$inferSelect): DatabaseName {
  return kind === 'tenant' ? { kind, region, slug } : { kind, region }
}

interface Failure {
  readonly label: string
  readonly reason: string
}

// By then it is their server.
const STOP_AFTER = 64
// A database is left alone for two seconds after a call that was not answered.
const PAUSE_MILLISECONDS = 2_500

/** A few that failed on a server are asked once more: among thousands, a call can be slow by chance. */
async function unusable(
  platform: Platform,
  names: readonly DatabaseName[],
  onProgress: Progress,
): Promise<{ readonly failures: readonly Failure[]; readonly notAsked: number }> {
  const failed: DatabaseName[] = []
  let failures: Failure[] = []
  let [done, inARow] = [0, 0]
  await each(names, AT_ONCE, async name => {
    if (inARow >= STOP_AFTER) return
    const failure = await failureOf(platform, name)
    inARow = failure === undefined ? 0 : inARow + 1
    if (failure !== undefined) {
      failed.push(name)
      failures.push(failure)
    }
    onProgress(++done, names.length)
  })
  const isRemote = platform.databases.quarantined === undefined
  if (isRemote && failed.length > 0 && failed.length < STOP_AFTER) {
    await new Promise(resolve => setTimeout(resolve, PAUSE_MILLISECONDS))
    const again = await each(failed, AT_ONCE, name => failureOf(platform, name))
    failures = again.filter(failure => failure !== undefined)
  }
  return { failures, notAsked: names.length - done }
}

async function failureOf(platform: Platform, name: DatabaseName): Promise<Failure | undefined> {
  try {
    await openForJobs(platform, name).rows(sql`SELECT 1`)
    return undefined
  } catch (error) {
    return { label: databaseLabel(name), reason: reasonOf(error) }
  }
}

/** What the job runner last found in all databases. */
export const work: Check = {
  name: 'jobs and messages',
  async run(platform) {
    const rows = await openDirectory(platform).select().from(databaseGauge)
    const having = (name: string) => rows.filter(row => row.name === name).map(row => row.database)
    const parked = having('countyline_jobs parked')
    const stuck = having('countyline_undelivered_messages parked')
    const dueAt = Math.min(
      ...rows
        .filter(({ name }) => name === 'countyline_oldest_due_job_age_seconds')
        .map(({ value }) => value),
    )
    const late = platform.clock.now() - dueAt
    const findings: Finding[] = []
    if (parked.length > 0) {
      findings.push(
        fault(`Jobs have been given up in ${named(parked)}.`, 'Run `countyline jobs --parked`: it says why.'),
      )
    }
    if (stuck.length > 0) {
      const mend = 'Settle them: docs/operate.md, "Parked messages".'
      findings.push(fault(`Messages between jurisdictions cannot be delivered from ${named(stuck)}.`, mend))
    }
    if (late > LATE_MILLISECONDS) {
      const what = `The oldest due job has waited for ${Math.round(late / MINUTE)} minutes.`
      findings.push(warning(what, 'Look whether the server or the queue runs jobs, and what they log.'))
    }
    return findings.length > 0 ? findings : [ok('Nothing has been given up, and nothing waits too long.')]
  },
}

const LATE_MILLISECONDS = 30 * MINUTE
// A Node server goes round every minute, the cron of Workers every fifteen.
const SILENT_MILLISECONDS = 40 * MINUTE

export const recurring: Check = {
  name: 'recurring work',
  async run(platform) {
    const runs = await openDirectory(platform).select().from(heartbeat)
    const rounds = runs.filter(({ name }) => name === 'jobs' || name === 'cron')
    if (rounds.length === 0) {
      return [
        warning(
          'No server and no cron has gone round the databases yet.',
          'Start the server, or check the cron trigger, and wait for a quarter of an hour.',
        ),
      ]
    }
    const now = platform.clock.now()
    const ago = ({ name, at }: { name: string; at: number }) =>
      `${name} ${Math.max(0, Math.round((now - at) / MINUTE))} minutes ago`
    const what = `Last seen: ${runs.map(ago).join(', ')}.`
    const isSilent = rounds.every(({ at }) => now - at > SILENT_MILLISECONDS)
    if (isSilent) {
      return [fault(what, 'Start the server; on Workers, look at the cron trigger and its errors.')]
    }
    return [ok(what)]
  },
}
