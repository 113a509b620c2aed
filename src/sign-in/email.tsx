import type { FieldFault } from '../core/problem.ts'
import { isEmail } from '../core/text.ts'
import { signedInAs } from '../people/cookies.ts'
import { lookAtLink, useLink } from '../people/links.ts'
import { mailboxIndex, peopleDb } from '../people/staff.ts'
import { wantLetter } from '../people/wanted-letters.ts'
import type { FieldMessage } from '../web/fields.tsx'
import { readForm } from '../web/form.ts'
import { type View, viewOf } from '../web/view.ts'
import { arrive, arriveAgain, askedBy, type PageContext } from './arrive.ts'
import { SignInPage } from './sign-in.tsx'
import { Simple } from './simple.tsx'
import { readTo, textOf } from './to.ts'

const MINUTE = 60_000

/**
 * Asks for a letter with a link. Whoever asks, for whatever address, the same is done and said: whether it is anybody's
 * shows in the job that writes the letter, and only to the mailbox.
 */
export async function askForLink(c: PageContext) {
  const view = viewOf(c)
  const platform = c.get('platform')
  const form = await readForm(c)
  const email = textOf(form, 'email')
  const to = readTo(c, form.get('to'))
  const faults = emailFaults(view, email)
  if (faults.length > 0) return c.html(<SignInPage {...{ view, to, email, faults }} />, 400)
  const { slug } = c.get('site').region
  const db = peopleDb(platform, slug)
  const mailbox = await mailboxIndex(platform, db, email)
  const asked = askedBy(c, to, form.get('again') === '1')
  const minute = Math.floor(asked.at / MINUTE)
  await db.commit([wantLetter(platform, `${mailbox}.${minute}`, { about: 'sign-in', mailbox, asked })])
  platform.wake({ kind: 'region', region: slug })
  return c.html(<LetterAskedPage view={view} />)
}

export function emailFaults(view: View, email: string): FieldMessage[] {
  const code: FieldFault['code'] | undefined =
    email === '' ? 'required' : isEmail(email) ? undefined : 'not-an-email'
  if (code === undefined) return []
  return [{ field: 'email', label: view.t('field-email'), message: view.t(`fault-${code}`) }]
}

export function LetterAskedPage({ view }: { view: View }) {
  const { t } = view
  return (
    <Simple view={view} title={t('sign-in-asked-title')}>
      <p class="usa-intro">{t('sign-in-asked-text')}</p>
      <p>{t('sign-in-asked-none')}</p>
    </Simple>
  )
}

/** What a link is for, and a button: mail programs look at links. */
export async function linkPage(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const open = await lookAtLink(c.get('platform'), c.get('site').region.slug, c.req.param('token') ?? '')
  if (open === undefined) return c.html(<LinkOverPage view={view} />, 404)
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

export async function openLink(c: PageContext) {
  const view = viewOf(c)
  const open = await useLink(c.get('platform'), c.get('site').region.slug, c.req.param('token') ?? '')
  if (open === undefined) return c.html(<LinkOverPage view={view} />, 404)
  const here = open.again ? await signedInAs(c, 'staff') : undefined
  // Opened where nobody is signed in, it is a sign-in like any other.
  if (here?.holder === open.staff) await arriveAgain(c, open.staff)
  else await arrive(c, open.staff, 'email')
  return c.redirect(readTo(c, view.href(open.to)), 303)
}

export function LinkOverPage({ view }: { view: View }) {
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
