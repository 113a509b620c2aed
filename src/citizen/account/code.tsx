import type { Context } from 'hono'
import { asProblem } from '../../core/problem.ts'
import { setAddress } from '../../identity/accounts.ts'
import {
  CODE_MINUTES,
  type CodeInput,
  notifyReplacedAddress,
  useCode,
} from '../../identity/sessions/codes.ts'
import { carriesSession, keepSession } from '../../identity/sessions/cookies.ts'
import { recordStepUp } from '../../identity/sessions/sessions.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { ErrorSummary, fieldMessage, TextField } from '../../web/components/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { PlainPage } from './frame.tsx'
import { needResident, type Resident } from './resident.ts'
import { shownBy, signIn } from './sign-in.tsx'

type PageContext = Context<AppEnv>

export function codePage(c: PageContext) {
  return c.html(<CodePage view={viewOf(c)} {...readTicket(c)} />)
}

/** A code requested while signed in is valid only for the person who is still signed in. */
export async function typeCode(c: PageContext): Promise<Response> {
  const platform = c.get('platform')
  const form = await readForm(c)
  const { slug } = c.get('site').region
  const typed = String(form.get('code') ?? '')
  const proved = await useCode(platform, slug, readTicket(c).ticket, typed)
  if (proved === undefined) return wrong(c)
  if (proved.action === 'sign-in') return signIn(c, proved)
  const resident = await needResident(c)
  if (resident.account.id !== proved.account) return wrong(c)
  if (proved.action === 'address') return changeAddress(c, resident, proved)
  const renewed = await recordStepUp(platform, resident.signedIn, [shownBy(proved.address)])
  if (renewed !== undefined) keepSession(c, 'account', renewed)
  return c.redirect(proved.to, 303)
}

async function changeAddress(
  c: PageContext,
  { account, db }: Resident,
  { address, to }: CodeInput,
): Promise<Response> {
  const platform = c.get('platform')
  const { region } = c.get('site')
  try {
    await setAddress(platform, db, account.id, address)
  } catch (error) {
    if (asProblem(error).slug !== 'wrong-state') throw error
    return c.redirect(`${to}?changed=taken`, 303)
  }
  for (const kind of ['email', 'phone'] as const) {
    const value = account[kind]
    if (value !== null && value !== address.value)
      platform.waitUntil(notifyReplacedAddress(platform, region, { kind, value }, account.language))
  }
  return c.redirect(`${to}?changed=yes`, 303)
}

function wrong(c: PageContext) {
  return c.html(<CodePage view={viewOf(c)} {...readTicket(c)} isWrong />, 400)
}

function readTicket(c: PageContext) {
  const ticket = (c.req.query('ticket') ?? '').slice(0, 40)
  const by = c.req.query('by') === 'phone' ? 'phone' : 'email'
  return { ticket, by, hasLink: by === 'email' && !carriesSession(c, 'account') } as const
}

interface Props {
  view: PageView
  ticket: string
  by: 'email' | 'phone'
  hasLink: boolean
  isWrong?: boolean
}

function CodePage({ view, ticket, by, hasLink, isWrong = false }: Props) {
  const { t } = view
  const label = t('account-code')
  const errors = isWrong ? [fieldMessage(t, 'code', label, { code: 'wrong-code' })] : []
  const query = new URLSearchParams({ ticket, by })
  return (
    <PlainPage view={view} title={t('account-code-title')} errors={errors}>
      <ErrorSummary view={view} errors={errors} />
      <p class="usa-intro">{t('account-code-text', { by, minutes: CODE_MINUTES })}</p>
      <form method="post" action={view.href(`/account/code?${query}`)} novalidate>
        <TextField
          view={view}
          name="code"
          label={label}
          inputmode="numeric"
          autocomplete="one-time-code"
          maxlength={20}
          required
          value=""
          errors={errors}
        />
        <button class="usa-button usa-button--big" type="submit">
          {t('account-code-go')}
        </button>
      </form>
      {hasLink && <p>{t('account-code-last')}</p>}
      <p>
        <a class="usa-link" href={view.href('/account/sign-in')}>
          {t('account-code-again')}
        </a>
      </p>
    </PlainPage>
  )
}
