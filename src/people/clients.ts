import { sql } from 'drizzle-orm'
import type { WorkAccess } from '../core/access.ts'
import { openTenantReader, type TenantDb } from '../core/db.ts'
import { shortSha256 } from '../core/digest.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { addSecret, inForce, type NewKey } from './keys.ts'
import { rightsOfScope, type Scope, scopes } from './roles.ts'
import { apiKey } from './schema.ts'

/*
 * OAuth 2.0 clients: programs of a jurisdiction that buy short access tokens with a secret, instead of sending a key each
 * time. `client_<jurisdiction>_<id>` names whose it is, so that no central table is asked.
 */

export interface Client {
  readonly clientId: string
  readonly jurisdiction: string
  readonly id: string
  /** The most that a token of it may be for. */
  readonly scope: Scope
  readonly expiresAt: number | null
}

/** Makes a client and answers its secret: the only time that it can be read. Throws `not-allowed`. */
export async function createClient(
  platform: Platform,
  db: TenantDb,
  wish: NewKey,
): Promise<{ id: string; clientId: string; secret: string }> {
  const { id, secret } = await addSecret(platform, db, 'client', wish)
  return { id, clientId: clientIdOf(db.slug, id), secret }
}

/** What a client calls itself. */
export function clientIdOf(jurisdiction: string, id: string): string {
  return `client_${jurisdiction}_${id}`
}

/** The parts of a client's name; undefined for what is none. */
export function readClientId(text: string): { jurisdiction: string; id: string } | undefined {
  const [, jurisdiction, id] = /^client_([a-z0-9-]{1,48})_([0-9A-Z]{10})$/.exec(text) ?? []
  return jurisdiction === undefined || id === undefined ? undefined : { jurisdiction, id }
}

/** The client that knows this secret, in one read. Undefined for an unknown, wrong, revoked or expired one, alike. */
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
    .where(
      sql`id = ${id} AND hash = ${shortSha256(secret)} AND kind = 'client' AND ${inForce(platform.clock.now())}`,
    )
  return row && { clientId, jurisdiction, id, ...row }
}

/** What a client's token opens, as long as the jurisdiction's database knows the client as valid. */
export function clientAccess(
  region: string,
  { jurisdiction, id }: { readonly jurisdiction: string; readonly id: string },
  granted: readonly Scope[],
  now: number,
): WorkAccess {
  const holds = sql`EXISTS (SELECT 1 FROM ${apiKey} WHERE id = ${id} AND kind = 'client' AND ${inForce(now)})`
  return {
    kind: 'work',
    region,
    jurisdiction,
    actor: `client:${id}`,
    permits: granted.map(scope => ({ rights: rightsOfScope[scope], services: undefined })),
    proof: [{ holds, otherwise: 'key-refused' }],
  }
}

/**
 * The scopes that a token may have, out of those wished for (RFC 6749 § 3.3): all that the client has when none is named.
 * Undefined when any of them is unknown or more than the client has.
 */
export function grantScopes({ scope }: Client, wish: string): readonly Scope[] | undefined {
  const named = [...new Set(wish.split(' '))].filter(name => name !== '')
  if (named.length === 0) return [scope]
  const wished = scopes.filter(known => named.includes(known))
  const isWithin = wished.every(each =>
    rightsOfScope[each].every(right => rightsOfScope[scope].includes(right)),
  )
  return wished.length === named.length && isWithin ? wished : undefined
}
