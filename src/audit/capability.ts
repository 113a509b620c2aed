import type { Capability } from '../capability.ts'
import { anchorJob } from './anchors.ts'
import { auditApi } from './routes.ts'
import { sealJob } from './seal.ts'

/** Who did and who saw what, in logs that cannot be changed unnoticed. */
export const audit: Capability = {
  name: 'audit',
  api: auditApi,
  jobs: () => [sealJob, anchorJob],
  exportedTables: ['access_log', 'row_digest', 'seal'],
}
