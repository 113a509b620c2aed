import { and, desc, eq, sql } from 'drizzle-orm'
import { openTenant, type TenantDb } from '../core/db.ts'
import { translator } from '../core/i18n.ts'
import type { JobHandler } from '../core/jobs.ts'
import { asProblem } from '../core/problem.ts'
import type { DatabaseName, Platform } from '../platform/platform.ts'
import { nextOpening } from '../regions/calendar.ts'
import type { Region } from '../regions/compile.ts'
import { currentRegion } from '../regions/current.ts'
import { rightfulHolder } from '../requests/custody.ts'
import { HAND_ON } from '../requests/events.ts'
import type { RequestRow } from '../requests/find.ts'
import { request } from '../requests/schema.ts'
import { explain } from '../routing/explain.ts'
import { sayStep } from '../routing/say.ts'
import type { Resolution } from '../routing/types.ts'
import { type NewOffer, offer } from './offers.ts'
import { handoff } from './schema.ts'
import { agreementOf, endOf, RUN_OFF } from './standing.ts'
import { HAND_BACK, onOfferUntil } from './waiting.ts'

/** Days between looks at what is still open under an agreement. */
const DAY = 24 * 3_600_000

/**
 * A request that its keeper should not work on goes on by itself (S1, S5, S6): at once under a standing agreement that
 * has accepted it beforehand, else as an offer. Where nobody can take it, it waits for a person's judgment.
 */
export const handOnJob: JobHandler = {
  kind: HAND_ON,
  async run(platform, database, payload) {
    const { db, region } = await open(platform, database, HAND_ON)
    const row = await readOpen(db, payload)
    if (row === undefined) return undefined
    const resolution = JSON.parse(row.resolution) as Resolution
    const receiver = rightfulHolder(resolution, db.slug)
    if (receiver === undefined) return undefined
    const text = sayStep(translator(region.language), explain(resolution))
    return passOn(platform, db, region, row, { ...termsFor(region, resolution, receiver), receiver, text })
  },
}

/** What the county did for a closed city goes back when the city opens (S6), unless it is done. */
export const handBackJob: JobHandler = {
  kind: HAND_BACK,
  async run(platform, database, payload) {
    const { db, region } = await open(platform, database, HAND_BACK)
    const row = await readOpen(db, payload)
    if (row === undefined) return undefined
    const [last] = await receivedUnder(db, eq(handoff.request, row.id))
    const agreement = agreementOf(region, last?.handoff.agreement ?? null)
    if (agreement?.performer !== db.slug) return undefined
    const { accountable, id, title } = agreement
    const now = platform.clock.now()
    const opens = nextOpening(region.calendar(accountable), now)
    if (opens > now) return opens
    return passOn(platform, db, region, row, {
      receiver: accountable,
      reason: 'after-hours',
      agreement: id,
      text: translator(region.language)('handoff-back-at-opening', { agreement: title }),
    })
  },
}

/** Each day: what is open under an agreement that has ended, where its run-off rule says that it returns (S5). */
export const runOffJob: JobHandler = {
  kind: RUN_OFF,
  async run(platform, database) {
    const { db, region } = await open(platform, database, RUN_OFF)
    const now = platform.clock.now()
    const rows = await receivedUnder(db, sql`${request.custody} = 'held' AND ${request.status} <> 'closed'`)
    for (const { handoff: under, request: row } of rows) {
      const agreement = agreementOf(region, under.agreement)
      if (agreement === undefined || agreement.performer !== db.slug || agreement.runOff !== 'return')
        continue
      if (endOf(region, agreement) > now) continue
      await passOn(platform, db, region, row, {
        receiver: agreement.accountable,
        reason: 'by-agreement',
        agreement: agreement.id,
        text: translator(region.language)('handoff-back-at-end', { agreement: agreement.title }),
      })
    }
    return rows.length === 0 ? undefined : now + DAY
  },
}

/** To whom, why, and under which agreement something goes on. */
export type Terms = Pick<NewOffer, 'receiver' | 'reason' | 'text' | 'agreement' | 'under'>

/** Why it goes there, and whether the receiver has accepted beforehand: every agreement on the way must have. */
export function termsFor(
  region: Region,
  resolution: Resolution,
  receiver: string,
): Pick<Terms, 'reason' | 'agreement' | 'under'> {
  if (resolution.accountable.id === receiver) {
    return { reason: resolution.basis.startsWith('asset:') ? 'not-our-asset' : 'outside-our-limits' }
  }
  const chain = resolution.agreements.flatMap(id => agreementOf(region, id) ?? [])
  const id = chain.at(-1)?.id
  const isStanding = chain.every(({ preAccepted }) => preAccepted === true)
  return { reason: 'by-agreement', ...(id !== undefined && (isStanding ? { agreement: id } : { under: id })) }
}

/** Passes a request on, once for each cause. While it is on offer to somebody else that waits: answers when to look again. */
export async function passOn(
  platform: Platform,
  db: TenantDb,
  region: Region,
  row: RequestRow,
  terms: Terms,
  // A request comes to a body at one instant only once.
  cause = `${row.id}:${row.receivedAt}`,
): Promise<number | undefined> {
  const idempotencyKey = `${terms.receiver}:${cause}`
  const wish = { request: row.id, version: row.version, kind: 'transfer', idempotencyKey, ...terms } as const
  try {
    await offer(platform, db, region, wish)
  } catch (error) {
    const { slug } = asProblem(error)
    if (slug === 'invalid-fields')
      await db.update(request).set({ triage: true }).where(eq(request.id, row.id))
    // Somebody was faster, or it was done before.
    else if (slug === 'wrong-state' || slug === 'key-reused')
      return onOfferUntil(db, row.id, platform.clock.now())
    else throw error
  }
  return undefined
}

export async function open(platform: Platform, database: DatabaseName, reason: string) {
  if (database.kind !== 'tenant') throw new Error(`${reason} is a jurisdiction's work`)
  const db = openTenant(platform, { kind: 'system', reason }, database.region, database.slug)
  return { db, region: await currentRegion(platform, database.region) }
}

/** The request that a job is about, if it is still held here and open. */
export async function readOpen(db: TenantDb, payload: unknown): Promise<RequestRow | undefined> {
  const { request: id } = payload as { request: string }
  const [row] = await db
    .select()
    .from(request)
    .where(and(eq(request.id, id), eq(request.custody, 'held'), sql`status <> 'closed'`))
  return row
}

/** By which agreement a request came here, the latest coming first. */
function receivedUnder(db: TenantDb, condition: ReturnType<typeof sql>) {
  return db
    .select({ handoff, request })
    .from(handoff)
    .innerJoin(request, eq(request.id, handoff.request))
    .where(
      and(
        eq(handoff.side, 'receiver'),
        eq(handoff.state, 'granted'),
        sql`${handoff.agreement} IS NOT NULL`,
        condition,
      ),
    )
    .orderBy(desc(handoff.offeredAt))
}
