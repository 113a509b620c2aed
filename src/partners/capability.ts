import type { Capability } from '../capability.ts'
import { checkBackJob } from './check-back.ts'
import { checkedBack, partnerEvents } from './events.ts'
import { forwardJob } from './forward.ts'
import { pollJob } from './poll.ts'
import { partnerApi } from './routes.ts'

/** Bodies outside the platform that a request is sent to. */
export const partners: Capability = {
  name: 'partners',
  api: partnerApi,
  jobs: () => [forwardJob, pollJob, checkBackJob],
  events: partnerEvents,
  emailLinks: [{ purpose: 'answer', event: checkedBack.type, page: '/answer', text: 'email-answer' }],
  exportedTables: ['forward', 'partner_update'],
}
