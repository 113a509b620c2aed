import { isLongList } from '../regions/runtime/jurisdiction-list.ts'
import type { PublicRequest } from '../requests/list/public-index.ts'
import { Empty } from '../web/components/components.tsx'
import { Icon } from '../web/components/icon.tsx'
import { JurisdictionSearch } from '../web/components/jurisdiction-search.tsx'
import { Page } from '../web/components/layout.tsx'
import { type PageView, siteName } from '../web/view.ts'
import { AddressSearch } from './address/search.tsx'
import { grouped, siteServices } from './catalogue.ts'
import { DeskNow } from './contacts.tsx'
import { ServiceSearch } from './services.tsx'
import { ReportList } from './track/report-list.tsx'
import { TrackForm } from './track/track.tsx'

const LISTED = 5

export function HomePage({ view, recent }: { view: PageView; recent: readonly PublicRequest[] | null }) {
  const { t, site } = view
  const { region, jurisdictions } = site.region.documents
  return (
    <Page view={view} title={siteName(site)}>
      <section class="hero">
        <div class="wide hero__body">
          <h1>{t('home-title')}</h1>
          <p class="hero__lead">
            {site.jurisdiction
              ? t('home-lead-own', { name: site.jurisdiction.name, region: region.name })
              : t('home-lead', { count: jurisdictions.length })}
          </p>
          <ServiceSearch view={view} />
        </div>
      </section>
      <div class="wide home">
        <section class="home__main" aria-labelledby="topics">
          <h2 id="topics">{t('home-topics')}</h2>
          <Topics view={view} />
        </section>
        <aside class="home__side">
          <TrackForm view={view} />
          <section class="panel" aria-labelledby="address">
            <h2 id="address">{t('address-title')}</h2>
            <AddressSearch view={view} />
          </section>
          <CallPanel view={view} />
        </aside>
        <section class="home__recent" aria-labelledby="recent">
          <h2 id="recent">{t('recent-title')}</h2>
          {recent === null && <Empty>{t('reports-unavailable')}</Empty>}
          {recent?.length === 0 && <Empty>{t('reports-none')}</Empty>}
          {recent && recent.length > 0 && <ReportList view={view} rows={recent} />}
          <p>
            <a class="usa-link more" href={view.href('/reports')}>
              {t('recent-all')}
              <Icon name="arrow_forward" />
            </a>
          </p>
        </section>
        {!site.jurisdiction && <Sharers view={view} />}
      </div>
    </Page>
  )
}

function Topics({ view }: { view: PageView }) {
  const groups = grouped(view, siteServices(view))
  return (
    <ul class="topics">
      {groups.map(({ id, name, services }) => (
        <li class="topic">
          <h3>{name}</h3>
          <ul>
            {services.slice(0, LISTED).map(service => (
              <li>
                <a class="usa-link" href={view.href(`/report/${encodeURIComponent(service.code)}`)}>
                  {view.localize(service.name)}
                </a>
              </li>
            ))}
          </ul>
          {services.length > LISTED && (
            <a class="usa-link topic__more" href={`${view.href('/report')}#${id}`}>
              {view.t('topic-more', { count: services.length - LISTED, group: name })}
            </a>
          )}
        </li>
      ))}
    </ul>
  )
}

function CallPanel({ view }: { view: PageView }) {
  const { t, site } = view
  const { region } = site.region.documents
  return (
    <section class="panel" aria-labelledby="call">
      <h2 id="call">{t('call-title')}</h2>
      <DeskNow view={view} />
      <p class="panel__emergency">
        {view.localize(region.emergency.text)}{' '}
        <a class="usa-link" href={`tel:${region.emergency.phone}`}>
          {t('call', { phone: view.phone(region.emergency.phone) })}
        </a>
      </p>
    </section>
  )
}

function Sharers({ view }: { view: PageView }) {
  const { t, site } = view
  const { documents } = site.region
  return (
    <section class="home__sharers" aria-labelledby="sharers">
      <h2 id="sharers">{t('sharers-title')}</h2>
      <p>{t('sharers-text')}</p>
      {isLongList(documents) ? (
        <>
          <JurisdictionSearch view={view} action="/jurisdictions" typed="" />
          <p>
            <a class="usa-link more" href={view.href('/jurisdictions')}>
              {t('sharers-all', { count: documents.jurisdictions.length })}
              <Icon name="arrow_forward" />
            </a>
          </p>
        </>
      ) : (
        <ul class="sharers">
          {documents.jurisdictions.map(({ slug, name }) => (
            <li>
              <a class="usa-link" href={view.href(`/jurisdictions#${slug}`)}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
