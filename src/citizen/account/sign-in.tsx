import type { Context } from 'hono'
import type { FieldErrorCode } from '../../core/problem.ts'
import { type AccountAddress, accountFor } from '../../identity/accounts.ts'
import { addressOf } from '../../identity/limits.ts'
import { type CodeInput, sendCode } from '../../identity/sessions/codes.ts'
import { forgetSession, keepSession, signedInAs } from '../../identity/sessions/cookies.ts'
import { deviceWords } from '../../identity/sessions/device.ts'
import { endSession, startSession } from '../../identity/sessions/sessions.ts'
import type { SourceShown } from '../../identity/sessions/sources.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { readAddress } from '../../residents/address.ts'
import { NoMailNote } from '../../web/components/components.tsx'
import { ErrorSummary, type FieldMessage, fieldMessage, TextField } from '../../web/components/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { PlainPage } from './frame.tsx'
import { needResident, readTo } from './resident.ts'

type PageContext = Context<AppEnv>

export async function signInPage(c: PageContext) {
  const to = readTo(c, c.req.query('to'))
  if ((await signedInAs(c, 'account')) !== undefined) return c.redirect(to, 303)
  return c.html(<SignInPage view={viewOf(c)} hasSms={hasSms(c)} to={to} typed="" errors={[]} />)
}

/** The same response for every address, so that it does not reveal who has an account. */
export async function askForCode(c: PageContext) {
  const view = viewOf(c)
  const form = await readForm(c)
  const typed = String(form.get('address') ?? '')
  const to = readTo(c, form.get('to'))
  const read = readTyped(c, typed)
  if ('error' in read) {
    const label = view.t(hasSms(c) ? 'account-address-sms' : 'account-address')
    const errors = [fieldMessage(view.t, 'address', label, { code: read.error })]
    return c.html(<SignInPage {...{ view, hasSms: hasSms(c), to, typed, errors }} />, 400)
  }
  return toCode(c, { action: 'sign-in', address: read.address, language: view.language, to, account: null })
}

export function hasSms(c: PageContext): boolean {
  return c.get('platform').sms.isConfigured
}

export function readTyped(
  c: PageContext,
  typed: string,
): { address: AccountAddress } | { error: FieldErrorCode } {
  const address = readAddress(typed, c.get('site').region.documents.region.countryCode)
  if (address !== undefined && (address.kind === 'email' || hasSms(c))) return { address }
  return { error: hasSms(c) ? 'not-an-address' : 'not-an-email' }
}

export async function toCode(c: PageContext, input: CodeInput): Promise<Response> {
  const ticket = await sendCode(c.get('platform'), c.get('site').region, input, addressOf(c) ?? '')
  const query = new URLSearchParams({ ticket, by: input.address.kind })
  return c.redirect(viewOf(c).href(`/account/code?${query}`), 303)
}

/** Opens the account of a proven address; anyone signed in here before is signed out. */
export async function signIn(c: PageContext, { address, language, to }: CodeInput): Promise<Response> {
  const platform = c.get('platform')
  const region = c.get('site').region.slug
  const before = await signedInAs(c, 'account')
  if (before !== undefined) await endSession(platform, region, before.session)
  const holder = await accountFor(platform, region, address, language)
  const device = deviceWords(c.req.header('user-agent'))
  const input = { kind: 'account', holder, shown: [shownBy(address)], device } as const
  keepSession(c, 'account', await startSession(platform, region, input))
  return c.redirect(to, 303)
}

export function shownBy({ kind }: AccountAddress): SourceShown {
  return kind === 'phone' ? { method: 'sms', source: 'phone' } : { method: 'email', source: 'mailbox' }
}

export async function signOut(c: PageContext) {
  const signedIn = await signedInAs(c, 'account')
  if (signedIn !== undefined) await endSession(c.get('platform'), signedIn.region, signedIn.session)
  forgetSession(c, 'account')
  return c.redirect(viewOf(c).href('/'), 303)
}

export async function stepUpPage(c: PageContext) {
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
                {t('account-again-by', { address: view.phone(account[kind] ?? '') })}
              </button>
            </p>
          ))}
      </form>
    </PlainPage>,
  )
}

export async function askForStepUp(c: PageContext) {
  const { account } = await needResident(c)
  const form = await readForm(c)
  const kind = form.get('by') === 'phone' ? 'phone' : 'email'
  const value = account[kind]
  if (value === null) return stepUpPage(c)
  const to = readTo(c, form.get('to'))
  const { language } = viewOf(c)
  return toCode(c, { action: 'again', address: { kind, value }, language, to, account: account.id })
}

interface SignInProps {
  view: PageView
  hasSms: boolean
  to: string
  typed: string
  errors: readonly FieldMessage[]
}

function SignInPage({ view, hasSms, to, typed, errors }: SignInProps) {
  const { t } = view
  const { name } = view.site.region.documents.region
  return (
    <PlainPage view={view} title={t('account-sign-in-title')} errors={errors}>
      <ErrorSummary view={view} errors={errors} />
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
          errors={errors}
        />
        <button class="usa-button usa-button--big" type="submit">
          {t('account-send-code')}
        </button>
      </form>
    </PlainPage>
  )
}
