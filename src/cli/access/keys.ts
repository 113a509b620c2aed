import { openTenant, openTenantReader } from '../../core/database/handles.ts'
import { createClient } from '../../identity/programs/clients.ts'
import { type ApiKeyRow, createKey, listKeys, revokeKey } from '../../identity/programs/keys.ts'
import { type Scope, scopes } from '../../identity/roles.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { startOfDay } from '../../regions/runtime/calendar.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import { listDatabases } from '../../regions/versions/migrate.ts'
import { command, refuse } from '../command.ts'
import { asOption, operatorOf, orNothingYet, withPlatform } from '../configuration.ts'

const operatorAccess = (as: string | undefined) =>
  ({ kind: 'system', reason: 'keys', operator: operatorOf(as) }) as const

const where = {
  jurisdiction: { type: 'string', required: true, value: 'J', help: 'The jurisdiction' },
  region: {
    type: 'string',
    value: 'R',
    help: 'Region of the jurisdiction, if several regions have one of this name',
  },
  as: asOption,
} as const

export const createKeyCommand = command({
  name: 'keys create',
  summary: 'Create an API key for a jurisdiction, and print it once',
  options: {
    ...where,
    name: { type: 'string', value: 'N', help: 'Name of the key (default: "command line")' },
    scope: {
      type: 'string',
      value: 'S',
      help: 'report (default): send reports; read: see requests without contact details; work: also change requests; audit: read the audit log',
    },
    expires: {
      type: 'string',
      value: 'DATE',
      help: 'First day on which it is no longer valid, such as 2027-01-31',
    },
    client: { type: 'boolean', help: 'An OAuth 2.0 client, which exchanges its secret for access tokens' },
  },
  run: (terminal, { options }) =>
    withPlatform(terminal, async platform => {
      const { name = 'command line', jurisdiction } = options
      const scope = readScope(options.scope ?? 'report')
      const region = await regionOf(platform, jurisdiction, options.region)
      const expiresAt = await readExpiry(platform, region, jurisdiction, options.expires)
      const db = openTenant(platform, operatorAccess(options.as), region, jurisdiction)
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
  summary: 'List the API keys and clients of a jurisdiction: name, scope, last use',
  options: where,
  run: (terminal, { options: { jurisdiction, region: named, as } }) =>
    withPlatform(terminal, async platform => {
      const region = await regionOf(platform, jurisdiction, named)
      const rows = await listKeys(openTenantReader(platform, operatorAccess(as), region, jurisdiction))
      const now = platform.clock.now()
      return {
        ok: true,
        lines: rows.length === 0 ? ['No API keys yet.'] : rows.map(row => line(row, now)),
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
  summary: 'Revoke a key or client, at once',
  operands: ['ID'],
  options: where,
  run: (terminal, { options: { jurisdiction, region: named, as }, operands: [id = ''] }) =>
    withPlatform(terminal, async platform => {
      const region = await regionOf(platform, jurisdiction, named)
      const db = openTenant(platform, operatorAccess(as), region, jurisdiction)
      await revokeKey(db, id, platform.clock.now())
      return { ok: true, lines: [`Revoked ${id}.`], json: { region, jurisdiction, id } }
    }),
})

type ListedKey = Omit<ApiKeyRow, 'hash' | 'demo'>

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
  if (found === undefined) throw refuse(`--scope must be one of ${scopes.join(', ')}.`)
  return found
}

function dayOf(given: string, zone: string): number | undefined {
  try {
    return startOfDay(given, zone)
  } catch {
    return undefined
  }
}

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
    throw refuse(`--expires "${given}" is not a future day such as 2027-01-31.`)
  }
  return at
}

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
      `No jurisdiction "${jurisdiction}"${region ? ` in region ${region}` : ''} has been applied. Run countyline apply first.`,
    )
  }
  if (others.length > 0)
    throw refuse(
      `Several regions have a jurisdiction "${jurisdiction}". Add --region with one of ${regions.join(', ')}.`,
    )
  return found
}
