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

function isOffered(
  documents: Documents,
  jurisdiction: Jurisdiction,
  { code, layers }: ServiceDocument,
): boolean {
  const { offers, slug } = jurisdiction
  if (offers !== undefined && offers !== 'all') return offers.includes(code)
  const own = layersOf(jurisdiction)
  const ownsRoads = () => documents.roads.some(({ properties }) => properties.owner === slug)
  return layers.some(layer => own.includes(layer) || (layer === 'asset:road' && ownsRoads()))
}
