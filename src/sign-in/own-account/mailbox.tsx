import { randomText } from '../../core/ids.ts'
import { problem } from '../../core/problem.ts'
import { cleanEmail } from '../../core/text.ts'
import { requireStepUp } from '../../identity/sessions/authentications.ts'
import { endSessionsOf } from '../../identity/sessions/sessions.ts'
import { confirmMailbox, peekMailboxLink } from '../../identity/staff/mailbox.ts'
import { enqueueStaffEmail } from '../../identity/staff/pending-emails.ts'
import { encryptMailbox, hasMailbox, staffById } from '../../identity/staff/staff.ts'
import { EmailField, ErrorSummary, type FieldMessage } from '../../web/components/fields.tsx'
import { readForm } from '../../web/form.ts'
import { type PageView, viewOf } from '../../web/view.ts'
import { formText } from '../destination.ts'
import { EmailSentPage, emailErrors, LinkExpiredPage } from '../email.tsx'
import { completeStepUp, requestOriginOf, type SignInPageContext, startStaffSession } from '../session.ts'
import { Own } from '../simple.tsx'
import { ownAccount } from './page.tsx'

/* A person who signs in with a provider adds an email address and proves it. */

interface FormProps {
  view: PageView
  email: string
  errors: readonly FieldMessage[]
}

export function MailboxForm({ view, email, errors }: FormProps) {
  const { t } = view
  return (
    <section class="panel" aria-labelledby="mailbox">
      <h2 id="mailbox">{t('mailbox-title')}</h2>
      <p>{t('mailbox-text')}</p>
      <form method="post" action={view.href('/me/mailbox')} novalidate>
        <EmailField view={view} value={email} errors={errors} />
        <button class="usa-button usa-button--outline" type="submit">
          {t('sign-in-email-go')}
        </button>
      </form>
    </section>
  )
}

/** The response is the same for every address, so that it does not reveal who has an account. */
export async function askForMailbox(c: SignInPageContext) {
  const view = viewOf(c)
  const { t } = view
  const { platform, signedIn, db } = await ownAccount(c)
  requireStepUp(signedIn, view.now)
  const row = await staffById(db, signedIn.holder)
  if (row === undefined || hasMailbox(row)) throw problem('not-found')
  const email = cleanEmail(formText(await readForm(c), 'email'))
  const errors = emailErrors(view, email)
  if (errors.length > 0) {
    return c.html(
      <Own view={view} title={t('mailbox-title')}>
        <ErrorSummary view={view} errors={errors} />
        <MailboxForm view={view} email={email} errors={errors} />
      </Own>,
      400,
    )
  }
  const pendingEmail = {
    about: 'mailbox',
    staff: row.id,
    email: await encryptMailbox(platform, db, email),
    asked: requestOriginOf(c, '', false),
  } as const
  await db.commit([enqueueStaffEmail(platform, randomText(platform.random, 12), pendingEmail)])
  return c.html(<EmailSentPage view={view} />)
}

export async function mailboxPage(c: SignInPageContext) {
  const view = viewOf(c)
  const { t } = view
  const { platform, region, signedIn, db } = await ownAccount(c)
  const row = await staffById(db, signedIn.holder)
  const email = await peekMailboxLink(platform, region.slug, signedIn.holder, c.req.param('token') ?? '')
  if (row === undefined || email === undefined) return c.html(<LinkExpiredPage view={view} />, 404)
  return c.html(
    <Own view={view} title={t('mailbox-prove-title', { email })}>
      <p>{t('mailbox-prove-text', { name: row.name, email })}</p>
      <form method="post">
        <button class="usa-button usa-button--big" type="submit">
          {t('mailbox-prove-go')}
        </button>
      </form>
    </Own>,
  )
}

export async function prove(c: SignInPageContext) {
  const view = viewOf(c)
  const { platform, region, signedIn, db } = await ownAccount(c)
  await staffById(db, signedIn.holder)
  const token = c.req.param('token') ?? ''
  const becomes = await confirmMailbox(platform, region.slug, signedIn.holder, token)
  if (becomes === undefined) return c.html(<LinkExpiredPage view={view} />, 404)
  const shown = [{ method: 'email', source: 'mailbox' }] as const
  if (becomes === signedIn.holder) await completeStepUp(c, becomes, shown)
  else {
    // What they proved under their former identity still counts.
    await startStaffSession(c, becomes, shown, signedIn.holder)
    await endSessionsOf(platform, region.slug, 'staff', signedIn.holder)
  }
  return c.redirect(view.href('/me'), 303)
}
