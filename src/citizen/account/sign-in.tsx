import type { Context } from 'hono'
import type { FaultCode } from '../../core/problem.ts'
import { type Address, accountFor } from '../../people/accounts.ts'
import { type CodeWish, sendCode } from '../../people/codes.ts'
import { forgetSession, keepSession, signedInAs } from '../../people/cookies.ts'
import { deviceWords } from '../../people/device.ts'
import { addressOf } from '../../people/limits.ts'
import { endSession, startSession } from '../../people/sessions.ts'
import type { Door } from '../../regions/site.ts'
import { readAddress } from '../../residents/address.ts'
import { NoMailNote } from '../../web/components.tsx'
import { FaultSummary, type FieldMessage, TextField } from '../../web/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type View, viewOf } from '../../web/view.ts'
import { PlainPage } from './frame.tsx'
import { needResident, readTo } from './resident.ts'

type PageContext = Context<Door>

export async function signInPage(c: PageContext) {
  const to = readTo(c, c.req.query('to'))
  if ((await signedInAs(c, 'account')) !== undefined) return c.redirect(to, 303)
  return c.html(<SignInPage view={viewOf(c)} hasSms={hasSms(c)} to={to} typed="" faults={[]} />)
}

/** Whatever address is typed, the answer is the same: a code is on its way to whoever reads there. */
export async function askForCode(c: PageContext) {
  const view = viewOf(c)
  const form = await readForm(c)
  const typed = String(form.get('address') ?? '')
  const to = readTo(c, form.get('to'))
  const read = readTyped(c, typed)
  if ('fault' in read) {
    const label = view.t(hasSms(c) ? 'account-address-sms' : 'account-address')
    const faults = [{ field: 'address', label, message: view.t(`fault-${read.fault}`) }]
    return c.html(<SignInPage {...{ view, hasSms: hasSms(c), to, typed, faults }} />, 400)
  }
  return toCode(c, { act: 'sign-in', address: read.address, language: view.language, to, account: null })
}

export function hasSms(c: PageContext): boolean {
  return c.get('platform').sms.isConfigured
}

/** An address that a code can be sent to, or what is wrong with it. */
export function readTyped(c: PageContext, typed: string): { address: Address } | { fault: FaultCode } {
  const address = readAddress(typed, c.get('site').region.documents.region.countryCode)
  if (address !== undefined && (address.kind === 'email' || hasSms(c))) return { address }
  if (typed.trim() === '') return { fault: 'required' }
  return { fault: hasSms(c) ? 'not-an-address' : 'not-an-email' }
}

/** Sends the code and leads to where it is typed. */
export async function toCode(c: PageContext, wish: CodeWish): Promise<Response> {
  const ticket = await sendCode(c.get('platform'), c.get('site').region, wish, addressOf(c) ?? '')
  const query = new URLSearchParams({ ticket, by: wish.address.kind })
  return c.redirect(viewOf(c).href(`/account/code?${query}`), 303)
}

/** Into the account that a proven address opens; whoever had signed in here before is signed out. */
export async function signIn(c: PageContext, { address, language, to }: CodeWish): Promise<Response> {
  const platform = c.get('platform')
  const region = c.get('site').region.slug
  const before = await signedInAs(c, 'account')
  if (before !== undefined) await endSession(platform, region, before.session)
  const holder = await accountFor(platform, region, address, language)
  const method = address.kind === 'phone' ? 'sms' : 'email'
  const device = deviceWords(c.req.header('user-agent'))
  keepSession(c, 'account', await startSession(platform, region, { kind: 'account', holder, method, device }))
  return c.redirect(to, 303)
}

export async function signOut(c: PageContext) {
  const signedIn = await signedInAs(c, 'account')
  if (signedIn !== undefined) await endSession(c.get('platform'), signedIn.region, signedIn.session)
  forgetSession(c, 'account')
  return c.redirect(viewOf(c).href('/'), 303)
}

/** Before a dangerous act. */
export async function againPage(c: PageContext) {
  const { account } = await needResident(c)
  const view = viewOf(c)
  const { t } = view
  return c.html(
    <PlainPage view={view} title={t('account-again-title')}>
      <p>{t('account-again-text')}</p>
      <form method="post">
        <input type="hidden" name="to" value={readTo(c, c.req.query('to'))} />
        {(['email', 'phone'] as const)
          .filter(kind => account[kind] !== null && (kind === 'email' || hasSms(c)))
          .map(kind => (
            <p>
              <button class="usa-button" type="submit" name="by" value={kind}>
                {t('account-again-by', { address: account[kind] ?? '' })}
              </button>
            </p>
          ))}
      </form>
    </PlainPage>,
  )
}

export async function askAgain(c: PageContext) {
  const { account } = await needResident(c)
  const form = await readForm(c)
  const kind = form.get('by') === 'phone' ? 'phone' : 'email'
  const value = account[kind]
  if (value === null) return againPage(c)
  const to = readTo(c, form.get('to'))
  const { language } = viewOf(c)
  return toCode(c, { act: 'again', address: { kind, value }, language, to, account: account.id })
}

interface SignInProps {
  view: View
  hasSms: boolean
  to: string
  typed: string
  faults: readonly FieldMessage[]
}

function SignInPage({ view, hasSms, to, typed, faults }: SignInProps) {
  const { t } = view
  const { name } = view.site.region.documents.region
  return (
    <PlainPage view={view} title={t('account-sign-in-title')} faults={faults}>
      <FaultSummary view={view} faults={faults} />
      <p class="usa-intro">{t('account-sign-in-text', { name })}</p>
      <form method="post" action={view.href('/account/sign-in')} novalidate>
        <input type="hidden" name="to" value={to} />
        {!hasSms && <NoMailNote view={view} />}
        <TextField
          view={view}
          name="address"
          label={t(hasSms ? 'account-address-sms' : 'account-address')}
          type={hasSms ? 'text' : 'email'}
          autocomplete={hasSms ? 'username' : 'email'}
          maxlength={200}
          required
          value={typed}
          faults={faults}
        />
        <button class="usa-button usa-button--big" type="submit">
          {t('account-send-code')}
        </button>
      </form>
    </PlainPage>
  )
}
