import type { Context } from 'hono'
import type { Jurisdiction } from '../regions/documents/snapshot.ts'
import {
  firstLetters,
  isLongList,
  type JurisdictionPage,
  type JurisdictionQuery,
  listJurisdictions,
} from '../regions/runtime/jurisdiction-list.ts'
import { JurisdictionSearch, typedAgency } from '../web/components/jurisdiction-search.tsx'
import { Page } from '../web/components/layout.tsx'
import type { PageView } from '../web/view.ts'
import { Contacts } from './contacts.tsx'
import { OpenNow, WeekHours } from './hours.tsx'

/** Reads `agency`, `letter` and `page`. A value that cannot be used is ignored. */
export function readJurisdictionQuery(c: Pick<Context, 'req'>): JurisdictionQuery {
  const page = Number(c.req.query('page') ?? '')
  return {
    text: typedAgency(c),
    letter: /^[\p{L}\p{N}]$/u.exec(c.req.query('letter') ?? '')?.[0] ?? '',
    page: Number.isSafeInteger(page) ? page : 1,
  }
}

/** All of a few; of many, a page at a time. */
export function JurisdictionsPage({ view, query }: { view: PageView; query: JurisdictionQuery }) {
  const { t, site } = view
  const { documents } = site.region
  const { partners = [] } = documents.region
  const isLong = isLongList(documents)
  const listed = isLong ? listJurisdictions(documents, query) : undefined
  return (
    <Page view={view} title={t('sharers-title')} section="/jurisdictions">
      <div class="wide">
        <h1>{t('sharers-title')}</h1>
        <p class="usa-intro">{t('sharers-text')}</p>
        {listed && <Finding view={view} query={query} total={listed.total} />}
        <ul class="bodies">
          {(listed?.found ?? documents.jurisdictions).map(jurisdiction => (
            <Body view={view} jurisdiction={jurisdiction} />
          ))}
        </ul>
        {listed && <Pages view={view} query={query} listed={listed} />}
        {partners.length > 0 && (
          <>
            <h2 class="bodies__title">{t('partners-title')}</h2>
            <p>{t('partners-text')}</p>
            <ul class="bodies">
              {partners.map(({ id, name, note, phone, email, url }) => (
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

function Body({ view, jurisdiction }: { view: PageView; jurisdiction: Jurisdiction }) {
  const { slug, name, kind, phone, email, url } = jurisdiction
  const calendar = view.site.region.calendar(slug)
  const reports = `/reports?${new URLSearchParams({ jurisdiction: slug })}`
  return (
    <li class="body" id={slug}>
      <h2>{name}</h2>
      <p class="body__kind">{view.t(`kind-${kind}`)}</p>
      <p>
        <OpenNow view={view} calendar={calendar} />
      </p>
      <WeekHours view={view} calendar={calendar} />
      <Contacts view={view} name={name} phone={phone} email={email} url={url} />
      <p>
        <a class="usa-link" href={view.href(reports)}>
          {view.t('agency-reports', { name })}
        </a>
      </p>
    </li>
  )
}

function addressOf(view: PageView, { text, letter, page }: JurisdictionQuery): string {
  const fields = { agency: text, letter, page: page > 1 ? String(page) : '' }
  const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''))
  return view.href(query.size === 0 ? '/jurisdictions' : `/jurisdictions?${query}`)
}

interface FindingProps {
  view: PageView
  query: JurisdictionQuery
  total: number
}

function Finding({ view, query, total }: FindingProps) {
  const { t, site } = view
  return (
    <>
      <JurisdictionSearch view={view} action="/jurisdictions" typed={query.text} />
      <nav aria-label={t('agency-letters')}>
        <ul class="letters">
          {['', ...firstLetters(site.region.documents)].map(letter => (
            <li>
              <a
                class="usa-link"
                href={addressOf(view, { text: '', letter, page: 1 })}
                aria-current={letter === query.letter && query.text === '' ? 'page' : undefined}
              >
                {letter === '' ? t('filter-any') : letter.toUpperCase()}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <p role="status">{t('agency-found', { count: total })}</p>
    </>
  )
}

interface PagesProps {
  view: PageView
  query: JurisdictionQuery
  listed: JurisdictionPage
}

function Pages({ view, query, listed: { page, pages } }: PagesProps) {
  const { t } = view
  if (pages === 1) return null
  return (
    <nav class="pages" aria-label={t('pages')}>
      {page > 1 && (
        <a class="usa-link" rel="prev" href={addressOf(view, { ...query, page: page - 1 })}>
          {t('page-previous')}
        </a>
      )}
      <span>{t('page-of', { page, pages })}</span>
      {page < pages && (
        <a class="usa-link" rel="next" href={addressOf(view, { ...query, page: page + 1 })}>
          {t('page-next')}
        </a>
      )}
    </nav>
  )
}
