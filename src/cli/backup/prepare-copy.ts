import type { InStatement } from '@libsql/client'
import { NEVER } from '../../handoffs/courier/outbox.ts'
import { openCopy } from '../../platform/node/databases/copies.ts'
import { fileKeys } from '../../platform/node/databases/database-key.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { databaseLabel } from '../../platform/platform.ts'
import { forwardKind, notifyKind, requestRestored } from '../../requests/events.ts'
import { type BackedUpDatabase, nameOf } from './manifest.ts'

// Others have seen what the copy has forgotten: numbers that they know must not be given out again, also not
// after a second restore of the same backup. A request changes at most once a second.
const SKIPPED_EVENTS = 1_000_000
const EVENTS_PER_SECOND = 100
const SKIPPED_VERSIONS = 1_000
const RECENT = 30 * 24 * 3_600_000
const FORWARD_HELD =
  'not sent: restored from a backup. If the partner does not have it, run countyline jobs --retry'

/**
 * Changes a copy of a jurisdiction's database before it is used again: what may have gone out since the backup
 * does not go out by itself, and its log says that it was restored. With `isBeside` each request that people
 * are working on says it too.
 */
export function prepareCopy(
  platform: NodePlatform,
  database: BackedUpDatabase,
  file: string,
  { operator, isBeside }: { readonly operator: string; readonly isBeside: boolean },
): void {
  if (database.kind !== 'tenant') return
  const now = platform.clock.now()
  const seconds = Math.max(0, Math.ceil((now - Date.parse(database.at)) / 1000))
  const payload = JSON.stringify({ asOf: Date.parse(database.at) })
  const restored = [requestRestored.type, `operator:${operator}`, now, payload]
  const insert = 'INSERT INTO event (request, type, actor, at, public, payload)'
  const steps: InStatement[] = [
    { sql: 'UPDATE request SET version = version + ?', args: [SKIPPED_VERSIONS + seconds] },
    {
      sql: `INSERT INTO consumer (name, seq) SELECT ?, coalesce(max(seq), 0) FROM event WHERE true
        ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`,
      args: [notifyKind.kind],
    },
    {
      sql: `INSERT INTO sqlite_sequence (name, seq) SELECT 'event', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'event')`,
      args: [],
    },
    {
      sql: `UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'event'`,
      args: [SKIPPED_EVENTS + EVENTS_PER_SECOND * seconds],
    },
    { sql: 'UPDATE notice SET parked_at = ? WHERE sent_at IS NULL AND parked_at IS NULL', args: [now] },
    { sql: 'UPDATE job SET leased_until = 0', args: [] },
    {
      sql: 'UPDATE job SET parked_at = ?, due_at = ?, last_error = ? WHERE kind = ?',
      args: [now, NEVER, FORWARD_HELD, forwardKind.kind],
    },
    { sql: `${insert} VALUES ('', ?, ?, ?, 0, ?)`, args: restored },
  ]
  const each = {
    sql: `${insert} SELECT id, ?, ?, ?, 0, ? FROM request WHERE custody = 'held' AND (status <> 'closed' OR updated_at > ?) ORDER BY seq`,
    args: [...restored, Date.parse(database.at) - RECENT],
  }
  const copy = openCopy(file, fileKeys(platform.secrets.get, databaseLabel(nameOf(database))), true)
  try {
    copy.run(isBeside ? [...steps, each] : steps)
  } finally {
    copy.close()
  }
}
