import { sql } from 'drizzle-orm'
import type { DatabaseGauge } from '../../core/database/gauges.ts'
import { gauge } from '../../core/metrics.ts'
import { NEVER } from './outbox.ts'

const undelivered = gauge(
  'countyline_undelivered_messages',
  'Messages between jurisdictions that have not been delivered, by state: waiting or parked.',
)
// Those that another deployment has to send are not this one's to deliver.
const ours = sql`delivered_at IS NULL AND due_at < ${NEVER}`

/** What operators watch of the outboxes. */
export const messageGauges: readonly DatabaseGauge[] = [
  {
    metric: undelivered,
    labels: { state: 'waiting' },
    in: 'tenant',
    value: sql`SELECT count(*) FROM message WHERE ${ours} AND parked_at IS NULL`,
    total: 'sum',
  },
  {
    metric: undelivered,
    labels: { state: 'parked' },
    in: 'tenant',
    value: sql`SELECT count(*) FROM message WHERE ${ours} AND parked_at IS NOT NULL`,
    total: 'sum',
  },
  {
    metric: gauge(
      'countyline_oldest_undelivered_message_age_seconds',
      'How long ago the oldest message was written that has not been delivered, parked ones included.',
    ),
    in: 'tenant',
    value: sql`SELECT min(created_at) FROM message WHERE ${ours}`,
    total: 'age',
  },
]
