import type { Context } from 'hono'
import { formatDate, formatDateTime } from '../../core/dates.ts'
import { requireStepUp } from '../../identity/sessions/authentications.ts'
import { endSession, endSessionsOf, listSessions, type SessionRow } from '../../identity/sessions/sessions.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { Alert } from '../../web/components/components.tsx'
import { ErrorSummary, type FieldMessage, fieldMessage, TextField } from '../../web/components/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { AccountPage } from './frame.tsx'
import { addressesOf, needResident, type Resident } from './resident.ts'
import { hasSms, readTyped, signOut, toCode } from './sign-in.tsx'

type PageContext = Context<AppEnv>

export async function youPage(c: PageContext) {
  return page(c, await needResident(c), '', [])
}

export async function newAddress(c: PageContext) {
  const resident = await needResident(c)
  const view = viewOf(c)
  requireStepUp(resident.signedIn, view.now)
  const typed = String((await readForm(c)).get('address') ?? '')
  const read = readTyped(c, typed)
  if ('error' in read) {
    const label = view.t(hasSms(c) ? 'account-new-address-sms' : 'account-new-address')
    return page(c, resident, typed, [fieldMessage(view.t, 'address', label, { code: read.error })])
  }
  const { id: account } = resident.account
  const to = view.href('/account')
  return toCode(c, { action: 'address', address: read.address, language: view.language, to, account })
}

export async function endOwnSession(c: PageContext) {
  const { signedIn, account, db } = await needResident(c)
  const platform = c.get('platform')
  const session = String((await readForm(c)).get('session') ?? '')
  if (session === signedIn.session) return signOut(c)
  if (session === 'others') {
    await endSessionsOf(platform, signedIn.region, 'account', account.id, signedIn.session)
  } else {
    const own = await listSessions(db, 'account', account.id, platform.clock.now())
    if (own.some(({ id }) => id === session)) await endSession(platform, signedIn.region, session)
  }
  return c.redirect(viewOf(c).href('/account'), 303)
}

async function page(c: PageContext, resident: Resident, typed: string, errors: readonly FieldMessage[]) {
  const view = viewOf(c)
  const sessions = await listSessions(resident.db, 'account', resident.account.id, view.now)
  const changed = c.req.query('changed')
  const props = { view, resident, sessions, changed, typed, errors, hasSms: hasSms(c) }
  return c.html(<YouPage {...props} />, errors.length > 0 ? 400 : 200)
}

interface Props {
  view: PageView
  resident: Resident
  sessions: readonly SessionRow[]
  changed: string | undefined
  typed: string
  errors: readonly FieldMessage[]
  hasSms: boolean
}

function YouPage({ view, resident, sessions, changed, typed, errors, hasSms }: Props) {
  const { t } = view
  const { account, signedIn } = resident
  return (
    <AccountPage view={view} title={t('account-you-title')} here="/account" errors={errors}>
      <ErrorSummary view={view} errors={errors} />
      {changed === 'yes' && (
        <Alert type="success" live>
          <p>{t('account-changed')}</p>
        </Alert>
      )}
      {changed === 'taken' && (
        <Alert type="error" live>
          <p>{t('account-taken')}</p>
        </Alert>
      )}
      <h2>{t('account-addresses-title')}</h2>
      <ul class="usa-list">
        {addressesOf(view, account).map(own => (
          <li>{own}</li>
        ))}
      </ul>
      <section class="panel" aria-labelledby="change">
        <h2 id="change">{t('account-change-title')}</h2>
        <p>{t('account-change-text')}</p>
        <form method="post" action={view.href('/account/address')} novalidate>
          <TextField
            view={view}
            name="address"
            label={t(hasSms ? 'account-new-address-sms' : 'account-new-address')}
            type={hasSms ? 'text' : 'email'}
            autocomplete="off"
            maxlength={200}
            required
            value={typed}
            errors={errors}
          />
          <button class="usa-button usa-button--outline" type="submit">
            {t('account-change-go')}
          </button>
        </form>
      </section>
      <h2>{t('account-sessions-title')}</h2>
      <form method="post" action={view.href('/account/sessions')}>
        <ul class="account__list">
          {sessions.map(session => (
            <Session view={view} session={session} isHere={session.id === signedIn.session} />
          ))}
        </ul>
        {sessions.length > 1 && (
          <button class="usa-button" type="submit" name="session" value="others">
            {t('account-sessions-others')}
          </button>
        )}
      </form>
    </AccountPage>
  )
}

function Session({ view, session, isHere }: { view: PageView; session: SessionRow; isHere: boolean }) {
  const { t } = view
  const { timezone } = view.site.region.documents.region
  const { id, device, createdAt, rotatedAt } = session
  return (
    <li>
      <div>
        <strong>{device}</strong>
        {isHere && ` (${t('account-session-here')})`}
        <p class="usa-hint">
          {t('account-session-since', {
            date: formatDate(t, createdAt, timezone),
            seen: formatDateTime(t, rotatedAt, timezone),
          })}
        </p>
      </div>
      {!isHere && (
        <button class="usa-button usa-button--outline" type="submit" name="session" value={id}>
          {t('account-session-end', { device })}
        </button>
      )}
    </li>
  )
}
