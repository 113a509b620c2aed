import type { Capability } from '../capability.ts'
import { applyScheduledJob } from './changes/schedule.ts'
import { adminPages } from './pages.tsx'
import { rehearseJob } from './rehearsal/job.ts'
import { removeSandboxesJob, sandboxJob } from './sandbox/jobs.ts'
import { cleanUpSetup } from './setup/create.ts'

/** Preparing and applying a region's configuration in the browser. */
export const admin: Capability = {
  name: 'admin',
  routes: [{ at: '/', app: adminPages }],
  jobs: () => [applyScheduledJob, rehearseJob, sandboxJob, removeSandboxesJob],
  cleanUp: () => cleanUpSetup,
}
