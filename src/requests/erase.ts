import { type SQL, sql } from 'drizzle-orm'
import { actorOf } from '../core/access.ts'
import type { Step, TenantDb, TenantReader } from '../core/database/handles.ts'
import { shifted } from '../regions/runtime/calendar.ts'
import type { Region } from '../regions/runtime/compile.ts'
import { contactsErased } from './events.ts'

// Contact details are erased when the retention period ends; on request, when the case is closed and no law
// keeps them. The report itself stays as a public record.

const BATCH = 500

/** Closed with all other shares, or transferred by a jurisdiction other than the origin. Null while it is open. */
export const endedAt = sql`CASE WHEN request.id <> request.case_id AND request.custody = 'passed' THEN request.updated_at
  WHEN request.case_status = 'closed' THEN max(coalesce(request.closed_at, request.updated_at),
    coalesce((SELECT max(updated_at) FROM share WHERE share.case_id = request.case_id), 0)) END`

export function keptUntil(region: Region, slug: string, ended: number): number {
  const span = region.jurisdiction(slug)?.retention?.contacts
  return span === undefined ? ended : shifted(ended, span, region.calendar(slug).zone, 1)
}

/** From now on these details are not sent to other jurisdictions. */
export async function askToErase(db: TenantDb, persons: SQL, at: number): Promise<void> {
  await db.commit([
    sql`UPDATE person SET erase_asked_at = ${at}, account = NULL WHERE id IN (${persons}) AND erased_at IS NULL`,
  ])
}

/** SQL lists of the persons whose contact details are erased, and of their requests and cases. */
export interface ErasedContacts {
  readonly persons: SQL
  readonly requests: SQL
  readonly cases: SQL
  readonly at: number
}

/** What each capability deletes in the same transaction (`Capability.eraseContacts`). */
export type EraseContacts = (erased: ErasedContacts) => readonly Step[]

export const erasePersons: EraseContacts = ({ persons, cases, at }) => [
  sql`DELETE FROM rating WHERE case_id IN ${cases}`,
  sql`UPDATE person SET first_name = NULL, last_name = NULL, email = NULL, phone = NULL, device_id = NULL, account_id = NULL,
    account = NULL, erased_at = ${at} WHERE id IN ${persons}`,
  sql`DELETE FROM person_term WHERE person IN ${persons}`,
]

interface Due {
  readonly person: string
  readonly request: string
}

/** Returns whether nothing is left: each call handles a limited number. */
export async function eraseDue(
  db: TenantDb,
  region: Region,
  eraseContacts: EraseContacts,
  at: number,
): Promise<boolean> {
  const span = region.jurisdiction(db.slug)?.retention?.contacts
  const cutoff = span === undefined ? at : shifted(at, span, region.calendar(db.slug).zone, -1)
  const requested = await due(db, sql`person.erase_asked_at IS NOT NULL`, cutoff)
  await erase(db, requested, eraseContacts, { why: 'asked', at })
  // Without a retention period, details are erased only on request.
  const old = span === undefined ? [] : await due(db, sql`person.created_at <= ${cutoff}`, cutoff)
  await erase(db, old, eraseContacts, { why: 'retention', at })
  return requested.length < BATCH && old.length < BATCH
}

function due(db: TenantReader, which: SQL, cutoff: number): Promise<Due[]> {
  return db.rows<Due>(sql`SELECT person.id AS person, request.id AS request FROM person JOIN request ON request.person = person.id
    WHERE person.erased_at IS NULL AND ${which} AND ${endedAt} <= ${cutoff} LIMIT ${BATCH}`)
}

async function erase(
  db: TenantDb,
  rows: readonly Due[],
  eraseContacts: EraseContacts,
  { why, at }: { readonly why: 'asked' | 'retention'; readonly at: number },
): Promise<void> {
  if (rows.length === 0) return
  const list = (ids: readonly string[]) => sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`
  const requests = list(rows.map(({ request }) => request))
  const persons = list(rows.map(({ person }) => person))
  const cases = sql`(SELECT case_id FROM request WHERE id IN ${requests})`
  await db.commit([
    sql`INSERT INTO event (request, type, actor, at, public, payload)
      SELECT value, ${contactsErased.type}, ${actorOf(db.access)}, ${at}, 0, ${JSON.stringify({ why })} FROM ${requests}`,
    ...eraseContacts({ persons, requests, cases, at }),
  ])
}
