import type { Context } from 'hono'
import { formatDate } from '../../core/dates.ts'
import { accountJurisdictions } from '../../identity/accounts.ts'
import { requireStepUp } from '../../identity/sessions/authentications.ts'
import { forgetSession } from '../../identity/sessions/cookies.ts'
import type { Period } from '../../regions/documents/schemas/values.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { dataOf } from '../../residents/download.ts'
import { type ErasePlan, eraseAccount, erasePlans } from '../../residents/erase.ts'
import type { OwnRecords } from '../../residents/own.ts'
import { Alert } from '../../web/components/components.tsx'
import { Checkbox, ErrorSummary, type FieldMessage, fieldMessage } from '../../web/components/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { AccountPage, PlainPage } from './frame.tsx'
import { namesOf } from './names.ts'
import { needResident } from './resident.ts'

type PageContext = Context<AppEnv>

export async function dataPage(c: PageContext) {
  await needResident(c)
  const view = viewOf(c)
  const { t } = view
  return c.html(
    <AccountPage view={view} title={t('account-data-title')} here="/account/data">
      <p>{t('account-data-text')}</p>
      <form method="post" action={view.href('/account/data')}>
        <button class="usa-button" type="submit">
          {t('account-data-go')}
        </button>
      </form>
      <h2>{t('account-data-erase-title')}</h2>
      <p>{t('account-data-erase-text')}</p>
      <p>
        <a class="usa-link" href={view.href('/account/erase')}>
          {t('account-data-erase')}
        </a>
      </p>
    </AccountPage>,
  )
}

export async function download(c: PageContext) {
  const { signedIn, access, account } = await needResident(c)
  const platform = c.get('platform')
  requireStepUp(signedIn, platform.clock.now())
  const site = c.get('site')
  const data = await dataOf(platform, site, { access, account }, c.get('registry').download)
  return c.body(JSON.stringify(data, null, 2), 200, {
    'content-type': 'application/json; charset=utf-8',
    'content-disposition': `attachment; filename="${site.region.slug}-my-data.json"`,
  })
}

export async function erasePage(c: PageContext) {
  return showPlan(c, [])
}

export async function erase(c: PageContext) {
  const { signedIn, account } = await needResident(c)
  const platform = c.get('platform')
  const view = viewOf(c)
  const { t } = view
  if ((await readForm(c)).get('confirm') !== 'yes') {
    const label = t('account-erase-confirm')
    return showPlan(c, [fieldMessage(t, 'confirm', label, { code: 'required' })])
  }
  requireStepUp(signedIn, view.now)
  await eraseAccount(platform, c.get('site').region, account)
  forgetSession(c, 'account')
  return c.html(
    <PlainPage view={view} title={t('account-erase-done-title')}>
      <p>{t('account-erase-done-text')}</p>
      <p>
        <a class="usa-link" href={view.href('/')}>
          {t('go-home')}
        </a>
      </p>
    </PlainPage>,
  )
}

async function showPlan(c: PageContext, errors: readonly FieldMessage[]) {
  const { access, account, db } = await needResident(c)
  const { region } = c.get('site')
  const plans = await erasePlans(
    c.get('platform'),
    region,
    access,
    await accountJurisdictions(db, account.id),
  )
  return c.html(<ErasePage {...{ view: viewOf(c), plans, errors }} />, errors.length > 0 ? 400 : 200)
}

interface Props {
  view: PageView
  plans: OwnRecords<ErasePlan>
  errors: readonly FieldMessage[]
}

function ErasePage({ view, plans: { found, unavailable }, errors }: Props) {
  const { t } = view
  return (
    <AccountPage view={view} title={t('account-erase-title')} here="/account/data" errors={errors}>
      <ErrorSummary view={view} errors={errors} />
      <p>{t('account-erase-text')}</p>
      <p>{t('account-erase-stays')}</p>
      {found.length === 0 && unavailable.length === 0 && <p>{t('account-erase-none')}</p>}
      {found.map(plan => (
        <PlanOf view={view} plan={plan} />
      ))}
      {unavailable.length > 0 && (
        <Alert type="warning">
          <p>
            {t('account-erase-unavailable', { count: unavailable.length, names: namesOf(view, unavailable) })}
          </p>
        </Alert>
      )}
      <form method="post" action={view.href('/account/erase')}>
        <Checkbox
          name="confirm"
          label={t('account-erase-confirm')}
          hint={t('account-erase-confirm-hint')}
          checked={false}
        />
        <button class="usa-button usa-button--secondary" type="submit">
          {t('account-erase-go')}
        </button>
      </form>
    </AccountPage>
  )
}

function PlanOf({ view, plan }: { view: PageView; plan: ErasePlan }) {
  const { t } = view
  const { region } = view.site
  const { jurisdiction: slug, now, open, kept, until } = plan
  const { name, retention } = region.jurisdiction(slug) ?? {}
  const { zone } = region.calendar(slug)
  const span = retention?.contacts
  return (
    <section class="panel">
      <h2>{name ?? slug}</h2>
      <ul class="usa-list">
        {now > 0 && <li>{t('account-erase-now', { count: now })}</li>}
        {open > 0 && (
          <li>
            {t('account-erase-open', {
              count: open,
              period: span === undefined ? 'none' : periodText(view, span),
            })}
          </li>
        )}
        {until !== null && (
          <li>{t('account-erase-kept', { count: kept, date: formatDate(t, until, zone) })}</li>
        )}
      </ul>
      {retention !== undefined && (open > 0 || kept > 0) && (
        <p class="usa-hint">{t('account-erase-law', { law: view.localize(retention.law) })}</p>
      )}
    </section>
  )
}

function periodText({ t }: PageView, span: Period): string {
  const [, count, unit = ''] = /^(\d+) (day|month|year)/.exec(span) ?? []
  return t('period', { count: Number(count), unit })
}
