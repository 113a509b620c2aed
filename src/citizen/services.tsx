import type { ServiceDocument } from '../regions/documents/schemas.ts'
import { Empty, Steps } from '../web/components/components.tsx'
import { Icon } from '../web/components/icon.tsx'
import { Page } from '../web/components/layout.tsx'
import type { PageView } from '../web/view.ts'
import { findable, grouped, searchServices, siteServices } from './catalogue.ts'

export function ServicesPage({ view, typed }: { view: PageView; typed: string }) {
  const { t } = view
  const services = siteServices(view)
  const found = typed === '' ? services : searchServices(services, typed)
  return (
    <Page view={view} title={t('what-title')} section="/report">
      <div class="narrow">
        <Steps view={view} current={1} />
        <h1>{t('what-title')}</h1>
        <service-filter>
          <ServiceSearch view={view} typed={typed} />
          <p class="usa-sr-only" role="status" data-label={t('services-found-label')}>
            {typed && t('services-found', { count: found.length })}
          </p>
          <div data-empty hidden={found.length > 0}>
            <Empty>
              <p>{t('services-none')}</p>
              <p>{t('services-none-help', { phone: view.phone(view.site.region.documents.region.phone) })}</p>
              <a class="usa-button usa-button--outline" href={view.href('/report')}>
                {t('services-all')}
              </a>
            </Empty>
          </div>
          <ServiceGroups view={view} services={services} found={found} />
        </service-filter>
      </div>
    </Page>
  )
}

export function ServiceSearch({ view, typed = '' }: { view: PageView; typed?: string }) {
  return (
    <search>
      <form class="search" action={view.href('/report')}>
        <label class="usa-sr-only" for="what">
          {view.t('services-search')}
        </label>
        <input
          class="usa-input"
          id="what"
          name="q"
          type="search"
          value={typed}
          autocomplete="off"
          placeholder={view.t('services-search-example')}
        />
        <button class="usa-button" type="submit">
          <Icon name="search" />
          <span class="search__word">{view.t('search')}</span>
        </button>
      </form>
    </search>
  )
}

interface GroupsProps {
  view: PageView
  services: readonly ServiceDocument[]
  found: readonly ServiceDocument[]
}

function ServiceGroups({ view, services, found }: GroupsProps) {
  const rest = services.filter(service => !found.includes(service))
  return (
    <>
      {grouped(view, [...found, ...rest]).map(({ id, name, services }) => (
        <section
          class="group"
          aria-labelledby={id}
          hidden={!services.some(service => found.includes(service))}
        >
          <h2 id={id}>{name}</h2>
          <ul class="choices">
            {services.map(service => (
              <Choice view={view} service={service} isFound={found.includes(service)} />
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}

function Choice({ view, service, isFound }: { view: PageView; service: ServiceDocument; isFound: boolean }) {
  const { name, rest } = findable(service)
  return (
    <li data-name={name} data-rest={rest} hidden={!isFound}>
      <a class="choice" href={view.href(`/report/${encodeURIComponent(service.code)}`)}>
        <span class="choice__name">{view.localize(service.name)}</span>
        <span class="choice__note">{view.localize(service.description)}</span>
        <Icon name="navigate_next" />
      </a>
    </li>
  )
}
