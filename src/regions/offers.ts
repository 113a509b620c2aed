import type { ServiceDocument } from './documents.ts'
import type { Documents, Jurisdiction } from './snapshot.ts'

/** The layers a jurisdiction has authority in. */
export function layersOf(jurisdiction: Jurisdiction): readonly string[] {
  return jurisdiction.layers ?? [jurisdiction.kind]
}

/**
 * The services a jurisdiction offers, in the catalogue's order: those it lists, else each that names one of its
 * layers or follows an asset it owns. Its own name, description, deadline and questions replace the catalogue's.
 */
export function servicesOffered(documents: Documents, jurisdiction: Jurisdiction): ServiceDocument[] {
  return documents.services
    .filter(service => isOffered(documents, jurisdiction, service))
    .map(service => {
      const own = jurisdiction.services?.[service.code]
      return { ...service, ...own, name: own?.name ?? service.name }
    })
}

/** Has it left this service in, or said nothing about which it offers? */
export function mayOffer({ offers }: Jurisdiction, code: string): boolean {
  return offers === undefined || offers === 'all' || offers.includes(code)
}

function isOffered(documents: Documents, jurisdiction: Jurisdiction, service: ServiceDocument): boolean {
  if (Array.isArray(jurisdiction.offers)) return jurisdiction.offers.includes(service.code)
  const own = layersOf(jurisdiction)
  const ownsRoads = () => documents.roads.some(({ properties }) => properties.owner === jurisdiction.slug)
  return service.layers.some(layer => own.includes(layer) || (layer === 'asset:road' && ownsRoads()))
}
