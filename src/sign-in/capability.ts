import type { Capability } from '../capability.ts'
import { signInPages } from './pages.tsx'

/** Pages on which staff sign in. */
export const signIn: Capability = {
  name: 'sign-in',
  routes: [{ at: '/', app: signInPages }],
  limits: [
    // Each of these calls a provider, so reads count as well.
    { paths: /^\/sign-in\/oidc\//, reads: 'sign-in', writes: 'sign-in' },
    { paths: /^\/(?:sign-in|code|link|address|me\/mailbox)(?:\/|$)/, writes: 'sign-in' },
  ],
}
