import type { ServiceDocument } from '../../regions/documents/schemas/services.ts'
import { layersOf } from '../../regions/runtime/offers.ts'
import { type DraftContext, jurisdictionsOf } from '../drafts/open-draft.ts'
import { recordsAt, textAt } from '../shell/values.ts'
import { jurisdictionOf, servicesOf } from './catalogue.ts'

/** What a jurisdiction of a draft does with a service of the region. */
export type Offer =
  | { readonly kind: 'offered' | 'adapted' }
  | { readonly kind: 'declined'; readonly servedBy: string }
  /** It leaves it out of what it offers, and does not say who serves it. */
  | { readonly kind: 'open' }

export interface OwnService {
  readonly service: ServiceDocument
  readonly offer: Offer
}

/** The services that fall to a jurisdiction by its layers and roads, and those that it names itself. */
export function ownServicesOf(context: DraftContext, slug: string): OwnService[] {
  const document = jurisdictionOf(context, slug)
  if (document === undefined) return []
  const { offers, declines = {}, services: adapted = {} } = document
  const layers = layersOf({ ...document, boundary: [] })
  const ownsRoads = roadOwners(context).has(slug)
  return servicesOf(context).flatMap((service): OwnService[] => {
    const { code } = service
    const declined = declines[code]
    if (declined !== undefined) return [{ service, offer: { kind: 'declined', servedBy: declined.servedBy } }]
    const isListed = Array.isArray(offers) && offers.includes(code)
    const isOwn = service.layers.some(
      layer => layers.includes(layer) || (layer.startsWith('asset:') && ownsRoads),
    )
    if (!isOwn && !isListed) return []
    if (Array.isArray(offers) && !isListed) return [{ service, offer: { kind: 'open' } }]
    return [{ service, offer: { kind: adapted[code] === undefined ? 'offered' : 'adapted' } }]
  })
}

function roadOwners({ values }: DraftContext): ReadonlySet<string> {
  const roads = recordsAt(values.get('roads.geojson'), ['features'])
  return new Set(roads.map(road => textAt(road, ['properties', 'owner'])))
}

/** Whether each service that falls to it is offered, or declined with who serves it. */
export function saysWhoServes(context: DraftContext, slug: string): boolean {
  return ownServicesOf(context, slug).every(({ offer }) => offer.kind !== 'open')
}

export interface BodyName {
  readonly id: string
  readonly name: string
  readonly kind: 'jurisdiction' | 'partner'
}

/** Jurisdictions and partners of the draft. */
export function bodiesOf(context: DraftContext): BodyName[] {
  const { values } = context
  const jurisdictions = jurisdictionsOf(context).map(id => {
    const name = textAt(values.get(`${id}/jurisdiction.yaml`), ['name']) || id
    return { id, name, kind: 'jurisdiction' } as const
  })
  const partners = recordsAt(values.get('region.yaml'), ['partners']).map(partner => {
    const id = textAt(partner, ['id'])
    return { id, name: textAt(partner, ['name']) || id, kind: 'partner' } as const
  })
  return [...jurisdictions, ...partners]
}
