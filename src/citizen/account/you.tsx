import type { Context } from 'hono'
import { dayText, momentText } from '../../core/dates.ts'
import {
  endSession,
  endSessionsOf,
  listSessions,
  refuseStale,
  type SessionRow,
} from '../../people/sessions.ts'
import type { Door } from '../../regions/site.ts'
import { Alert } from '../../web/components.tsx'
import { FaultSummary, type FieldMessage, TextField } from '../../web/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type View, viewOf } from '../../web/view.ts'
import { AccountPage } from './frame.tsx'
import { needResident, type Resident } from './resident.ts'
import { hasSms, readTyped, signOut, toCode } from './sign-in.tsx'

type PageContext = Context<Door>

export async function youPage(c: PageContext) {
  return page(c, await needResident(c), '', [])
}

/** The first step to another address: a code that only whoever reads there can type. */
export async function newAddress(c: PageContext) {
  const resident = await needResident(c)
  const view = viewOf(c)
  refuseStale(resident.signedIn, view.now)
  const typed = String((await readForm(c)).get('address') ?? '')
  const read = readTyped(c, typed)
  if ('fault' in read) {
    const label = view.t(hasSms(c) ? 'account-new-address-sms' : 'account-new-address')
    return page(c, resident, typed, [{ field: 'address', label, message: view.t(`fault-${read.fault}`) }])
  }
  const { id: account } = resident.account
  const to = view.href('/account')
  return toCode(c, { act: 'address', address: read.address, language: view.language, to, account })
}

/** Ends one of their own sessions, or all but this one. */
export async function endOwnSession(c: PageContext) {
  const { signedIn, account, db } = await needResident(c)
  const platform = c.get('platform')
  const wished = String((await readForm(c)).get('session') ?? '')
  if (wished === signedIn.session) return signOut(c)
  if (wished === 'others') {
    await endSessionsOf(platform, signedIn.region, 'account', account.id, signedIn.session)
  } else {
    const own = await listSessions(db, 'account', account.id, platform.clock.now())
    if (own.some(({ id }) => id === wished)) await endSession(platform, signedIn.region, wished)
  }
  return c.redirect(viewOf(c).href('/account'), 303)
}

async function page(c: PageContext, resident: Resident, typed: string, faults: readonly FieldMessage[]) {
  const view = viewOf(c)
  const sessions = await listSessions(resident.db, 'account', resident.account.id, view.now)
  const changed = c.req.query('changed')
  const props = { view, resident, sessions, changed, typed, faults, hasSms: hasSms(c) }
  return c.html(<YouPage {...props} />, faults.length > 0 ? 400 : 200)
}

interface Props {
  view: View
  resident: Resident
  sessions: readonly SessionRow[]
  /** What became of a new address: `yes`, or `taken`. */
  changed: string | undefined
  typed: string
  faults: readonly FieldMessage[]
  hasSms: boolean
}

function YouPage({ view, resident, sessions, changed, typed, faults, hasSms }: Props) {
  const { t } = view
  const { account, signedIn } = resident
  return (
    <AccountPage view={view} title={t('account-you-title')} here="/account" faults={faults}>
      <FaultSummary view={view} faults={faults} />
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
      <ul class="usa-list">{[account.email, account.phone].map(own => own !== null && <li>{own}</li>)}</ul>
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
            faults={faults}
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

function Session({ view, session, isHere }: { view: View; session: SessionRow; isHere: boolean }) {
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
            date: dayText(t, createdAt, timezone),
            seen: momentText(t, rotatedAt, timezone),
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
