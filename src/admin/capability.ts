import type { Capability } from '../capability.ts'
import { applyScheduledJob } from './changes/schedule.ts'
import { importActions } from './moving/audit-actions.ts'
import { cleanUpImports } from './moving/imports.ts'
import { importPastJob } from './moving/job.ts'
import { encryptedImports } from './moving/pieces.ts'
import { adminPages } from './pages.tsx'
import { rehearseJob } from './rehearsal/job.ts'
import { removeSandboxesJob, sandboxJob } from './sandbox/jobs.ts'
import { cleanUpSetup } from './setup/create.ts'

/** Preparing and applying a region's configuration in the browser. */
export const admin: Capability = {
  name: 'admin',
  routes: [{ at: '/', app: adminPages }],
  jobs: () => [applyScheduledJob, rehearseJob, sandboxJob, removeSandboxesJob, importPastJob],
  auditActions: importActions,
  encryptedTables: { tenant: encryptedImports },
  unexportedTables: ['past_import', 'past_import_piece', 'past_import_reject'],
  cleanUp: () => ({ ...cleanUpSetup, ...cleanUpImports }),
}
