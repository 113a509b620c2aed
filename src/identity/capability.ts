import type { Capability } from '../capability.ts'
import { identityAuditActions } from './audit-actions.ts'
import { cleanUpIdentity } from './clean-up.ts'
import { oauthRoutes } from './programs/routes.ts'
import { rotateSigningKeyJob } from './programs/signing-keys.ts'
import { closeSessionJob } from './sessions/sessions.ts'
import { staffEmailJob } from './staff/emails.ts'

/** Staff, residents and programs: who they are and what they may do. */
export const identity: Capability = {
  name: 'identity',
  routes: [{ at: '/', app: oauthRoutes }],
  jobs: () => [staffEmailJob, closeSessionJob, rotateSigningKeyJob],
  auditActions: identityAuditActions,
  encryptedTables: {
    region: [
      { table: 'staff', columns: ['email'] },
      { table: 'account', columns: ['email', 'phone'] },
    ],
  },
  exportedTables: ['api_key', 'grant'],
  unexportedTables: ['ended_session'],
  cleanUp: () => cleanUpIdentity,
}
