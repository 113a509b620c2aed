import type { Capability } from '../capability.ts'
import { citizenPages } from './pages.tsx'

/** Pages for residents. */
export const citizen: Capability = {
  name: 'citizen',
  routes: [{ at: '/', app: citizenPages }],
  limits: [
    { paths: /^\/account\/(?:sign-in|code|link|address|me\/mailbox)(?:\/|$)/, writes: 'sign-in' },
    { paths: /^\/cases\/[^/]+\/follow$/, writes: 'reports' },
    { paths: /^\/cases\/[^/]+\/(?:reopen|rating)$/, writes: 'closed-cases' },
    { paths: /^\/reports\/points$/, reads: 'visitor' },
    { paths: /^\/report\/[^/]+\/send$/, writes: 'reports' },
  ],
}
