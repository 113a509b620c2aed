import { eq } from 'drizzle-orm'
import { openTenant, type TenantDb } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import { readSigned } from '../core/signing.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import type { PartnerSaid } from '../requests/events.ts'
import type { RequestRow } from '../requests/find.ts'
import { request } from '../requests/schema.ts'
import { REPLY } from './letter.ts'
import { type ForwardRow, forward, partnerWord } from './schema.ts'
import { hearPartner } from './word.ts'

/** What a partner can say by the link in a letter, each once. */
export const partnerActs = [
  'acknowledged',
  'in_progress',
  'done',
  'not-ours',
] as const satisfies readonly PartnerSaid[]
export type PartnerAct = (typeof partnerActs)[number]

/** What a link leads to. */
export interface OpenReply {
  readonly db: TenantDb
  readonly forward: ForwardRow
  readonly request: RequestRow
  /** What has not been said yet. */
  readonly acts: readonly PartnerAct[]
}

/**
 * What a partner's link leads to. Throws the same `not-found` for a link that is forged, of another region, too old, or
 * spent.
 */
export async function openReply(platform: Platform, region: Region, token: string): Promise<OpenReply> {
  const [of, slug, id, until] = (await readSigned(platform, REPLY, token)) ?? []
  const isOpen = of === region.slug && typeof until === 'number' && platform.clock.now() < until
  if (!isOpen || region.jurisdiction(String(slug)) === undefined) throw problem('not-found')
  const db = openTenant(platform, { kind: 'system', reason: REPLY }, region.slug, String(slug))
  const [rows, said] = await db.together([
    db
      .select()
      .from(forward)
      .innerJoin(request, eq(request.id, forward.request))
      .where(eq(forward.id, String(id))),
    db
      .select()
      .from(partnerWord)
      .where(eq(partnerWord.forward, String(id))),
  ])
  const [found] = rows
  if (found?.forward.state !== 'sent') throw problem('not-found')
  const spent = new Set(said.map(({ word }) => word))
  return { db, ...found, acts: partnerActs.filter(act => !spent.has(keyOf(act))) }
}

/** Puts the act into effect, once. Throws `not-found` for one that this link has done before. */
export async function reply(
  platform: Platform,
  region: Region,
  { db, forward }: OpenReply,
  act: PartnerAct,
  text: string,
): Promise<void> {
  const word = { key: keyOf(act), said: act, text }
  if (!(await hearPartner(platform, db, region, forward, word))) throw problem('not-found')
}

function keyOf(act: PartnerAct): string {
  return `reply:${act}`
}
