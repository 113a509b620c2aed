import { type OutsidePlace, outsidePlace } from '../../places/outside.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Draft } from '../../requests/draft.ts'
import { Alert } from '../../web/components/components.tsx'
import type { PageView } from '../../web/view.ts'
import { Contacts } from '../contacts.tsx'

/** Undefined for a place that may be inside, and for none. */
export async function outsideOf(
  platform: Platform,
  { site, now }: PageView,
  { place, accuracy, incidentAt }: Draft,
): Promise<OutsidePlace | undefined> {
  if (place === null) return undefined
  return outsidePlace(platform, site.region, { place, accuracy, at: incidentAt ?? now })
}

/** Who serves a place instead, as far as it is known, and that it takes another place to go on. */
export function OutsideNotice({ view, outside: { county } }: { view: PageView; outside: OutsidePlace }) {
  const { t, site } = view
  const { phone } = site.region.documents.region
  return (
    <Alert type="warning" heading={t('outside-title')} live>
      <p>{county === undefined ? t('outside-unknown') : t('outside-county', { county: county.name })}</p>
      {county !== undefined && (
        <Contacts view={view} name={county.name} phone={county.phone} email={undefined} url={county.url} />
      )}
      <p>{t('outside-help', { phone: view.phone(phone) })}</p>
    </Alert>
  )
}
