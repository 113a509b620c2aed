import { type SQL, sql } from 'drizzle-orm'
import { actorOf } from '../core/access.ts'
import type { TenantDb, TenantReader } from '../core/db.ts'
import { shifted } from '../regions/calendar.ts'
import type { Region } from '../regions/compile.ts'

/*
 * Contact details are erased when the time is over for which the jurisdiction must keep them; where a resident has asked
 * for it and no law keeps them, as soon as their case is closed. What was reported stays: it is the public's record.
 */

const AT_ONCE = 500

/**
 * When a row of `request` ended for the body whose it is: closed, with all that others had of it, or passed on by a body
 * that is not the case's origin. Null while it is open.
 */
export const endedAt = sql`CASE WHEN request.id <> request.case_id AND request.custody = 'passed' THEN request.updated_at
  WHEN request.case_status = 'closed' THEN max(coalesce(request.closed_at, request.updated_at),
    coalesce((SELECT max(updated_at) FROM share WHERE share.case_id = request.case_id), 0)) END`

/** Until when a jurisdiction keeps the contact details of what ended then. Where no law says so: not at all. */
export function keptUntil(region: Region, slug: string, ended: number): number {
  const span = region.jurisdiction(slug)?.retention?.contacts
  return span === undefined ? ended : shifted(ended, span, region.calendar(slug).zone, 1)
}

/** Notes that whoever these details are of wants them erased. From then on none of them crosses to others. */
export async function askToErase(db: TenantDb, persons: SQL, at: number): Promise<void> {
  await db.commit([
    sql`UPDATE person SET erase_asked_at = ${at}, account = NULL WHERE id IN (${persons}) AND erased_at IS NULL`,
  ])
}

interface Due {
  readonly person: string
  readonly request: string
}

/** Erases what need not or may not be kept any longer. Answers whether that was all: a call takes a few hundred. */
export async function eraseDue(db: TenantDb, region: Region, at: number): Promise<boolean> {
  const span = region.jurisdiction(db.slug)?.retention?.contacts
  const cutoff = span === undefined ? at : shifted(at, span, region.calendar(db.slug).zone, -1)
  const asked = await due(db, sql`person.erase_asked_at IS NOT NULL`, cutoff)
  await erase(db, asked, 'asked', at)
  // Where nothing says how long, what nobody has asked for stays.
  const old = span === undefined ? [] : await due(db, sql`person.created_at <= ${cutoff}`, cutoff)
  await erase(db, old, 'retention', at)
  return asked.length < AT_ONCE && old.length < AT_ONCE
}

function due(db: TenantReader, which: SQL, cutoff: number): Promise<Due[]> {
  return db.rows<Due>(sql`SELECT person.id AS person, request.id AS request FROM person JOIN request ON request.person = person.id
    WHERE person.erased_at IS NULL AND ${which} AND ${endedAt} <= ${cutoff} LIMIT ${AT_ONCE}`)
}

async function erase(
  db: TenantDb,
  rows: readonly Due[],
  why: 'asked' | 'retention',
  at: number,
): Promise<void> {
  if (rows.length === 0) return
  const requests = sql`SELECT value FROM json_each(${JSON.stringify(rows.map(({ request }) => request))})`
  const persons = sql`SELECT value FROM json_each(${JSON.stringify(rows.map(({ person }) => person))})`
  const cases = sql`SELECT case_id FROM request WHERE id IN (${requests})`
  await db.commit([
    sql`INSERT INTO event (request, type, actor, at, public, payload)
      SELECT value, 'contacts-erased', ${actorOf(db.access)}, ${at}, 0, ${JSON.stringify({ why })} FROM (${requests})`,
    sql`DELETE FROM notice WHERE follower IN (SELECT id FROM follower WHERE case_id IN (${cases}))`,
    sql`DELETE FROM follower WHERE case_id IN (${cases})`,
    sql`UPDATE person SET first_name = NULL, last_name = NULL, email = NULL, phone = NULL, device_id = NULL, account_id = NULL,
      account = NULL, erased_at = ${at} WHERE id IN (${persons})`,
  ])
}
