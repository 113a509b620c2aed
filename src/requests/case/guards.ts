import { type SQL, sql } from 'drizzle-orm'
import { guard, type Step } from '../../core/database/handles.ts'
import type { request } from '../schema.ts'

type RequestRow = typeof request.$inferSelect

/** Whether the jurisdiction still works on it; in SQL `heldAndOpen`. */
export function isHeldAndOpen({ custody, status }: Pick<RequestRow, 'custody' | 'status'>): boolean {
  return custody === 'held' && status !== 'closed'
}

export function existsGuard(id: string): Step {
  return guard(sql`EXISTS (SELECT 1 FROM request WHERE id = ${id})`, 'not-found')
}

/** Throws `changed-meanwhile` unless it is as it was read. */
export function versionGuard({ id, version }: Pick<RequestRow, 'id' | 'version'>): Step {
  return guard(its(id, sql`version = ${version}`), 'changed-meanwhile', 'Read it again, then decide again.')
}

/** Throws `wrong-state`. */
export function heldGuard(id: string): Step {
  return guard(its(id, sql`custody = 'held'`), 'wrong-state', 'Another jurisdiction holds it.')
}

/** Throws `wrong-state`. */
export function openGuard(id: string): Step {
  return guard(its(id, sql`status <> 'closed'`), 'wrong-state', 'It is closed.')
}

function its(id: string, holds: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM request WHERE id = ${id} AND ${holds})`
}
