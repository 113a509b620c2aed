import type { Capability } from '../capability.ts'
import { open311Routes } from './routes.ts'

/** Open311 GeoReport v2, for other programs. */
export const open311: Capability = {
  name: 'open311',
  routes: [{ at: '/open311', app: open311Routes }],
  // Writes are counted once their key is read, which may be in the form.
  limits: [{ paths: /^\/open311\//, reads: 'visitor' }],
}
