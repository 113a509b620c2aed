import { eq, sql } from 'drizzle-orm'
import type { TenantDb, TenantReader } from '../../core/database/handles.ts'
import type { HandoffRow } from '../find.ts'
import { eraseOfferContent } from '../messages/offer-content.ts'
import { handoff } from '../schema.ts'

// What one jurisdiction's database has forgotten, by what another's knows.

const PAGE = 500

export interface LostGrant {
  /** As the receiver has it. */
  readonly row: HandoffRow
  readonly to: string
  /** When it arrived there. */
  readonly at: number
}

export interface LostArrival {
  readonly sender: string
  readonly id: string
  readonly caseId: string
  readonly kind: string
  readonly createdAt: number
  /** An offer that has ended at its sender. */
  readonly isOver: boolean
}

/** For each jurisdiction those that it has exchanged messages with, as either of the two remembers. */
export async function partnersOf(all: readonly TenantReader[]): Promise<Map<string, Set<string>>> {
  const known = new Map(all.map(({ slug }) => [slug, new Set<string>()] as const))
  for (const db of all) {
    const rows = await db.rows<{ other: string }>(
      sql`SELECT receiver AS other FROM message UNION SELECT sender FROM inbox`,
    )
    for (const { other } of rows) {
      if (other === db.slug) continue
      known.get(db.slug)?.add(other)
      known.get(other)?.add(db.slug)
    }
  }
  return known
}

/** Custody and shares that `other` received from `db`, whose outbox does not have them. */
export async function grantsLostBy(db: TenantReader, other: TenantReader): Promise<LostGrant[]> {
  const lost: LostGrant[] = []
  for (let after = ''; ; ) {
    const page = await other.rows<{ message: string; at: number }>(
      sql`SELECT message, at FROM inbox WHERE sender = ${db.slug} AND message > ${after} AND NOT settled
        AND message LIKE '%:grant' ORDER BY message LIMIT ${PAGE}`,
    )
    const unknown = await db.rows<{ id: string }>(
      sql`SELECT value AS id FROM json_each(${JSON.stringify(page.map(({ message }) => message))})
        WHERE value NOT IN (SELECT id FROM message)`,
    )
    for (const { id } of unknown) {
      const [row] = await other
        .select()
        .from(handoff)
        .where(sql`${handoff.id} = ${id.replace(/:grant$/, '')} AND side = 'receiver' AND state = 'granted'`)
      const at = page.find(({ message }) => message === id)?.at ?? 0
      if (row !== undefined) lost.push({ row, to: other.slug, at })
    }
    if (page.length < PAGE) return lost
    after = page.at(-1)?.message ?? after
  }
}

/** Messages of `other` that `db` had received, and whose inbox does not have them. */
export async function arrivalsLostBy(db: TenantReader, other: TenantReader): Promise<LostArrival[]> {
  const lost: LostArrival[] = []
  for (let after = 0; ; ) {
    const page = await other.rows<Omit<LostArrival, 'sender' | 'isOver'> & { seq: number; isOver: number }>(
      sql`SELECT seq, id, case_id AS "caseId", kind, created_at AS "createdAt",
          kind IN ('offer', 'appeal') AND EXISTS (SELECT 1 FROM handoff WHERE handoff.id || ':' || message.kind = message.id
            AND side = 'sender' AND state NOT IN ('offered', 'accepted', 'appealed')) AS "isOver"
        FROM message WHERE receiver = ${db.slug} AND delivered_at IS NOT NULL AND settlement IS NULL AND seq > ${after}
        ORDER BY seq LIMIT ${PAGE}`,
    )
    const unknown = await db.rows<{ id: string }>(
      sql`SELECT value AS id FROM json_each(${JSON.stringify(page.map(({ id }) => id))})
        WHERE value NOT IN (SELECT message FROM inbox WHERE sender = ${other.slug})`,
    )
    const ids = new Set(unknown.map(({ id }) => id))
    for (const { seq: _, isOver, ...arrival } of page)
      if (ids.has(arrival.id)) lost.push({ ...arrival, isOver: isOver === 1, sender: other.slug })
    if (page.length < PAGE) return lost
    after = page.at(-1)?.seq ?? after
  }
}

/** Ends offers of `sender` that are open here and not there. Returns how many. */
export async function endStaleOffers(sender: TenantReader, db: TenantDb): Promise<number> {
  const open = sql`side <> 'sender' AND sender = ${sender.slug} AND state IN ('offered', 'accepted', 'appealed')`
  const rows = await db.select({ id: handoff.id }).from(handoff).where(open)
  let ended = 0
  for (const { id } of rows) {
    const [there] = await sender
      .select({ state: handoff.state, side: handoff.side })
      .from(handoff)
      .where(sql`${eq(handoff.id, id)} AND side = 'sender'`)
    const state = there?.state ?? 'withdrawn'
    // One that was granted is delivered by its grant.
    if (['offered', 'accepted', 'appealed', 'granted'].includes(state)) continue
    const which = sql`id = ${id} AND ${open}`
    await db.commit([
      eraseOfferContent(which),
      sql`UPDATE handoff SET state = ${state}, version = version + 1 WHERE ${which}`,
    ])
    ended++
  }
  return ended
}
