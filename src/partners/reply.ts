import { eq } from 'drizzle-orm'
import { openTenant, type TenantDb } from '../core/database/handles.ts'
import { verifyPayload } from '../core/encryption/signing.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/runtime/compile.ts'
import type { RequestRow } from '../requests/list/find.ts'
import { request } from '../requests/schema.ts'
import { REPLY } from './email.ts'
import type { PartnerStatus } from './events.ts'
import { applyPartnerUpdate } from './partner-update.ts'
import { type ForwardRow, forward, partnerUpdate } from './schema.ts'

export const partnerActions = [
  'acknowledged',
  'in_progress',
  'done',
  'reopened',
  'not-ours',
] as const satisfies readonly PartnerStatus[]
export type PartnerAction = (typeof partnerActions)[number]

export interface OpenReply {
  readonly db: TenantDb
  readonly forward: ForwardRow
  readonly request: RequestRow
  readonly actions: readonly PartnerAction[]
}

/** Throws the same `not-found` for a link that is forged, expired, of another region or no longer applicable. */
export async function openReply(platform: Platform, region: Region, token: string): Promise<OpenReply> {
  const [of, slug, id, until] = (await verifyPayload(platform, REPLY, token)) ?? []
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
      .from(partnerUpdate)
      .where(eq(partnerUpdate.forward, String(id))),
  ])
  const [found] = rows
  const { state } = found?.forward ?? {}
  if (found === undefined || (state !== 'sent' && state !== 'done')) throw problem('not-found')
  const spent = new Set(said.map(({ key }) => key))
  const isOffered = (action: PartnerAction) =>
    (action === 'reopened') === (state === 'done') && !spent.has(keyOf(action))
  return { db, ...found, actions: partnerActions.filter(isOffered) }
}

/** Throws `not-found` for an action that this link has already performed. */
export async function reply(
  platform: Platform,
  region: Region,
  { db, forward, actions }: OpenReply,
  action: PartnerAction,
  text: string,
): Promise<void> {
  if (!actions.includes(action)) throw problem('not-found')
  const update = { key: keyOf(action), partnerStatus: action, text }
  if (!(await applyPartnerUpdate(platform, db, region, forward, update))) throw problem('not-found')
}

function keyOf(action: PartnerAction): string {
  return `reply:${action}`
}
