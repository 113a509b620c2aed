import type { Capability } from '../capability.ts'
import { configured, exported } from './audit-actions.ts'
import { regionApi } from './routes.ts'

/** A region's configuration: its jurisdictions, services, places and rules of responsibility. */
export const regions: Capability = {
  name: 'regions',
  api: regionApi,
  auditActions: [configured, exported],
}
