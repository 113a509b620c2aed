import { and, desc, eq, sql } from 'drizzle-orm'
import type { TenantDb } from '../../core/database/handles.ts'
import { defineJob, RETRY_ALWAYS } from '../../core/database/jobs.ts'
import { translator } from '../../core/i18n.ts'
import { asProblem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { nextOpening } from '../../regions/runtime/calendar.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import { rightfulHolder } from '../../requests/case/custody.ts'
import { autoTransferKind } from '../../requests/events.ts'
import type { RequestRow } from '../../requests/list/find.ts'
import { heldAndOpen, request } from '../../requests/schema.ts'
import { triageSteps } from '../../requests/triage/reasons.ts'
import { explain } from '../../routing/explain.ts'
import { formatStep } from '../../routing/format.ts'
import type { Resolution } from '../../routing/types.ts'
import { type NewOffer, offer } from '../offers.ts'
import { handoff } from '../schema.ts'
import { agreementEndKind, agreementOf, endOf } from './agreement-end.ts'
import { onOfferUntil, returnTransferKind } from './pending.ts'

const DAY = 24 * 3_600_000

/** At once under a pre-accepted agreement, else as an offer (S1, S5, S6); triage if nobody can take it. */
export const autoTransferJob = defineJob(autoTransferKind, {
  retryPolicy: RETRY_ALWAYS,
  async tenant(platform, db, { request: id }) {
    const region = await currentRegion(platform, db.region)
    const row = await readOpen(db, id)
    if (row === undefined) return undefined
    const { resolution } = row
    const receiver = rightfulHolder(resolution, db.slug)
    if (receiver === undefined) return undefined
    const text = formatStep(translator(region.language), region.units, explain(resolution))
    return transferTo(platform, db, region, row, {
      ...termsFor(region, resolution, receiver),
      receiver,
      text,
    })
  },
})

/** Returns after-hours work when the accountable jurisdiction opens, unless the request is closed (S6). */
export const returnTransferJob = defineJob(returnTransferKind, {
  retryPolicy: RETRY_ALWAYS,
  async tenant(platform, db, { request: id }) {
    const region = await currentRegion(platform, db.region)
    const row = await readOpen(db, id)
    if (row === undefined) return undefined
    const [last] = await receivedUnder(db, eq(handoff.request, row.id))
    const agreement = agreementOf(region, last?.handoff.agreement ?? null)
    if (agreement?.performer !== db.slug) return undefined
    const { accountable, title } = agreement
    const now = platform.clock.now()
    const opens = nextOpening(region.calendar(accountable), now)
    if (opens > now) return opens
    return transferTo(platform, db, region, row, {
      receiver: accountable,
      reason: 'after-hours',
      agreement: agreement.id,
      text: translator(region.language)('handoff-back-at-opening', { agreement: title }),
    })
  },
})

/** Daily: returns requests still open under an agreement that has ended, if its run-off rule says so (S5). */
export const agreementEndJob = defineJob(agreementEndKind, {
  retryPolicy: RETRY_ALWAYS,
  async tenant(platform, db) {
    const region = await currentRegion(platform, db.region)
    const now = platform.clock.now()
    const rows = await receivedUnder(db, heldAndOpen)
    for (const { handoff: under, request: row } of rows) {
      const agreement = agreementOf(region, under.agreement)
      if (agreement === undefined || agreement.performer !== db.slug || agreement.runOff !== 'return')
        continue
      if (endOf(region, agreement) > now) continue
      await transferTo(platform, db, region, row, {
        receiver: agreement.accountable,
        reason: 'by-agreement',
        agreement: agreement.id,
        text: translator(region.language)('handoff-back-at-end', { agreement: agreement.title }),
      })
    }
    return rows.length === 0 ? undefined : now + DAY
  },
})

export type Terms = Pick<NewOffer, 'receiver' | 'reason' | 'text' | 'agreement' | 'under'>

/** Pre-accepted only if every agreement in the chain is. */
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

export interface TransferCause {
  /** By default the instant of receipt, which identifies each stay of a request with its holder. */
  readonly cause?: string | undefined
}

/** Once per cause. While the request is on offer elsewhere, returns when to try again. */
export async function transferTo(
  platform: Platform,
  db: TenantDb,
  region: Region,
  row: RequestRow,
  { cause = `${row.id}:${row.receivedAt}`, ...terms }: Terms & TransferCause,
): Promise<number | undefined> {
  const idempotencyKey = `${terms.receiver}:${cause}`
  const input = { request: row.id, version: row.version, kind: 'transfer', idempotencyKey, ...terms } as const
  try {
    await offer(platform, db, region, input)
  } catch (error) {
    const { slug } = asProblem(error)
    if (slug === 'invalid-fields') await db.commit(triageSteps(row.id, 'no-receiver', platform.clock.now()))
    // Another offer was first, or this one was made before.
    else if (slug === 'wrong-state' || slug === 'key-reused')
      return onOfferUntil(db, row.id, platform.clock.now())
    else throw error
  }
  return undefined
}

/** Undefined unless it is still open and held here. */
export async function readOpen(db: TenantDb, id: string): Promise<RequestRow | undefined> {
  const [row] = await db
    .select()
    .from(request)
    .where(and(eq(request.id, id), heldAndOpen))
  return row
}

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
