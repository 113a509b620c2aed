import { sql } from 'drizzle-orm'
import type { WorkAccess } from '../../core/access.ts'
import { openTenantReader, type TenantDb } from '../../core/database/handles.ts'
import { shortSha256 } from '../../core/encryption/digest.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { rightsOfScope, type Scope, scopes } from '../roles.ts'
import { apiKey } from '../schema.ts'
import { addSecret, inForce, type NewKey } from './keys.ts'
import { isValid } from './known-programs.ts'

// Clients exchange a secret for short-lived access tokens. `client_<jurisdiction>_<id>` names the owner, so
// no central table is needed.

export interface Client {
  readonly clientId: string
  readonly jurisdiction: string
  readonly id: string
  readonly scope: Scope
  readonly expiresAt: number | null
}

/** The secret cannot be read again. Throws `not-allowed`. */
export async function createClient(
  platform: Platform,
  db: TenantDb,
  input: NewKey,
): Promise<{ id: string; clientId: string; secret: string }> {
  const { id, secret } = await addSecret(platform, db, 'client', input)
  return { id, clientId: clientIdOf(db.slug, id), secret }
}

export function clientIdOf(jurisdiction: string, id: string): string {
  return `client_${jurisdiction}_${id}`
}

export function readClientId(text: string): { jurisdiction: string; id: string } | undefined {
  const [, jurisdiction, id] = /^client_([a-z0-9-]{1,48})_([0-9A-Z]{10})$/.exec(text) ?? []
  return jurisdiction === undefined || id === undefined ? undefined : { jurisdiction, id }
}

/** In one read. Undefined alike for an unknown, revoked or expired client and for a wrong secret. */
export async function findClient(
  platform: Platform,
  region: Region,
  clientId: string,
  secret: string,
): Promise<Client | undefined> {
  const named = readClientId(clientId)
  if (named === undefined || region.jurisdiction(named.jurisdiction) === undefined) return undefined
  const { jurisdiction, id } = named
  const access = { kind: 'system', reason: 'clients' } as const
  const [row] = await openTenantReader(platform, access, region.slug, jurisdiction)
    .select({ scope: apiKey.scope, expiresAt: apiKey.expiresAt })
    .from(apiKey)
    .where(sql`id = ${id} AND hash = ${shortSha256(secret)} AND kind = 'client' AND ${inForce(platform)}`)
  return row && { clientId, jurisdiction, id, ...row }
}

/** From the cache in `known-programs.ts`, for callers who have guessed too often. */
export async function isClient(
  platform: Platform,
  region: Region,
  clientId: string,
  secret: string,
): Promise<boolean> {
  const named = readClientId(clientId)
  if (named === undefined || region.jurisdiction(named.jurisdiction) === undefined) return false
  return isValid(platform, region.slug, { ...named, kind: 'client', hash: shortSha256(secret) })
}

export function clientAccess(
  platform: Platform,
  region: string,
  { jurisdiction, id }: { readonly jurisdiction: string; readonly id: string },
  granted: readonly Scope[],
): WorkAccess {
  const holds = sql`EXISTS (SELECT 1 FROM ${apiKey} WHERE id = ${id} AND kind = 'client' AND ${inForce(platform)})`
  return {
    kind: 'work',
    region,
    jurisdiction,
    actor: `client:${id}`,
    permits: granted.map(scope => ({ rights: rightsOfScope[scope], services: undefined })),
    proof: [{ holds, otherwise: 'key-refused' }],
  }
}

/** RFC 6749 § 3.3. Undefined if a requested scope is unknown or exceeds the client's. */
export function grantScopes({ scope }: Client, input: string): readonly Scope[] | undefined {
  const named = [...new Set(input.split(' '))].filter(name => name !== '')
  if (named.length === 0) return [scope]
  const requested = scopes.filter(known => named.includes(known))
  const isWithin = requested.every(each =>
    rightsOfScope[each].every(right => rightsOfScope[scope].includes(right)),
  )
  return requested.length === named.length && isWithin ? requested : undefined
}
