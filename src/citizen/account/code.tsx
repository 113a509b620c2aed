import type { Context } from 'hono'
import { asProblem } from '../../core/problem.ts'
import { setAddress } from '../../people/accounts.ts'
import { CODE_MINUTES, type CodeWish, tellReplaced, useCode } from '../../people/codes.ts'
import { keepSession } from '../../people/cookies.ts'
import { proveAgain } from '../../people/sessions.ts'
import type { Door } from '../../regions/site.ts'
import { FaultSummary, TextField } from '../../web/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type View, viewOf } from '../../web/view.ts'
import { PlainPage } from './frame.tsx'
import { needResident, type Resident } from './resident.ts'
import { signIn } from './sign-in.tsx'

type PageContext = Context<Door>

export function codePage(c: PageContext) {
  return c.html(<CodePage view={viewOf(c)} {...readTicket(c)} />)
}

/** What the code proves, done. Whoever asked for it as somebody who had signed in must be that still. */
export async function typeCode(c: PageContext): Promise<Response> {
  const platform = c.get('platform')
  const form = await readForm(c)
  const { slug } = c.get('site').region
  const typed = String(form.get('code') ?? '')
  const proved = await useCode(platform, slug, readTicket(c).ticket, typed)
  if (proved === undefined) return wrong(c)
  if (proved.act === 'sign-in') return signIn(c, proved)
  const resident = await needResident(c)
  if (resident.account.id !== proved.account) return wrong(c)
  if (proved.act === 'address') return changeAddress(c, resident, proved)
  const renewed = await proveAgain(platform, resident.signedIn)
  if (renewed !== undefined) keepSession(c, 'account', renewed)
  return c.redirect(proved.to, 303)
}

async function changeAddress(
  c: PageContext,
  { account, db }: Resident,
  { address, to }: CodeWish,
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
      platform.later(tellReplaced(platform, region, { kind, value }, account.language))
  }
  return c.redirect(`${to}?changed=yes`, 303)
}

function wrong(c: PageContext) {
  return c.html(<CodePage view={viewOf(c)} {...readTicket(c)} isWrong />, 400)
}

/** The form posts to its own address, so that a mistyped code can be typed again. */
function readTicket(c: PageContext) {
  const ticket = (c.req.query('ticket') ?? '').slice(0, 40)
  return { ticket, by: c.req.query('by') === 'phone' ? 'phone' : 'email' } as const
}

interface Props {
  view: View
  ticket: string
  by: 'email' | 'phone'
  isWrong?: boolean
}

function CodePage({ view, ticket, by, isWrong = false }: Props) {
  const { t } = view
  const label = t('account-code')
  const faults = isWrong ? [{ field: 'code', label, message: t('fault-wrong-code') }] : []
  const query = new URLSearchParams({ ticket, by })
  return (
    <PlainPage view={view} title={t('account-code-title')} faults={faults}>
      <FaultSummary view={view} faults={faults} />
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
          faults={faults}
        />
        <button class="usa-button usa-button--big" type="submit">
          {t('account-code-go')}
        </button>
      </form>
      <p>
        <a class="usa-link" href={view.href('/account/sign-in')}>
          {t('account-code-again')}
        </a>
      </p>
    </PlainPage>
  )
}
