import { desc, lt, sql } from 'drizzle-orm'
import { insertOne, type RegionReader, type Step } from '../core/database/handles.ts'
import type { MessageKey } from '../core/i18n.ts'
import { administrationLog } from './region-schema.ts'

/** What an administrator can do, and how the log says it. */
export const administrationActions = {
  'region-created': 'admin-log-region-created',
  'draft-created': 'admin-log-draft-created',
  'draft-discarded': 'admin-log-draft-discarded',
  'draft-applied': 'admin-log-draft-applied',
  'draft-rebased': 'admin-log-draft-rebased',
  'draft-rehearsed': 'admin-log-draft-rehearsed',
  'draft-approved': 'admin-log-draft-approved',
  'draft-scheduled': 'admin-log-draft-scheduled',
  'draft-unscheduled': 'admin-log-draft-unscheduled',
  'draft-not-applied': 'admin-log-draft-not-applied',
  'agreement-confirmed': 'admin-log-agreement-confirmed',
  'agreement-confirmed-on-paper': 'admin-log-agreement-on-paper',
  'partner-tested': 'admin-log-partner-tested',
  'partner-test-failed': 'admin-log-partner-test-failed',
  'host-proved': 'admin-log-host-proved',
  'host-confirmed': 'admin-log-host-confirmed',
  'version-restored': 'admin-log-version-restored',
  'sandbox-made': 'admin-log-sandbox-made',
  'sandbox-updated': 'admin-log-sandbox-updated',
  'sandbox-removed': 'admin-log-sandbox-removed',
  'apply-cancelled': 'admin-log-apply-cancelled',
  'role-given': 'admin-log-role-given',
  'role-ended': 'admin-log-role-ended',
  'document-saved': 'admin-log-document-saved',
  'document-removed': 'admin-log-document-removed',
  'document-restored': 'admin-log-document-restored',
} as const satisfies Readonly<Record<string, MessageKey>>

export type AdministrationAction = keyof typeof administrationActions

export interface LogEntry {
  readonly at: number
  readonly by: string
  readonly action: AdministrationAction
  readonly draft?: string
  readonly subject?: string
}

/** A step of the batch that does what it says. */
export function logStep(entry: LogEntry): Step {
  return insertOne(administrationLog, entry)
}

/** The same for work that may be repeated: written once for each action. */
export function logOnceStep({ at, by, action }: Pick<LogEntry, 'at' | 'by' | 'action'>): Step {
  return sql`INSERT INTO ${administrationLog} (at, "by", action) SELECT ${at}, ${by}, ${action}
    WHERE NOT EXISTS (SELECT 1 FROM ${administrationLog} WHERE action = ${action})`
}

const PAGE = 100

/** The newest first; `before`: the `seq` of the last entry of the page before. */
export async function readLog(db: RegionReader, before: number | undefined) {
  const rows = await db
    .select()
    .from(administrationLog)
    .where(before === undefined ? undefined : lt(administrationLog.seq, before))
    .orderBy(desc(administrationLog.seq))
    .limit(PAGE + 1)
  const more = rows.length > PAGE
  const entries = rows.slice(0, PAGE)
  return { entries, before: more ? entries.at(-1)?.seq : undefined }
}

export function actionText(action: string): MessageKey | undefined {
  return Object.entries(administrationActions).find(([name]) => name === action)?.[1]
}
