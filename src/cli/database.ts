import { openTenant } from '../core/db.ts'
import { createKey } from '../people/keys.ts'
import { scopes } from '../people/roles.ts'
import { readMigrations } from '../platform/node/migrations.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { listDatabases, migrateAll } from '../regions/migrate.ts'
import { command, refuse } from './command.ts'
import { asOption, count, operatorOf, orNothingYet, withPlatform } from './configuration.ts'

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

export const createKeyCommand = command({
  name: 'keys create',
  summary: 'Make a GeoReport api_key for a jurisdiction, and print it this once',
  options: {
    jurisdiction: { type: 'string', required: true, value: 'J', help: 'The jurisdiction' },
    region: { type: 'string', value: 'R', help: 'Its region, where several have one of that name' },
    as: asOption,
    name: { type: 'string', value: 'N', help: 'Whose key it is (default: "command line")' },
    scope: {
      type: 'string',
      value: 'S',
      help: 'report (default): file requests; read: see them; work: also change them; audit: who did and saw what',
    },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const { name = 'command line', jurisdiction } = options
      const scope = scopes.find(known => known === (options.scope ?? 'report'))
      if (scope === undefined) throw refuse(`--scope is one of ${scopes.join(', ')}.`)
      const region = await regionOf(platform, jurisdiction, options.region)
      const access = { kind: 'system', reason: 'keys', operator: operatorOf(options.as) } as const
      const db = openTenant(platform, access, region, jurisdiction)
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
