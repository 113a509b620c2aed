import { openForJobs, openTenant, type TenantDb } from '../core/database/handles.ts'
import { listJobs, retryJob, retryParkedJobs } from '../core/database/jobs.ts'
import { asProblem } from '../core/problem.ts'
import { courierJob } from '../handoffs/courier/courier.ts'
import {
  listMessages,
  readMessageRow,
  retryMessage,
  retryParkedMessages,
} from '../handoffs/courier/outbox.ts'
import { decideSettlement } from '../handoffs/courier/settle.ts'
import type { Settlement } from '../handoffs/schema.ts'
import { type DatabaseName, databaseLabel, type Platform } from '../platform/platform.ts'
import { listDatabases } from '../regions/versions/migrate.ts'
import { command, refuse } from './command.ts'
import { asOption, count, operatorOf, orNothingYet, withPlatform } from './configuration.ts'

interface Waiting {
  readonly database: string
  readonly id: string
  readonly kind: string
  readonly receiver?: string
  readonly dueAt: number
  readonly attempts: number
  readonly parkedAt: number | null
  readonly lastError: string | null
  /** Messages only: the operator's decision, not carried out yet. */
  readonly settlement?: Settlement | null
}

export const jobs = command({
  name: 'jobs',
  summary: 'List waiting jobs and messages, retry one, or settle a message that cannot be delivered',
  options: {
    parked: { type: 'boolean', help: 'Only those that have stopped retrying. Exit code 1 if there are any' },
    retry: {
      type: 'string',
      value: 'ID',
      bare: true,
      help: 'Retry this job or message now (with --database), or everything parked (with --all)',
    },
    all: { type: 'boolean', help: 'With --retry: every parked job and message, in --database or everywhere' },
    return: {
      type: 'string',
      value: 'ID',
      help: 'Cancel the transfer in this message: its sender gets the request back (with --database)',
    },
    skip: {
      type: 'string',
      value: 'ID',
      help: 'Drop this message, if it does not transfer a request (with --database)',
    },
    database: { type: 'string', value: 'NAME', help: 'Only this database, such as lake-county--westport' },
    as: asOption,
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const databases = await chosenDatabases(platform, options.database)
      const ids = [options.retry, options.return, options.skip].filter(id => id !== undefined)
      if (ids.length > 1) throw refuse('Choose only one of --retry, --return and --skip.')
      const [id] = ids
      if ((id === true) !== (options.all ?? false)) throw refuse('Use --retry ID, or --retry --all.')
      if (id === true) return retryAll(platform, databases)
      if (id !== undefined) {
        const [database] = databases
        if (options.database === undefined || database === undefined)
          throw refuse('Add the database of the job: --database NAME.')
        if (options.retry !== undefined) return retry(platform, database, id)
        const settlement = options.return === undefined ? 'skip' : 'return'
        return settle(platform, database, id, settlement, operatorOf(options.as))
      }
      const found = await Promise.all(databases.map(name => waiting(platform, name, options.parked ?? false)))
      const all = found.flat()
      const lines = all.length === 0 ? ['No jobs are waiting.'] : all.map(line)
      return { ok: !options.parked || all.length === 0, lines, json: all }
    }),
})

async function chosenDatabases(
  platform: Platform,
  label: string | undefined,
): Promise<readonly DatabaseName[]> {
  const databases = await orNothingYet(() => listDatabases(platform), [])
  const chosen = databases.filter(name => label === undefined || databaseLabel(name) === label)
  if (label !== undefined && chosen.length === 0) throw refuse(`Database "${label}" not found.`)
  return chosen
}

async function waiting(platform: Platform, name: DatabaseName, parkedOnly: boolean): Promise<Waiting[]> {
  const database = databaseLabel(name)
  const jobs = await listJobs(openForJobs(platform, name), parkedOnly)
  const outbox = outboxOf(platform, name)
  const messages = outbox === undefined ? [] : await listMessages(outbox, parkedOnly)
  return [
    // Without payload and key: an operator has no need to know which requests they concern.
    ...jobs.map(({ id, kind, dueAt, attempts, parkedAt, lastError }) => {
      return { database, id: String(id), kind, dueAt, attempts, parkedAt, lastError }
    }),
    ...messages.map(({ seq, kind, receiver, dueAt, attempts, parkedAt, lastError, settlement }) => {
      return { database, id: `m${seq}`, kind, receiver, dueAt, attempts, parkedAt, lastError, settlement }
    }),
  ]
}

function outboxOf(platform: Platform, name: DatabaseName): TenantDb | undefined {
  if (name.kind !== 'tenant') return undefined
  return openTenant(platform, { kind: 'system', reason: 'jobs' }, name.region, name.slug)
}

async function retry(platform: Platform, database: DatabaseName, id: string) {
  if (!/^m?\d{1,15}$/.test(id)) throw refuse(`--retry "${id}" is not the number of a job or message.`)
  const label = databaseLabel(database)
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

async function retryAll(platform: Platform, databases: readonly DatabaseName[]) {
  const now = platform.clock.now()
  const retried = await Promise.all(
    databases.map(async name => {
      const outbox = outboxOf(platform, name)
      const jobs = await retryParkedJobs(openForJobs(platform, name), now)
      const messages = outbox === undefined ? 0 : await retryParkedMessages(outbox, now)
      return { database: databaseLabel(name), jobs, messages }
    }),
  )
  const some = retried.filter(({ jobs, messages }) => jobs + messages > 0)
  const lines = some.map(
    ({ database, jobs, messages }) =>
      `Due now in ${database}: ${count(jobs, 'job', 'jobs')}, ${count(messages, 'message', 'messages')}.`,
  )
  return { ok: true, lines: some.length === 0 ? ['Nothing is parked.'] : lines, json: some }
}

async function settle(
  platform: Platform,
  database: DatabaseName,
  id: string,
  settlement: Settlement,
  operator: string,
) {
  if (!/^m\d{1,15}$/.test(id)) throw refuse(`--${settlement} "${id}" is not the number of a message.`)
  const label = databaseLabel(database)
  const outbox = outboxOf(platform, database)
  const seq = Number(id.slice(1))
  const now = platform.clock.now()
  const by = `operator:${operator}`
  if (outbox === undefined || !(await decideSettlement(outbox, seq, settlement, by, now))) {
    const kind = settlement === 'return' ? 'that transfers a request' : 'that does not transfer a request'
    throw refuse(`${label} has no parked message ${id} ${kind}.`)
  }
  await courierJob.run(platform, database, {}).catch(error => {
    if (asProblem(error).slug !== 'database-unavailable') throw error
  })
  const row = await readMessageRow(outbox, seq)
  const isDone = row?.deliveredAt != null
  const wasApplied = isDone && row.settlement === null
  const text = wasApplied
    ? 'has already been applied. Nothing was changed.'
    : !isDone
      ? `will be settled when ${row?.receiver} can be reached. Nothing has been changed yet.`
      : settlement === 'return'
        ? `is settled: ${outbox.slug} holds the request again. ${row.receiver} will not get it through this message.`
        : `is settled: it will not be delivered to ${row.receiver}.`
  return {
    ok: true,
    lines: [`Message ${id} of ${label} ${text}`],
    json: { database: label, id, settlement, done: isDone, applied: wasApplied },
  }
}

function line(waiting: Waiting): string {
  const { database, id, kind, receiver, dueAt, attempts, parkedAt, lastError, settlement } = waiting
  const what = receiver === undefined ? kind : `${kind} to ${receiver}`
  const state =
    parkedAt === null ? `due ${new Date(dueAt).toISOString()}` : `parked ${new Date(parkedAt).toISOString()}`
  const tries = attempts > 0 ? `, ${count(attempts, 'try', 'tries')}` : ''
  const decided = settlement == null ? '' : `, to be settled (${settlement})`
  return `${database} ${id} ${what}: ${state}${decided}${tries}${lastError === null ? '' : `: ${lastError}`}`
}
