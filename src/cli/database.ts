import { openDirectory } from '../core/database/handles.ts'
import { newest } from '../core/database/migrate.ts'
import { asProblem } from '../core/problem.ts'
import { readMigrations } from '../platform/node/databases/migrations.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { type DatabaseName, databaseLabel } from '../platform/platform.ts'
import { database } from '../regions/directory-schema.ts'
import { type MigrationFailure, migrateAll, nameOf } from '../regions/versions/migrate.ts'
import { neededDatabases } from '../regions/versions/pending.ts'
import { command, refuse, type Terminal } from './command.ts'
import { count, hasDatabases, loadRegions, withPlatform } from './configuration.ts'

export const migrate = command({
  name: 'migrate',
  summary: 'Migrate every database to the newest schema; can be interrupted and run again',
  options: {},
  run: terminal =>
    withPlatform(terminal, async platform => {
      const done: string[] = []
      const { migrated, failed } = await migrateAll(platform, readMigrations(), label => done.push(label))
      return {
        ok: failed.length === 0,
        lines: [
          ...done.map(label => `migrated ${label}`),
          ...failed.map(failureLine),
          `${count(migrated, 'database')} migrated, ${failed.length} failed`,
        ],
        json: { migrated: done, failed },
      }
    }),
})

const chosenRegion = {
  type: 'string',
  value: 'R',
  help: 'Only this region (default: all in TENANTS_DIR)',
} as const

/** `unknown`: the directory cannot be read. */
type State = 'ready' | 'behind' | 'not made' | 'unknown'

interface Wanted {
  readonly name: DatabaseName
  readonly state: State
}

export const listDatabasesCommand = command({
  name: 'databases list',
  summary: 'List the databases that the documents need: name, address and state',
  options: { region: chosenRegion },
  run: async (terminal, { options }) => {
    const isThere = hasDatabases(terminal)
    return withPlatform(terminal, async platform => {
      const names = await neededNames(terminal, options.region)
      const ledger = isThere ? await readLedger(platform).catch(() => undefined) : []
      const listed = names
        .map(name => ({ name, state: stateOf(ledger, name) }))
        .map(({ name, state }) => ({ name: databaseLabel(name), url: platform.databases.urlOf(name), state }))
      return {
        ok: true,
        lines: listed.map(({ name, url, state }) => `${name}\t${url}\t${state}`),
        json: listed,
      }
    })
  },
})

export const createDatabasesCommand = command({
  name: 'databases create',
  summary: 'Create the databases that the documents need and are not there; apply fills them',
  options: { region: chosenRegion },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const [directory, ...others] = await neededNames(terminal, options.region)
      if (directory !== undefined) await platform.databases.create(directory)
      const ledger = await readLedger(platform)
      const missing: Wanted[] = others
        .map(name => ({ name, state: stateOf(ledger, name) }))
        .filter(({ state }) => state === 'not made')
      const failed: { database: string; error: string }[] = []
      let done = 0
      for (const { name } of missing) {
        try {
          await platform.databases.create(name)
          done++
          terminal.err(`${done} of ${missing.length}: ${databaseLabel(name)}\n`)
        } catch (error) {
          const { detail, title, slug } = asProblem(error)
          failed.push({ database: databaseLabel(name), error: detail ?? title })
          // What the operator must mend first fails for every other too.
          if (slug === 'not-configured') break
        }
      }
      return {
        ok: failed.length === 0,
        lines: [
          ...failed.map(({ database, error }) => `failed ${database}: ${error}`),
          `${count(done, 'database')} there, ${count(others.length - missing.length, 'other')} in use before, ${failed.length} failed`,
        ],
        json: { created: done, failed },
      }
    }),
})

async function neededNames(terminal: Terminal, chosen: string | undefined): Promise<readonly DatabaseName[]> {
  const regions = await loadRegions(terminal, chosen)
  const refused = regions.find(({ documents }) => documents === undefined)
  if (refused) throw refuse(`The documents of ${refused.region} have errors. Run "countyline validate".`)
  return [
    { kind: 'directory' },
    ...regions.flatMap(({ region, documents }): DatabaseName[] =>
      documents === undefined ? [] : [{ kind: 'region', region }, ...neededDatabases(region, documents)],
    ),
  ]
}

function stateOf(ledger: Ledger | undefined, name: DatabaseName): State {
  if (ledger === undefined) return 'unknown'
  const known = ledger.find(({ label }) => label === databaseLabel(name))
  if (known === undefined || known.migratedTo === '') return 'not made'
  return known.migratedTo === newest(readMigrations(), name.kind) ? 'ready' : 'behind'
}

type Ledger = readonly { readonly label: string; readonly migratedTo: string }[]

// Of a directory that may have no tables yet.
async function readLedger(platform: NodePlatform): Promise<Ledger> {
  const client = platform.databases.client({ kind: 'directory' })
  const { rows } = await client.execute(
    `SELECT count(*) AS is_there FROM sqlite_master WHERE type = 'table' AND name = 'database'`,
  )
  if (rows[0]?.is_there === 0) return []
  const own = await client.execute('SELECT name FROM migration ORDER BY name DESC LIMIT 1')
  const listed = await openDirectory(platform).select().from(database)
  const isNewest = own.rows[0]?.name === readMigrations().directory.at(-1)?.name
  return [
    { label: 'directory', migratedTo: isNewest ? newest(readMigrations(), 'directory') : 'older' },
    ...listed.map(row => ({ label: databaseLabel(nameOf(row)), migratedTo: row.migratedTo })),
  ]
}

function failureLine({ database, migration, error }: MigrationFailure): string {
  return `failed ${database}${migration === undefined ? '' : `, migrations/${migration}`}: ${error}`
}
