import type { Capability } from '../capability.ts'
import { configured, exported } from './audit-actions.ts'
import { regionApi } from './routes.ts'
import { applyJob } from './versions/apply-job.ts'
import { removeUnusedJob } from './versions/cancel.ts'

/** A region's configuration: its jurisdictions, services, places and rules of responsibility. */
export const regions: Capability = {
  name: 'regions',
  api: regionApi,
  jobs: () => [applyJob, removeUnusedJob],
  auditActions: [configured, exported],
}
