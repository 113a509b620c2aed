import { eq, sql } from 'drizzle-orm'
import { guard, type Step, type TenantDb, violates } from '../core/db.ts'
import { asProblem, problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { transitions } from '../requests/change.ts'
import { news, type PartnerSaid, record } from '../requests/events.ts'
import type { RequestRow } from '../requests/find.ts'
import { type CloseReason, request, type Status } from '../requests/schema.ts'
import type { ForwardRow } from './partner-schema.ts'
import { withdrawOffersOf } from './withdraw.ts'

/** A partner's word on what was passed on to them, however it came. */
export interface PartnerWord {
  /** Names it: the same word heard again changes nothing. */
  readonly key: string
  readonly said: PartnerSaid
  /** Why it is done. */
  readonly reason?: CloseReason | undefined
  /** In their own words; public. */
  readonly text: string
}

const TRIES = 6

/**
 * Puts a partner's word into the log and moves the status by it; "not ours" brings the request back to triage. Once: false
 * for a word that was heard before, or about what is no longer with them.
 */
export async function hearPartner(
  platform: Platform,
  db: TenantDb,
  region: Region,
  row: ForwardRow,
  word: PartnerWord,
): Promise<boolean> {
  const at = platform.clock.now()
  for (let tries = 1; ; tries++) {
    const [held] = await db.select().from(request).where(eq(request.id, row.request))
    if (held === undefined) throw problem('not-found')
    try {
      await db.commit([
        sql`INSERT INTO partner_word (forward, word, at) VALUES (${row.id}, ${word.key}, ${at})`,
        guard(sql`EXISTS (SELECT 1 FROM forward WHERE id = ${row.id} AND state = 'sent')`, 'wrong-state'),
        guard(
          sql`EXISTS (SELECT 1 FROM request WHERE id = ${held.id} AND version = ${held.version})`,
          'changed-meanwhile',
        ),
        ...wordSteps(db, region, row, held, word, at),
        ...news(at),
      ])
      platform.wake({ kind: 'tenant', region: db.region, slug: db.slug })
      return true
    } catch (error) {
      const { slug } = asProblem(error)
      if (slug === 'wrong-state' || violates(error, 'partner_word.forward')) return false
      if (slug !== 'changed-meanwhile' || tries === TRIES) throw error
    }
  }
}

function wordSteps(
  db: TenantDb,
  region: Region,
  row: ForwardRow,
  held: RequestRow,
  { said, reason, text }: PartnerWord,
  at: number,
): Step[] {
  const to = statusAfter(held, said)
  const closeReason = to === 'closed' ? (reason ?? 'completed') : undefined
  const moved = to === undefined ? {} : { from: held.status, to, reason: closeReason }
  const event = { type: 'partner', partner: row.partner, name: row.name, said, text, ...moved } as const
  return [
    record(held.id, `partner:${row.partner}`, at, true, event),
    sql`UPDATE request SET updated_at = ${at}, version = version + 1 WHERE id = ${held.id}`,
    ...(to === undefined ? [] : [moveStep(held.id, to, closeReason ?? null, text, at)]),
    ...(to === 'closed' ? withdrawOffersOf(held.id, `partner:${row.partner}`, at) : []),
    ...(said === 'not-ours' ? returnSteps(db, region, row, held) : []),
    ...(said === 'done' ? [sql`UPDATE forward SET state = 'done' WHERE id = ${row.id}`] : []),
  ]
}

/** The status that their word leads to, if it may follow the present one, and if the request is still here. */
function statusAfter({ status, custody }: RequestRow, said: PartnerSaid): Status | undefined {
  const to = said === 'done' ? 'closed' : said === 'not-ours' || said === 'note' ? undefined : said
  const isNews = to !== undefined && custody === 'held' && status !== 'closed'
  return isNews && transitions[status].includes(to) ? to : undefined
}

/** A case of one share stands as its share does; with others, the roll-up says (case.ts). */
function moveStep(id: string, to: Status, reason: CloseReason | null, text: string, at: number): Step {
  return sql`UPDATE request SET case_status = CASE WHEN EXISTS (SELECT 1 FROM share WHERE share.case_id = request.case_id AND held)
      THEN case_status ELSE ${to} END, status = ${to}, close_reason = ${reason},
      status_notes = ${text || null}, closed_at = ${to === 'closed' ? at : null} WHERE id = ${id}`
}

/** Back with whoever passed it on, for a person to look at: never lost. */
function returnSteps(db: TenantDb, region: Region, row: ForwardRow, held: RequestRow): Step[] {
  const name = region.jurisdiction(db.slug)?.name ?? db.slug
  return [
    sql`UPDATE forward SET state = 'returned' WHERE id = ${row.id}`,
    sql`UPDATE request SET triage = 1, accountable = ${db.slug}, agency_responsible = ${name}, status_notes = NULL
      WHERE id = ${held.id} AND custody = 'held'`,
  ]
}
