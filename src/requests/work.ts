import type { Context } from 'hono'
import { openTenant, type TenantDb } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import { type PresentedKey, readKey, verifyKey } from '../people/keys.ts'
import { hasLeft } from '../regions/leaving.ts'
import type { Door } from '../regions/site.ts'

/** A jurisdiction's own program at work: its database, and the key that a change guards itself with. */
export interface Work {
  readonly db: TenantDb
  readonly key: PresentedKey
}

/**
 * The database of the key's own jurisdiction, by `Authorization: Bearer` of scope `work`. Throws `key-refused`, and
 * `jurisdiction-left` for a change in one that has left: its cases are frozen, and can only be read (S17).
 */
export async function openForWork(c: Context<Door>): Promise<Work> {
  const { region } = c.get('site')
  const bearer = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
  const key = await readKey(bearer, 'work')
  if (key === undefined || region.jurisdiction(key.jurisdiction) === undefined) throw problem('key-refused')
  const access = {
    kind: 'key',
    region: region.slug,
    jurisdiction: key.jurisdiction,
    keyId: key.id,
    scope: 'work',
  } as const
  const db = openTenant(c.get('platform'), access, region.slug, key.jurisdiction)
  await verifyKey(db, key)
  const isReading = c.req.method === 'GET' || c.req.method === 'HEAD'
  if (!isReading && hasLeft(region, key.jurisdiction, c.get('platform').clock.now())) throw frozen()
  return { db, key }
}

/** What a change in a jurisdiction that has left is refused with. */
export function frozen() {
  const detail =
    'It has left the platform: its cases can be read here and taken along, but no longer changed.'
  return problem('jurisdiction-left', { detail })
}
