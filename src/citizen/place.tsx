import type { Child } from 'hono/jsx'
import type { Place } from '../core/geometry.ts'
import type { Region } from '../regions/compile.ts'
import type { Draft } from '../requests/draft.ts'
import { Icon } from '../web/icon.tsx'
import type { View } from '../web/view.ts'

/** Metres from a road within which a point on the map is called by its name. */
const BESIDE = 60

/** A draft whose place has words: those given, else the nearest road's, as a person would say it. */
export function withAddress(region: Region, draft: Draft): Draft {
  if (draft.address !== '' || draft.place === null) return draft
  return { ...draft, address: nearestRoad(region, draft.place) }
}

function nearestRoad({ routing, documents }: Region, { lat, long }: Place): string {
  const [near] = routing.atlas.segmentsWithin(lat, long, BESIDE)
  const road = near && documents.roads[near.segment]?.properties
  if (road === undefined) return ''
  return road.postalCity ? `${road.name}, ${road.postalCity}` : road.name
}

/** Where it is, in a line; what stands inside follows it. */
export function PlaceLine({ view, draft, children }: { view: View; draft: Draft; children?: Child }) {
  return (
    <p class="place-line">
      <Icon name="location_on" />
      <span>{placeText(view, draft)}</span>
      {children}
    </p>
  )
}

function placeText({ t }: View, { place, address }: Draft): string {
  if (address !== '') return address
  return place === null ? t('place-none') : t('place-on-map')
}
