import type { ServiceDocument } from '../regions/documents/schemas/services.ts'
import { Empty, Steps } from '../web/components/components.tsx'
import { EmergencyWatch } from '../web/components/emergency.tsx'
import { Icon } from '../web/components/icon.tsx'
import { Page } from '../web/components/layout.tsx'
import type { PageView } from '../web/view.ts'
import { findable, grouped, searchServices, siteServices } from './catalogue.ts'
import { DeskNow } from './contacts.tsx'

interface Props {
  view: PageView
  typed: string
  /** A place that is known already, as fields of the report form. */
  where?: readonly [string, string][]
}

export function ServicesPage({ view, typed, where = [] }: Props) {
  const { t } = view
  const services = siteServices(view)
  const found = typed === '' ? [] : searchServices(services, typed)
  return (
    <Page view={view} title={t('what-title')} section="/report">
      <div class="narrow">
        <Steps view={view} current={1} />
        <h1>{t('what-title')}</h1>
        <service-filter>
          <ServiceSearch view={view} typed={typed} where={where} />
          <p class="usa-sr-only" role="status" data-label={t('services-found-label')}>
            {typed && t('services-found', { count: found.length })}
          </p>
          <div data-empty hidden={typed === '' || found.length > 0}>
            <Empty>
              <p>
                <strong>{t('services-none')}</strong>
              </p>
              <Otherwise view={view} help={t('services-none-help', regionPhone(view))} />
            </Empty>
          </div>
          <section data-results aria-labelledby="results" hidden={found.length === 0}>
            <h2 id="results">{t('services-results')}</h2>
            <ul class="choices">
              {found.map(service => (
                <Choice view={view} service={service} where={where} />
              ))}
            </ul>
            <h2>{t('services-other')}</h2>
            <Otherwise view={view} help={t('services-other-help', regionPhone(view))} />
          </section>
          <div data-all hidden={typed !== ''}>
            {grouped(view, services).map(({ id, name, services }) => (
              <section class="group" aria-labelledby={id}>
                <h2 id={id}>{name}</h2>
                <ul class="choices">
                  {services.map(service => (
                    <Choice view={view} service={service} where={where} />
                  ))}
                </ul>
              </section>
            ))}
          </div>
        </service-filter>
      </div>
    </Page>
  )
}

const regionPhone = (view: PageView) => ({ phone: view.phone(view.site.region.documents.region.phone) })

function Otherwise({ view, help }: { view: PageView; help: string }) {
  return (
    <>
      <p>{help}</p>
      <DeskNow view={view} />
      <a class="usa-button usa-button--outline" href={view.href('/report')}>
        {view.t('services-all')}
      </a>
    </>
  )
}

export function ServiceSearch({ view, typed = '', where = [] }: Partial<Props> & { view: PageView }) {
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
        {where.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button class="usa-button" type="submit">
          <Icon name="search" />
          <span class="search__word">{view.t('search')}</span>
        </button>
      </form>
      <EmergencyWatch view={view} field="what" typed={typed} />
    </search>
  )
}

interface ChoiceProps {
  view: PageView
  service: ServiceDocument
  where: readonly [string, string][]
}

function Choice({ view, service, where }: ChoiceProps) {
  const { name, rest } = findable(service)
  const form = view.href(`/report/${encodeURIComponent(service.code)}`)
  const details = `${form}/details?${new URLSearchParams(where.map(pair => [...pair]))}`
  return (
    <li data-name={name} data-rest={rest}>
      <a class="choice" href={where.length === 0 ? form : details}>
        <span class="choice__name">{view.localize(service.name)}</span>
        <span class="choice__note">{view.localize(service.description)}</span>
        <Icon name="navigate_next" />
      </a>
    </li>
  )
}
