import { keyedHash } from '../core/encryption/fields.ts'
import type { FieldError } from '../core/problem.ts'
import { cleanEmail, isEmail } from '../core/text.ts'
import { addressOf } from '../identity/limits.ts'
import { signedInAs } from '../identity/sessions/cookies.ts'
import { peekLink, useLink } from '../identity/staff/links.ts'
import { enqueueStaffEmail } from '../identity/staff/pending-emails.ts'
import { identityDb, mailboxIndex } from '../identity/staff/staff.ts'
import { type FieldMessage, fieldMessage } from '../web/components/fields.tsx'
import { readForm } from '../web/form.ts'
import { type PageView, viewOf } from '../web/view.ts'
import { destinationOf, formText, readTo } from './destination.ts'
import {
  completeStepUp,
  requestOriginOf,
  type SignInPageContext,
  type SignInResult,
  startStaffSession,
} from './session.ts'
import { SignInPage } from './sign-in.tsx'
import { Simple } from './simple.tsx'

const MINUTE = 60_000

/** The same work for every address, so that it does not reveal who has an account: a job looks it up. */
export async function askForLink(c: SignInPageContext) {
  const view = viewOf(c)
  const platform = c.get('platform')
  const form = await readForm(c)
  const email = cleanEmail(formText(form, 'email'))
  const to = readTo(c, form.get('to'))
  const errors = emailErrors(view, email)
  if (errors.length > 0)
    return c.html(<SignInPage {...{ view, to, email, errors }} at={destinationOf(c, to)} />, 400)
  const { slug } = c.get('site').region
  const db = identityDb(platform, slug)
  const mailbox = await mailboxIndex(platform, db, email)
  const origin = requestOriginOf(c, to, form.get('again') === '1')
  // The asker is part of the id: another person's request in the same minute must not suppress this one.
  const asker = await keyedHash(platform, db, 'one_time.asker', addressOf(c) ?? '')
  const id = `${mailbox}.${asker}.${Math.floor(origin.at / MINUTE)}`
  await db.commit([enqueueStaffEmail(platform, id, { about: 'sign-in', mailbox, asked: origin })])
  return c.html(<EmailSentPage view={view} />)
}

export function emailErrors(view: PageView, email: string): FieldMessage[] {
  const code: FieldError['code'] | undefined =
    email === '' ? 'required' : isEmail(email) ? undefined : 'not-an-email'
  if (code === undefined) return []
  return [fieldMessage(view.t, 'email', view.t('field-email'), { code })]
}

export function EmailSentPage({ view }: { view: PageView }) {
  const { t } = view
  return (
    <Simple view={view} title={t('sign-in-asked-title')}>
      <p class="usa-intro">{t('sign-in-asked-text')}</p>
      <p>{t('sign-in-asked-last')}</p>
      <p>{t('sign-in-asked-none')}</p>
    </Simple>
  )
}

/** A page with a button, because mail programs fetch links. */
export async function linkPage(c: SignInPageContext) {
  const view = viewOf(c)
  const { t } = view
  const open = await peekLink(c.get('platform'), c.get('site').region.slug, c.req.param('token') ?? '')
  if (open === undefined) return c.html(<LinkExpiredPage view={view} />, 404)
  return c.html(
    <Simple view={view} title={t('link-title', { name: open.row.name })}>
      {open.device !== '' && <p>{t('link-asked', { device: open.device })}</p>}
      <p>{t('link-text')}</p>
      <form method="post">
        <button class="usa-button usa-button--big" type="submit">
          {t('link-go')}
        </button>
      </form>
    </Simple>,
  )
}

export async function openLink(c: SignInPageContext) {
  const view = viewOf(c)
  const open = await useLink(c.get('platform'), c.get('site').region.slug, c.req.param('token') ?? '')
  if (open === undefined) return c.html(<LinkExpiredPage view={view} />, 404)
  const here = open.again ? await signedInAs(c, 'staff') : undefined
  const [first = 'mailbox', ...others] = open.sources
  const shown: SignInResult = [
    { method: 'email', source: first },
    ...others.map(source => ({ method: 'email', source }) as const),
  ]
  // In a browser where nobody is signed in, a step-up link is an ordinary sign-in.
  if (here?.holder === open.staff) await completeStepUp(c, open.staff, shown)
  else await startStaffSession(c, open.staff, shown)
  return c.redirect(readTo(c, view.href(open.to)), 303)
}

export function LinkExpiredPage({ view }: { view: PageView }) {
  const { t } = view
  return (
    <Simple view={view} title={t('link-over-title')}>
      <p>{t('link-over-text')}</p>
      <p>
        <a class="usa-button" href={view.href('/sign-in')}>
          {t('sign-in-title')}
        </a>
      </p>
    </Simple>
  )
}
