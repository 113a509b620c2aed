import type { Context } from 'hono'
import { reachOf } from '../../people/accounts.ts'
import type { Door } from '../../regions/site.ts'
import { casesOf, claimCase } from '../../residents/cases.ts'
import type { Gathered, OwnCase } from '../../residents/own.ts'
import { Alert, Empty, Moment, StatusTag } from '../../web/components.tsx'
import { FaultSummary, type FieldMessage, TextField } from '../../web/fields.tsx'
import { readForm } from '../../web/form.ts'
import { Icon } from '../../web/icon.tsx'
import { type View, viewOf } from '../../web/view.ts'
import { serviceName } from '../catalogue.ts'
import { AccountPage } from './frame.tsx'
import { namesOf } from './names.ts'
import { needResident, type Resident } from './resident.ts'

type PageContext = Context<Door>

export async function casesPage(c: PageContext) {
  const resident = await needResident(c)
  return c.html(await page(c, resident, { typed: '', faults: [] }))
}

/** Adds a report that was filed before its reporter had an account. */
export async function claim(c: PageContext) {
  const resident = await needResident(c)
  const view = viewOf(c)
  const typed = String((await readForm(c)).get('number') ?? '').slice(0, 100)
  const { region } = c.get('site')
  const added = await claimCase(c.get('platform'), region, resident.access, resident.account, typed)
  if (added) return c.html(await page(c, resident, { typed: '', faults: [], added: typed.trim() }))
  const label = view.t('track-number')
  const faults = [{ field: 'number', label, message: view.t('fault-not-claimable') }]
  return c.html(await page(c, resident, { typed, faults }), 400)
}

interface Claim {
  readonly typed: string
  readonly faults: readonly FieldMessage[]
  /** The number that has just been added. */
  readonly added?: string
}

async function page(c: PageContext, { access, account, db }: Resident, claimed: Claim) {
  const view = viewOf(c)
  const cases = await casesOf(c.get('platform'), access, await reachOf(db, account.id))
  const address = [account.email, account.phone].filter(own => own !== null).join(', ')
  return <CasesPage {...{ view, cases, address, claimed }} />
}

interface Props {
  view: View
  cases: Gathered<OwnCase>
  address: string
  claimed: Claim
}

function CasesPage({ view, cases: { found, away }, address, claimed }: Props) {
  const { t } = view
  const { faults, typed, added } = claimed
  return (
    <AccountPage view={view} title={t('account-cases-title')} here="/account/cases" faults={faults}>
      <FaultSummary view={view} faults={faults} />
      {added !== undefined && (
        <Alert type="success" live>
          <p>{t('account-claim-done', { number: added })}</p>
        </Alert>
      )}
      {away.length > 0 && (
        <Alert type="warning">
          <p>{t('account-cases-away', { count: away.length, names: namesOf(view, away) })}</p>
        </Alert>
      )}
      {found.length === 0 && away.length === 0 ? (
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
            faults={faults}
          />
          <button class="usa-button usa-button--outline" type="submit">
            {t('account-claim-go')}
          </button>
        </form>
      </section>
    </AccountPage>
  )
}

function OwnList({ view, cases }: { view: View; cases: readonly OwnCase[] }) {
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
