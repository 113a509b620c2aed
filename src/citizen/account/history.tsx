import type { Context } from 'hono'
import { formatDate } from '../../core/dates.ts'
import { problem } from '../../core/problem.ts'
import { isLongList, narrowed } from '../../regions/runtime/jurisdiction-list.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { consentsOf, giveConsent, withdrawConsent } from '../../residents/history.ts'
import { JurisdictionSearch, typedAgency } from '../../web/components/jurisdiction-search.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { AccountPage } from './frame.tsx'
import { needResident } from './resident.ts'

type PageContext = Context<AppEnv>

export async function historyPage(c: PageContext) {
  const { db, account } = await needResident(c)
  const given = new Map(
    (await consentsOf(db, account.id)).map(({ jurisdiction, givenAt }) => [jurisdiction, givenAt]),
  )
  return c.html(<HistoryPage view={viewOf(c)} given={given} typed={typedAgency(c)} />)
}

export async function decide(c: PageContext) {
  const { db, account } = await needResident(c)
  const form = await readForm(c)
  const slug = form.get('give') ?? form.get('withdraw')
  const jurisdiction = typeof slug === 'string' ? c.get('site').region.jurisdiction(slug) : undefined
  if (jurisdiction === undefined) throw problem('bad-request')
  if (form.has('give')) await giveConsent(db, account.id, jurisdiction.slug, c.get('platform').clock.now())
  else await withdrawConsent(db, account.id, jurisdiction.slug)
  return c.redirect(viewOf(c).href('/account/history'), 303)
}

interface Props {
  view: PageView
  given: ReadonlyMap<string, number>
  typed: string
}

function HistoryPage({ view, given, typed }: Props) {
  const { t } = view
  const { region } = view.site
  const { timezone } = region.documents.region
  return (
    <AccountPage view={view} title={t('account-history-title')} here="/account/history">
      <p>{t('account-history-text')}</p>
      {given.size === 0 && <p>{t('account-history-none')}</p>}
      {isLongList(region.documents) && (
        <JurisdictionSearch view={view} action="/account/history" typed={typed} />
      )}
      <form method="post" action={view.href('/account/history')}>
        <ul class="account__list">
          {narrowed(region.documents, typed, ({ slug }) => given.has(slug)).map(({ slug, name }) => {
            const since = given.get(slug)
            return (
              <li>
                <div>
                  <strong>{name}</strong>
                  <p class="usa-hint">
                    {since === undefined
                      ? t('account-history-no')
                      : t('account-history-since', { date: formatDate(t, since, timezone) })}
                  </p>
                </div>
                <button
                  class={`usa-button${since === undefined ? ' usa-button--outline' : ''}`}
                  type="submit"
                  name={since === undefined ? 'give' : 'withdraw'}
                  value={slug}
                >
                  {t(since === undefined ? 'account-history-give' : 'account-history-withdraw', { name })}
                </button>
              </li>
            )
          })}
        </ul>
      </form>
    </AccountPage>
  )
}
