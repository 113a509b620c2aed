import { openForJobs, openTenant, type TenantDb } from '../core/db.ts'
import { listJobs, retryJob } from '../core/jobs.ts'
import { listMessages, retryMessage } from '../handoffs/outbox.ts'
import { type DatabaseName, databaseLabel, type Platform } from '../platform/platform.ts'
import { listDatabases } from '../regions/migrate.ts'
import { command, refuse } from './command.ts'
import { count, orNothingYet, withPlatform } from './configuration.ts'

/** A job, or a message to another jurisdiction, as the operator sees it. A message's number begins with an m. */
interface Waiting {
  readonly database: string
  readonly id: string
  readonly kind: string
  /** Only of a message. */
  readonly receiver?: string
  readonly dueAt: number
  readonly attempts: number
  readonly parkedAt: number | null
  readonly lastError: string | null
}

export const jobs = command({
  name: 'jobs',
  summary: 'List the jobs and messages that wait, or give one that has given up new tries',
  options: {
    parked: { type: 'boolean', help: 'Only those that have given up' },
    retry: {
      type: 'string',
      value: 'ID',
      help: 'Give this job or message new tries, from now (with --database)',
    },
    database: { type: 'string', value: 'NAME', help: 'Only this database, such as lake-county--westport' },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const databases = await chosenDatabases(platform, options.database)
      if (options.retry !== undefined) return retry(platform, databases, options.retry, options.database)
      const found = await Promise.all(databases.map(name => waiting(platform, name, options.parked ?? false)))
      const all = found.flat()
      return { ok: true, lines: all.length === 0 ? ['No job waits.'] : all.map(line), json: all }
    }),
})

async function chosenDatabases(
  platform: Platform,
  label: string | undefined,
): Promise<readonly DatabaseName[]> {
  const databases = await orNothingYet(() => listDatabases(platform), [])
  const chosen = databases.filter(name => label === undefined || databaseLabel(name) === label)
  if (label !== undefined && chosen.length === 0) throw refuse(`There is no database "${label}".`)
  return chosen
}

async function waiting(platform: Platform, name: DatabaseName, parkedOnly: boolean): Promise<Waiting[]> {
  const database = databaseLabel(name)
  const jobs = await listJobs(openForJobs(platform, name), parkedOnly)
  const outbox = outboxOf(platform, name)
  const messages = outbox === undefined ? [] : await listMessages(outbox, parkedOnly)
  return [
    // Not the payload and the key: an operator has no need to know which requests they are about.
    ...jobs.map(({ id, kind, dueAt, attempts, parkedAt, lastError }) => {
      return { database, id: String(id), kind, dueAt, attempts, parkedAt, lastError }
    }),
    ...messages.map(({ seq, kind, receiver, dueAt, attempts, parkedAt, lastError }) => {
      return { database, id: `m${seq}`, kind, receiver, dueAt, attempts, parkedAt, lastError }
    }),
  ]
}

/** Only jurisdictions send messages. */
function outboxOf(platform: Platform, name: DatabaseName): TenantDb | undefined {
  if (name.kind !== 'tenant') return undefined
  return openTenant(platform, { kind: 'system', reason: 'jobs' }, name.region, name.slug)
}

async function retry(
  platform: Platform,
  databases: readonly DatabaseName[],
  id: string,
  label: string | undefined,
) {
  const [database] = databases
  if (label === undefined || database === undefined)
    throw refuse('Name the database of the job: --database NAME.')
  if (!/^m?\d{1,15}$/.test(id)) throw refuse(`--retry "${id}" is no job's or message's number.`)
  const now = platform.clock.now()
  const outbox = outboxOf(platform, database)
  const isMessage = id.startsWith('m')
  const found = isMessage
    ? outbox !== undefined && (await retryMessage(outbox, Number(id.slice(1)), now))
    : await retryJob(openForJobs(platform, database), Number(id), now)
  const what = isMessage ? 'message' : 'job'
  if (!found) throw refuse(`${label} has no ${what} ${id}.`)
  return {
    ok: true,
    lines: [`${isMessage ? 'Message' : 'Job'} ${id} of ${label} is due now.`],
    json: { database: label, id, retried: true },
  }
}

function line({ database, id, kind, receiver, dueAt, attempts, parkedAt, lastError }: Waiting): string {
  const what = receiver === undefined ? kind : `${kind} to ${receiver}`
  const state =
    parkedAt === null ? `due ${new Date(dueAt).toISOString()}` : `gave up ${new Date(parkedAt).toISOString()}`
  const tries = attempts > 0 ? `, ${count(attempts, 'try', 'tries')}` : ''
  return `${database} ${id} ${what}: ${state}${tries}${lastError === null ? '' : `: ${lastError}`}`
}
