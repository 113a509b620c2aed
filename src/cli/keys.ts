import { openTenant, openTenantReader } from '../core/db.ts'
import { createClient } from '../people/clients.ts'
import { type ApiKeyRow, createKey, listKeys, revokeKey } from '../people/keys.ts'
import { type Scope, scopes } from '../people/roles.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { startOfDay } from '../regions/calendar.ts'
import { currentRegion } from '../regions/current.ts'
import { listDatabases } from '../regions/migrate.ts'
import { command, refuse } from './command.ts'
import { asOption, operatorOf, orNothingYet, withPlatform } from './configuration.ts'

/** The platform's operator, at the command line. */
const asked = (as: string | undefined) =>
  ({ kind: 'system', reason: 'keys', operator: operatorOf(as) }) as const

const where = {
  jurisdiction: { type: 'string', required: true, value: 'J', help: 'The jurisdiction' },
  region: { type: 'string', value: 'R', help: 'Its region, where several have one of that name' },
  as: asOption,
} as const

export const createKeyCommand = command({
  name: 'keys create',
  summary: 'Make a key for a jurisdiction’s program, and print it this once',
  options: {
    ...where,
    name: { type: 'string', value: 'N', help: 'Whose key it is (default: "command line")' },
    scope: {
      type: 'string',
      value: 'S',
      help: 'report (default): file requests; read: see them, without who reported; work: also change them; audit: who did and saw what',
    },
    expires: {
      type: 'string',
      value: 'DATE',
      help: 'First day on which it is no longer good, such as 2027-01-31',
    },
    client: { type: 'boolean', help: 'An OAuth 2.0 client, whose secret buys access tokens' },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const { name = 'command line', jurisdiction } = options
      const scope = readScope(options.scope ?? 'report')
      const region = await regionOf(platform, jurisdiction, options.region)
      const expiresAt = await readExpiry(platform, region, jurisdiction, options.expires)
      const db = openTenant(platform, asked(options.as), region, jurisdiction)
      const made = { region, jurisdiction, scope, expires_at: iso(expiresAt) }
      if (options.client !== true) {
        const { id, key } = await createKey(platform, db, name, scope, expiresAt)
        return { ok: true, lines: [key], json: { ...made, id, api_key: key } }
      }
      const { id, clientId, secret } = await createClient(platform, db, { name, scope, expiresAt })
      return {
        ok: true,
        lines: [`client_id      ${clientId}`, `client_secret  ${secret}`],
        json: { ...made, id, client_id: clientId, client_secret: secret },
      }
    }),
})

export const listKeysCommand = command({
  name: 'keys list',
  summary: 'The keys and clients that a jurisdiction has made: whose, what for, last used',
  options: where,
  run: (terminal, { options: { jurisdiction, region: named, as } }) =>
    withPlatform(terminal, async platform => {
      const region = await regionOf(platform, jurisdiction, named)
      const rows = await listKeys(openTenantReader(platform, asked(as), region, jurisdiction))
      const now = platform.clock.now()
      return {
        ok: true,
        lines: rows.length === 0 ? ['There is no key yet.'] : rows.map(row => line(row, now)),
        json: rows.map(row => ({
          id: row.id,
          kind: row.kind,
          scope: row.scope,
          name: row.name,
          state: stateOf(row, now),
          created_by: row.createdBy,
          created_at: iso(row.createdAt),
          expires_at: iso(row.expiresAt),
          last_used_at: iso(row.lastUsedAt),
          revoked_at: iso(row.revokedAt),
        })),
      }
    }),
})

export const revokeKeyCommand = command({
  name: 'keys revoke',
  summary: 'Take a key or client back, at once',
  operands: ['ID'],
  options: where,
  run: (terminal, { options: { jurisdiction, region: named, as }, operands: [id = ''] }) =>
    withPlatform(terminal, async platform => {
      const region = await regionOf(platform, jurisdiction, named)
      const db = openTenant(platform, asked(as), region, jurisdiction)
      await revokeKey(db, id, platform.clock.now())
      return { ok: true, lines: [`revoked ${id}`], json: { region, jurisdiction, id } }
    }),
})

type ListedKey = Omit<ApiKeyRow, 'hash'>

function stateOf({ revokedAt, expiresAt }: ListedKey, now: number): 'good' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'good'
}

function line(row: ListedKey, now: number): string {
  const { id, kind, scope, name, lastUsedAt } = row
  const used = lastUsedAt === null ? 'never used' : `last used ${iso(lastUsedAt)?.slice(0, 13)}h UTC`
  return [id, kind.padEnd(6), scope.padEnd(6), stateOf(row, now).padEnd(7), used.padEnd(28), name].join('  ')
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

function readScope(given: string): Scope {
  const found = scopes.find(scope => scope === given)
  if (found === undefined) throw refuse(`--scope is one of ${scopes.join(', ')}.`)
  return found
}

function dayOf(given: string, zone: string): number | undefined {
  try {
    return startOfDay(given, zone)
  } catch {
    return undefined
  }
}

/** The beginning of that day where the jurisdiction is. */
async function readExpiry(
  platform: NodePlatform,
  region: string,
  jurisdiction: string,
  given: string | undefined,
): Promise<number | null> {
  if (given === undefined) return null
  const { documents } = await currentRegion(platform, region)
  const own = documents.jurisdictions.find(({ slug }) => slug === jurisdiction)
  const at = dayOf(given, own?.timezone ?? documents.region.timezone)
  if (at === undefined || at <= platform.clock.now()) {
    throw refuse(`--expires "${given}" is no day to come, written as 2027-01-31.`)
  }
  return at
}

/** The region of a jurisdiction that has been applied. */
export async function regionOf(
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
