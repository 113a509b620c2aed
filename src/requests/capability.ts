import { sql } from 'drizzle-orm'
import type { Capability } from '../capability.ts'
import { gauge } from '../core/metrics.ts'
import { encryptedPerson } from './case/person.ts'
import { includedRating } from './case/rating.ts'
import { cleanUpRequests } from './clean-up.ts'
import { erasePersons } from './erase.ts'
import { requestEvents } from './events.ts'
import { encryptedFollower } from './followers/follower.ts'
import { publishJob } from './list/public-index.ts'
import { discardPhotosJob } from './media/media.ts'
import { mediaRoutes } from './media/routes.ts'
import { sweepPhotosJob } from './media/sweep.ts'
import { requestApi } from './routes.ts'
import { escalateTriageJob, triageEmailJob } from './triage/escalate.ts'

/** Reports from residents and the work on them. */
export const requests: Capability = {
  name: 'requests',
  api: requestApi,
  routes: [{ at: '/', app: mediaRoutes }],
  jobs: () => [publishJob, discardPhotosJob, sweepPhotosJob, escalateTriageJob, triageEmailJob],
  events: requestEvents,
  encryptedTables: { tenant: [encryptedPerson, encryptedFollower] },
  exportedTables: [
    'consumer',
    'duplicate',
    'event',
    'followed_by',
    'follower',
    'media',
    'person',
    'rating',
    'request',
    'share',
  ],
  unexportedTables: ['data_key', 'person_term'],
  gauges: [
    {
      metric: gauge('countyline_photos_waiting', 'Photos that no report has claimed yet.'),
      in: 'region',
      value: sql`SELECT count(*) FROM waiting_photo WHERE claimed_at IS NULL`,
      total: 'sum',
    },
  ],
  includedInRequest: [includedRating],
  eraseContacts: erasePersons,
  cleanUp: ({ eraseContacts }) => cleanUpRequests(eraseContacts),
}
