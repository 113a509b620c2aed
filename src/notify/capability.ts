import { sql } from 'drizzle-orm'
import type { Capability } from '../capability.ts'
import { gauge } from '../core/metrics.ts'
import { forgetAddress } from './follow.ts'
import { notifyJob } from './notify.ts'
import { optOutJob } from './opt-out.ts'
import { emailFailed } from './undelivered.ts'

/** Emails to those who follow a case. */
export const notify: Capability = {
  name: 'notify',
  jobs: registry => [notifyJob(registry), optOutJob],
  events: [emailFailed],
  exportedTables: ['notice'],
  gauges: [
    {
      metric: gauge('countyline_emails_waiting', 'Emails to followers that have not been sent yet.'),
      in: 'tenant',
      value: sql`SELECT count(*) FROM notice WHERE sent_at IS NULL AND parked_at IS NULL`,
      total: 'sum',
    },
  ],
  eraseContacts: ({ cases }) => [
    sql`DELETE FROM notice WHERE follower IN (SELECT id FROM follower WHERE case_id IN ${cases})`,
    sql`DELETE FROM follower WHERE case_id IN ${cases}`,
  ],
  eraseEmail: forgetAddress,
}
