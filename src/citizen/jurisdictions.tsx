import { Page } from '../web/components/layout.tsx'
import type { PageView } from '../web/view.ts'
import { Contacts } from './contacts.tsx'
import { OpenNow, WeekHours } from './hours.tsx'

export function JurisdictionsPage({ view }: { view: PageView }) {
  const { t, site } = view
  const { region, jurisdictions } = site.region.documents
  return (
    <Page view={view} title={t('sharers-title')} section="/jurisdictions">
      <div class="wide">
        <h1>{t('sharers-title')}</h1>
        <p class="usa-intro">{t('sharers-text')}</p>
        <ul class="bodies">
          {jurisdictions.map(({ slug, name, kind, phone, email, url }) => (
            <li class="body" id={slug}>
              <h2>{name}</h2>
              <p class="body__kind">{t(`kind-${kind}`)}</p>
              <p>
                <OpenNow view={view} calendar={site.region.calendar(slug)} />
              </p>
              <WeekHours view={view} calendar={site.region.calendar(slug)} />
              <Contacts view={view} name={name} phone={phone} email={email} url={url} />
            </li>
          ))}
        </ul>
        {region.partners && region.partners.length > 0 && (
          <>
            <h2 class="bodies__title">{t('partners-title')}</h2>
            <p>{t('partners-text')}</p>
            <ul class="bodies">
              {region.partners.map(({ id, name, note, phone, email, url }) => (
                <li class="body" id={id}>
                  <h3>{name}</h3>
                  {note && <p>{view.localize(note)}</p>}
                  <Contacts view={view} name={name} phone={phone} email={email} url={url} />
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Page>
  )
}
