import type { Child } from 'hono/jsx'
import { placesAt } from '../../places/find.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import type { Draft } from '../../requests/draft.ts'
import { Icon } from '../../web/components/icon.tsx'
import type { PageView } from '../../web/view.ts'

export async function withAddress(platform: Platform, region: Region, draft: Draft): Promise<Draft> {
  if (draft.address !== '' || draft.place === null) return draft
  const [near] = await placesAt(platform, region, draft.place, 1)
  return near === undefined ? draft : { ...draft, address: near.label }
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
