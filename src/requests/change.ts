import { sql } from 'drizzle-orm'
import { actorOf } from '../core/access.ts'
import { guard, type Step, type TenantDb } from '../core/database/handles.ts'
import { commitOnce } from '../core/database/idempotency.ts'
import { problem } from '../core/problem.ts'
import { existsGuard, heldGuard, versionGuard } from './case/guards.ts'
import { setStatus, touch } from './case/status.ts'
import { appendEvent, enqueueLogConsumers, noteAdded, statusChanged } from './events.ts'
import { type CloseReason, request, type Status } from './schema.ts'

/** A closed request is reopened by moving it to another status, with a text that says why. */
export const transitions: Readonly<Record<Status, readonly Status[]>> = {
  submitted: ['acknowledged', 'in_progress', 'closed'],
  acknowledged: ['in_progress', 'closed'],
  in_progress: ['acknowledged', 'closed'],
  closed: ['acknowledged', 'in_progress'],
}

export interface StatusChange {
  readonly to: Status
  readonly reason?: CloseReason | undefined
  readonly text: string
  readonly version: number
  readonly idempotencyKey?: string | undefined
}

/** What other modules have to end in the batch that closes a request. */
export type EndOnClosing = (request: string, actor: string, at: number) => readonly Step[]

/** Returns the new version. Throws `invalid-fields`, `not-found`, `changed-meanwhile`, `wrong-state`. */
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
  const payload = { to: change.to, reason: change.reason, text: change.text }
  const steps = [
    existsGuard(id),
    heldGuard(id),
    versionGuard({ id, version: change.version }),
    guard(
      sql`EXISTS (SELECT 1 FROM ${request} WHERE id = ${id} AND status IN (${statuses}))`,
      'wrong-state',
      `It cannot become ${change.to.replace('_', ' ')} from its present status.`,
    ),
    ...(change.text.trim() === '' ? [notReopenedGuard(id)] : []),
    sql`INSERT INTO event (request, type, actor, at, public, payload)
      SELECT id, ${statusChanged.type}, ${actorOf(db.access)}, ${at}, 1, json_patch(json_object('from', status), ${JSON.stringify(payload)})
      FROM ${request} WHERE id = ${id}`,
    setStatus(id, { to: change.to, reason: change.reason, notes: change.text || null }, at),
    ...(closing ? endOnClosing(id, actorOf(db.access), at) : []),
    ...enqueueLogConsumers(at),
  ]
  const content = [id, payload, change.version]
  return commitOnce(db, { key: change.idempotencyKey, content, steps, outcome: change.version + 1 }, at)
}

function notReopenedGuard(id: string): Step {
  const isOpen = sql`EXISTS (SELECT 1 FROM ${request} WHERE id = ${id} AND status <> 'closed')`
  return guard(isOpen, 'invalid-fields', { fields: [{ field: 'text', code: 'required' }] })
}

export interface Note {
  readonly text: string
  readonly public: boolean
  readonly idempotencyKey?: string | undefined
}

/** Private notes never leave the jurisdiction. Throws `wrong-state`, `not-found`, `invalid-fields`. */
export async function addNote(db: TenantDb, id: string, note: Note, at: number): Promise<void> {
  if (note.text.trim() === '')
    throw problem('invalid-fields', { fields: [{ field: 'text', code: 'required' }] })
  const steps = [
    existsGuard(id),
    ...(note.public ? [heldGuard(id)] : []),
    appendEvent(
      noteAdded,
      { text: note.text },
      { request: id, actor: actorOf(db.access), at, public: note.public },
    ),
    touch(id, at),
    ...enqueueLogConsumers(at),
  ]
  const content = [id, note.text, note.public]
  await commitOnce(db, { key: note.idempotencyKey, content, steps, outcome: null }, at)
}
