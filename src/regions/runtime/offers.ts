import type { ServiceDocument } from '../documents/schemas/services.ts'
import type { Documents, Jurisdiction } from '../documents/snapshot.ts'

export function layersOf(jurisdiction: Jurisdiction): readonly string[] {
  return jurisdiction.layers ?? [jurisdiction.kind]
}

/** In catalogue order. A jurisdiction's own name, description, deadline and questions take precedence. */
export function servicesOffered(documents: Documents, jurisdiction: Jurisdiction): ServiceDocument[] {
  return documents.services
    .filter(service => isOffered(documents, jurisdiction, service))
    .map(service => {
      const own = jurisdiction.services?.[service.code]
      return { ...service, ...own, name: own?.name ?? service.name }
    })
}

/** Without a list, a jurisdiction may offer every service that it does not decline. */
export function mayOffer({ offers, declines }: Jurisdiction, code: string): boolean {
  if (declines?.[code] !== undefined) return false
  return offers === undefined || offers === 'all' || offers.includes(code)
}

function isOffered(documents: Documents, jurisdiction: Jurisdiction, service: ServiceDocument): boolean {
  if (jurisdiction.declines?.[service.code] !== undefined) return false
  if (Array.isArray(jurisdiction.offers)) return jurisdiction.offers.includes(service.code)
  const own = layersOf(jurisdiction)
  const ownsRoads = () => documents.roads.some(({ properties }) => properties.owner === jurisdiction.slug)
  return service.layers.some(layer => own.includes(layer) || (layer === 'asset:road' && ownsRoads()))
}
