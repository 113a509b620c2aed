import type { Child } from 'hono/jsx'
import { placesAt } from '../../places/find.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Draft } from '../../requests/draft.ts'
import { Icon } from '../../web/components/icon.tsx'
import type { PageView } from '../../web/view.ts'

/** Meters. Beyond, a device's location names no house, and is to be chosen on the map. */
const ROUGH = 300

/** Meters. What is farther off is not said to be near. */
const NEAR = 150

/** Whether the place is a device's location that is too uncertain to go on with. */
export function isRough({ place, address, accuracy }: Draft): boolean {
  return place !== null && address === '' && accuracy > ROUGH
}

/** A place that was pointed at, by what is nearest to it. */
export async function withAddress(platform: Platform, { site, t }: PageView, draft: Draft): Promise<Draft> {
  if (draft.address !== '' || draft.place === null || isRough(draft)) return draft
  const [near] = await placesAt(platform, site.region, draft.place, { limit: 1, meters: NEAR })
  return near === undefined ? draft : { ...draft, address: t('place-near', { place: near.label }) }
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
