import type { Capability } from '../capability.ts'
import { mapRoutes } from './map-routes.ts'
import { placesApi } from './routes.ts'

/** Addresses, streets and common places of a region: imported, searched, and named at a position. */
export const places: Capability = {
  name: 'places',
  api: placesApi,
  routes: [{ at: '/', app: mapRoutes }],
  limits: [{ paths: /^\/map\//, reads: 'visitor' }],
}
