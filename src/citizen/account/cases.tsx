import type { Context } from 'hono'
import { accountJurisdictions } from '../../identity/accounts.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { casesOf, claimCase } from '../../residents/cases.ts'
import type { OwnCase, OwnRecords } from '../../residents/own.ts'
import { Alert, Empty, Moment, StatusTag } from '../../web/components/components.tsx'
import { ErrorSummary, type FieldMessage, fieldMessage, TextField } from '../../web/components/fields.tsx'
import { Icon } from '../../web/components/icon.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { serviceName } from '../catalogue.ts'
import { AccountPage } from './frame.tsx'
import { namesOf } from './names.ts'
import { addressesOf, needResident, type Resident } from './resident.ts'

type PageContext = Context<AppEnv>

export async function casesPage(c: PageContext) {
  const resident = await needResident(c)
  return c.html(await page(c, resident, { typed: '', errors: [] }))
}

export async function claimCasePage(c: PageContext) {
  const resident = await needResident(c)
  const view = viewOf(c)
  const typed = String((await readForm(c)).get('number') ?? '').slice(0, 100)
  const { region } = c.get('site')
  const added = await claimCase(c.get('platform'), region, resident.access, resident.account, typed)
  if (added) return c.html(await page(c, resident, { typed: '', errors: [], added: typed.trim() }))
  const label = view.t('track-number')
  const errors = [
    fieldMessage(view.t, 'number', label, { code: typed.trim() === '' ? 'required' : 'not-claimable' }),
  ]
  return c.html(await page(c, resident, { typed, errors }), 400)
}

interface Claim {
  readonly typed: string
  readonly errors: readonly FieldMessage[]
  readonly added?: string
}

async function page(c: PageContext, { access, account, db }: Resident, claimed: Claim) {
  const view = viewOf(c)
  const cases = await casesOf(c.get('platform'), access, await accountJurisdictions(db, account.id))
  const address = addressesOf(view, account).join(', ')
  return <CasesPage {...{ view, cases, address, claimed }} />
}

interface Props {
  view: PageView
  cases: OwnRecords<OwnCase>
  address: string
  claimed: Claim
}

function CasesPage({ view, cases: { found, unavailable }, address, claimed }: Props) {
  const { t } = view
  const { errors, typed, added } = claimed
  return (
    <AccountPage view={view} title={t('account-cases-title')} here="/account/cases" errors={errors}>
      <ErrorSummary view={view} errors={errors} />
      {added !== undefined && (
        <Alert type="success" live>
          <p>{t('account-claim-done', { number: added })}</p>
        </Alert>
      )}
      {unavailable.length > 0 && (
        <Alert type="warning">
          <p>
            {t('account-cases-unavailable', { count: unavailable.length, names: namesOf(view, unavailable) })}
          </p>
        </Alert>
      )}
      {found.length === 0 && unavailable.length === 0 ? (
        <Empty>
          <p>{t('account-cases-none')}</p>
          <a class="usa-button" href={view.href('/report')}>
            {t('nav-report')}
          </a>
        </Empty>
      ) : (
        <OwnList view={view} cases={found} />
      )}
      <section class="panel" aria-labelledby="claim">
        <h2 id="claim">{t('account-claim-title')}</h2>
        <p>{t('account-claim-text', { address })}</p>
        <form method="post" action={view.href('/account/cases')} novalidate>
          <TextField
            view={view}
            name="number"
            label={t('track-number')}
            autocomplete="off"
            maxlength={100}
            required
            value={typed}
            errors={errors}
          />
          <button class="usa-button usa-button--outline" type="submit">
            {t('account-claim-go')}
          </button>
        </form>
      </section>
    </AccountPage>
  )
}

function OwnList({ view, cases }: { view: PageView; cases: readonly OwnCase[] }) {
  const { region } = view.site
  return (
    <ul class="reports">
      {cases.map(row => (
        <li class="report">
          <div class="report__head">
            <a class="report__name usa-link" href={view.href(`/cases/${row.id}`)}>
              {serviceName(view, row.serviceCode, row.serviceName)}
            </a>
            <StatusTag view={view} status={row.status} />
          </div>
          <p class="report__place">
            <span class="number">{row.id}</span>
            {row.private && <Icon name="lock" />}
          </p>
          <p class="report__note">
            <Moment view={view} at={row.requestedAt} zone={region.calendar(row.jurisdiction).zone} /> ·{' '}
            {row.agencyResponsible}
          </p>
        </li>
      ))}
    </ul>
  )
}
