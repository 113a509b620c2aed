import { sql } from 'drizzle-orm'
import { actorOf } from '../core/access.ts'
import { guard, type Step, type TenantDb } from '../core/db.ts'
import { commitOnce } from '../core/idempotency.ts'
import { problem } from '../core/problem.ts'
import { news, record } from './events.ts'
import { type CloseReason, request, type Status } from './schema.ts'

/** Which status may follow which. A closed request is reopened by taking it up again. */
export const transitions: Readonly<Record<Status, readonly Status[]>> = {
  submitted: ['acknowledged', 'in_progress', 'closed'],
  acknowledged: ['in_progress', 'closed'],
  in_progress: ['acknowledged', 'closed'],
  closed: ['acknowledged', 'in_progress'],
}

export interface StatusChange {
  readonly to: Status
  /** Needed to close, and only then. */
  readonly reason?: CloseReason | undefined
  /** Public words about it. */
  readonly text: string
  /** The version the caller saw. */
  readonly version: number
  readonly idempotencyKey?: string | undefined
}

/** What has to end in the batch that closes a request, by whoever keeps more about it than this capability knows of. */
export type EndOnClosing = (request: string, actor: string, at: number) => readonly Step[]

/**
 * Moves a request along, in one round trip. Throws `invalid-fields` for a missing reason, `changed-meanwhile` when
 * somebody was faster, `wrong-state` when its present status does not allow it. Answers the new version.
 */
export async function changeStatus(
  db: TenantDb,
  id: string,
  change: StatusChange,
  at: number,
  endOnClosing: EndOnClosing,
): Promise<number> {
  const closing = change.to === 'closed'
  if (closing !== (change.reason !== undefined)) {
    throw problem('invalid-fields', { fields: [{ field: 'reason', code: closing ? 'required' : 'unknown' }] })
  }
  const allowedFrom = (Object.keys(transitions) as Status[]).filter(from =>
    transitions[from].includes(change.to),
  )
  const statuses = sql.join(
    allowedFrom.map(from => sql`${from}`),
    sql`, `,
  )
  const closedAt = closing ? at : null
  const payload = { to: change.to, reason: change.reason, text: change.text }
  const steps = [
    guard(sql`EXISTS (SELECT 1 FROM ${request} WHERE id = ${id})`, 'not-found'),
    guard(
      sql`EXISTS (SELECT 1 FROM ${request} WHERE id = ${id} AND custody = 'held')`,
      'wrong-state',
      'Another jurisdiction holds it now.',
    ),
    guard(
      sql`EXISTS (SELECT 1 FROM ${request} WHERE id = ${id} AND version = ${change.version})`,
      'changed-meanwhile',
      'Read it again, then decide again.',
    ),
    guard(
      sql`EXISTS (SELECT 1 FROM ${request} WHERE id = ${id} AND status IN (${statuses}))`,
      'wrong-state',
      `It cannot become ${change.to.replace('_', ' ')} from its present status.`,
    ),
    sql`INSERT INTO event (request, type, actor, at, public, payload)
      SELECT id, 'status', ${actorOf(db.access)}, ${at}, 1, json_patch(json_object('from', status), ${JSON.stringify(payload)})
      FROM ${request} WHERE id = ${id}`,
    // A case of one share stands as its share does; with others, the roll-up says (case.ts).
    sql`UPDATE ${request} SET case_status = CASE WHEN EXISTS (SELECT 1 FROM share WHERE share.case_id = request.case_id AND held)
      THEN case_status ELSE ${change.to} END, status = ${change.to}, close_reason = ${change.reason ?? null}, status_notes = ${change.text || null},
      closed_at = ${closedAt}, updated_at = ${at}, version = version + 1 WHERE id = ${id}`,
    ...(closing ? endOnClosing(id, actorOf(db.access), at) : []),
    ...news(at),
  ]
  const asked = [id, payload, change.version]
  return commitOnce(db, { key: change.idempotencyKey, asked, steps, outcome: change.version + 1 }, at)
}

export interface Note {
  readonly text: string
  readonly public: boolean
  readonly idempotencyKey?: string | undefined
}

/**
 * Adds a note: public ones stand on the resident's timeline and are the holder's to write; private ones never leave the
 * jurisdiction. Throws `wrong-state` when another holds it.
 */
export async function addNote(db: TenantDb, id: string, note: Note, at: number): Promise<void> {
  if (note.text.trim() === '')
    throw problem('invalid-fields', { fields: [{ field: 'text', code: 'required' }] })
  const steps = [
    guard(sql`EXISTS (SELECT 1 FROM ${request} WHERE id = ${id})`, 'not-found'),
    guard(
      sql`${note.public ? 0 : 1} OR EXISTS (SELECT 1 FROM ${request} WHERE id = ${id} AND custody = 'held')`,
      'wrong-state',
      'Another jurisdiction holds it now.',
    ),
    record(id, actorOf(db.access), at, note.public, { type: 'note', text: note.text }),
    sql`UPDATE ${request} SET updated_at = ${at}, version = version + 1 WHERE id = ${id}`,
    ...news(at),
  ]
  const asked = [id, note.text, note.public]
  await commitOnce(db, { key: note.idempotencyKey, asked, steps, outcome: null }, at)
}
