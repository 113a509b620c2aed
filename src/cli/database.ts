import { openForJobs, openTenant } from '../core/db.ts'
import { listJobs, retryJob } from '../core/jobs.ts'
import { createKey } from '../people/keys.ts'
import { readMigrations } from '../platform/node/migrations.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { type DatabaseName, databaseLabel } from '../platform/platform.ts'
import { listDatabases, migrateAll } from '../regions/migrate.ts'
import { command, refuse } from './command.ts'
import { count, orNothingYet, withPlatform } from './configuration.ts'

export const migrate = command({
  name: 'migrate',
  summary: 'Bring every database to the newest schema; may be stopped and run again',
  options: {},
  run: terminal =>
    withPlatform(terminal, async platform => {
      const done: string[] = []
      const { migrated, failed } = await migrateAll(platform, readMigrations(), label => done.push(label))
      return {
        ok: failed.length === 0,
        lines: [
          ...done.map(label => `migrated ${label}`),
          ...failed.map(({ database, error }) => `failed ${database}: ${error}`),
          `${count(migrated, 'database')} migrated, ${failed.length} failed`,
        ],
        json: { migrated: done, failed },
      }
    }),
})

export const jobs = command({
  name: 'jobs',
  summary: 'List the jobs that wait, or give one that has given up new tries',
  options: {
    parked: { type: 'boolean', help: 'Only those that have given up' },
    retry: { type: 'string', value: 'ID', help: 'Give this job new tries, from now (with --database)' },
    database: { type: 'string', value: 'NAME', help: 'Only this database, such as lake-county--westport' },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const databases = await chosenDatabases(platform, options.database)
      if (options.retry !== undefined) return retry(platform, databases, options.retry, options.database)
      const found = await Promise.all(
        databases.map(async name => {
          const listed = await listJobs(openForJobs(platform, name), options.parked ?? false)
          return listed.map(job => ({ database: databaseLabel(name), ...job }))
        }),
      )
      const all = found.flat()
      return { ok: true, lines: all.length === 0 ? ['No job waits.'] : all.map(jobLine), json: all }
    }),
})

async function chosenDatabases(
  platform: NodePlatform,
  label: string | undefined,
): Promise<readonly DatabaseName[]> {
  const databases = await orNothingYet(() => listDatabases(platform), [])
  const chosen = databases.filter(name => label === undefined || databaseLabel(name) === label)
  if (label !== undefined && chosen.length === 0) throw refuse(`There is no database "${label}".`)
  return chosen
}

async function retry(
  platform: NodePlatform,
  databases: readonly DatabaseName[],
  id: string,
  label: string | undefined,
) {
  const [database] = databases
  if (label === undefined || database === undefined)
    throw refuse('Name the database of the job: --database NAME.')
  if (!/^\d{1,15}$/.test(id)) throw refuse(`--retry "${id}" is no job's number.`)
  const found = await retryJob(openForJobs(platform, database), Number(id), platform.clock.now())
  if (!found) throw refuse(`${label} has no job ${id}.`)
  return {
    ok: true,
    lines: [`Job ${id} of ${label} is due now.`],
    json: { database: label, id: Number(id), retried: true },
  }
}

interface Listed {
  readonly database: string
  readonly id: number
  readonly kind: string
  readonly dueAt: number
  readonly attempts: number
  readonly parkedAt: number | null
  readonly lastError: string | null
}

function jobLine({ database, id, kind, dueAt, attempts, parkedAt, lastError }: Listed): string {
  const state =
    parkedAt === null ? `due ${new Date(dueAt).toISOString()}` : `gave up ${new Date(parkedAt).toISOString()}`
  const tries = attempts > 0 ? `, ${count(attempts, 'try', 'tries')}` : ''
  return `${database} ${id} ${kind}: ${state}${tries}${lastError === null ? '' : `: ${lastError}`}`
}

export const createKeyCommand = command({
  name: 'keys create',
  summary: 'Make a GeoReport api_key for a jurisdiction, and print it this once',
  options: {
    jurisdiction: { type: 'string', required: true, value: 'J', help: 'The jurisdiction' },
    region: { type: 'string', value: 'R', help: 'Its region, where several have one of that name' },
    name: { type: 'string', value: 'N', help: 'Whose key it is (default: "command line")' },
    scope: {
      type: 'string',
      value: 'S',
      help: 'report (default): file requests; work: also see and change them',
    },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const { scope = 'report', name = 'command line', jurisdiction } = options
      if (scope !== 'report' && scope !== 'work') throw refuse('--scope is report or work.')
      const region = await regionOf(platform, jurisdiction, options.region)
      const db = openTenant(platform, { kind: 'system', reason: 'keys' }, region, jurisdiction)
      const { id, key } = await createKey(platform, db, name, scope)
      return { ok: true, lines: [key], json: { region, jurisdiction, id, scope, api_key: key } }
    }),
})

async function regionOf(
  platform: NodePlatform,
  jurisdiction: string,
  region: string | undefined,
): Promise<string> {
  const databases = await orNothingYet(() => listDatabases(platform), [])
  const regions = databases.flatMap(name =>
    name.kind === 'tenant' && name.slug === jurisdiction ? [name.region] : [],
  )
  const [found, ...others] = region === undefined ? regions : regions.filter(slug => slug === region)
  if (found === undefined) {
    throw refuse(
      `No jurisdiction "${jurisdiction}"${region ? ` of ${region}` : ''} has been applied. Run countyline apply first.`,
    )
  }
  if (others.length > 0)
    throw refuse(
      `Several regions have a jurisdiction "${jurisdiction}": name one of ${regions.join(', ')} with --region.`,
    )
  return found
}
