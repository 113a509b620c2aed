import type { Child } from 'hono/jsx'
import type { Place } from '../../core/geometry.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import type { Draft } from '../../requests/draft.ts'
import { Icon } from '../../web/components/icon.tsx'
import type { PageView } from '../../web/view.ts'

/** Metres. A point closer than this to a road is named after it. */
const BESIDE = 60

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

export function PlaceLine({ view, draft, children }: { view: PageView; draft: Draft; children?: Child }) {
  return (
    <p class="place-line">
      <Icon name="location_on" />
      <bdi>{placeText(view, draft)}</bdi>
      {children}
    </p>
  )
}

function placeText({ t }: PageView, { place, address }: Draft): string {
  if (address !== '') return address
  return place === null ? t('place-none') : t('place-on-map')
}
