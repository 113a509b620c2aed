import { layersOf } from '../../runtime/offers.ts'
import type { ServiceDocument } from '../schemas/services.ts'
import type { Documents } from '../snapshot.ts'

export interface KnownNames {
  readonly jurisdictions: ReadonlySet<string>
  /** Jurisdictions and partners. */
  readonly bodies: ReadonlySet<string>
  readonly services: ReadonlyMap<string, ServiceDocument>
  readonly layers: ReadonlySet<string>
  readonly areas: ReadonlySet<string>
  readonly segments: ReadonlySet<string>
}

export function knownNames(documents: Documents): KnownNames {
  const jurisdictions = documents.jurisdictions.map(({ slug }) => slug)
  const partners = (documents.region.partners ?? []).map(({ id }) => id)
  return {
    jurisdictions: new Set(jurisdictions),
    bodies: new Set([...jurisdictions, ...partners]),
    services: new Map(documents.services.map(service => [service.code, service])),
    layers: new Set(documents.jurisdictions.flatMap(layersOf)),
    areas: new Set(documents.areas.map(({ properties }) => properties.id)),
    segments: new Set(documents.roads.map(({ properties }) => properties.id)),
  }
}

/** The kinds of assets whose owners the region's files record. */
export const assets: ReadonlySet<string> = new Set(['asset:road'])
