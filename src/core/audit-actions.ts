import { type SQL, sql } from 'drizzle-orm'
import type { JobStep } from './database/handles.ts'
import type { MessageKey } from './i18n.ts'

/** A kind of action in a jurisdiction that concerns no request. `Payload` holds ids only: no name or address. */
export interface AuditActionType<Payload extends object = never> {
  readonly type: string
  /** In the audit log, such as "Gave access". */
  readonly auditText: MessageKey
  /** Carries the type; never set. */
  readonly payload?: (payload: Payload) => void
}

export function defineAuditAction<Payload extends object = Record<never, never>>(
  type: string,
  auditText: MessageKey,
): AuditActionType<Payload> {
  return { type, auditText }
}

export interface AuditActionEntry {
  readonly actor: string
  readonly at: number
  readonly holds?: SQL
}

/** In the batch of the action. It has no request, so consumers that follow requests skip it. */
export function appendAuditAction<Payload extends object>(
  { type }: AuditActionType<Payload>,
  payload: Payload,
  { actor, at, holds = sql`true` }: AuditActionEntry,
): JobStep {
  const forJob = sql`INSERT INTO event (request, type, actor, at, public, payload)
    SELECT '', ${type}, ${actor}, ${at}, 0, ${JSON.stringify(payload)} WHERE ${holds}`
  return { forJob }
}
