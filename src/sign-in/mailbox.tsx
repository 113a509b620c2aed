import { randomText } from '../core/ids.ts'
import { problem } from '../core/problem.ts'
import { lookAtMailbox, proveMailbox } from '../people/mailbox.ts'
import { endSessionsOf, refuseStale } from '../people/sessions.ts'
import { hasMailbox, sealMailbox, staffById } from '../people/staff.ts'
import { wantLetter } from '../people/wanted-letters.ts'
import { EmailField, FaultSummary, type FieldMessage } from '../web/fields.tsx'
import { readForm } from '../web/form.ts'
import { type View, viewOf } from '../web/view.ts'
import { arrive, askedBy, type PageContext } from './arrive.ts'
import { emailFaults, LetterAskedPage, LinkOverPage } from './email.tsx'
import { mine } from './me.tsx'
import { Own } from './simple.tsx'
import { textOf } from './to.ts'

/* Somebody who signs in with a provider says which mailbox is theirs, and proves it. */

interface FormProps {
  view: View
  email: string
  faults: readonly FieldMessage[]
}

export function MailboxForm({ view, email, faults }: FormProps) {
  const { t } = view
  return (
    <section class="panel" aria-labelledby="mailbox">
      <h2 id="mailbox">{t('mailbox-title')}</h2>
      <p>{t('mailbox-text')}</p>
      <form method="post" action={view.href('/me/mailbox')} novalidate>
        <EmailField view={view} value={email} faults={faults} />
        <button class="usa-button usa-button--outline" type="submit">
          {t('sign-in-email-go')}
        </button>
      </form>
    </section>
  )
}

/** The answer is the same for every address, whoever's it is. */
export async function askForMailbox(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const { platform, region, signedIn, db } = await mine(c)
  refuseStale(signedIn, view.now)
  const row = await staffById(db, signedIn.holder)
  if (row === undefined || hasMailbox(row)) throw problem('not-found')
  const email = textOf(await readForm(c), 'email')
  const faults = emailFaults(view, email)
  if (faults.length > 0) {
    return c.html(
      <Own view={view} title={t('mailbox-title')}>
        <FaultSummary view={view} faults={faults} />
        <MailboxForm view={view} email={email} faults={faults} />
      </Own>,
      400,
    )
  }
  const letter = {
    about: 'mailbox',
    staff: row.id,
    email: await sealMailbox(platform, db, email),
    asked: askedBy(c, '', false),
  } as const
  await db.commit([wantLetter(platform, randomText(platform.random, 12), letter)])
  platform.wake({ kind: 'region', region: region.slug })
  return c.html(<LetterAskedPage view={view} />)
}

export async function mailboxPage(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const { platform, region, signedIn, db } = await mine(c)
  const row = await staffById(db, signedIn.holder)
  const email = await lookAtMailbox(platform, region.slug, signedIn.holder, c.req.param('token') ?? '')
  if (row === undefined || email === undefined) return c.html(<LinkOverPage view={view} />, 404)
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

export async function prove(c: PageContext) {
  const view = viewOf(c)
  const { platform, region, signedIn, db } = await mine(c)
  await staffById(db, signedIn.holder)
  const token = c.req.param('token') ?? ''
  const becomes = await proveMailbox(platform, region.slug, signedIn.holder, token)
  if (becomes === undefined) return c.html(<LinkOverPage view={view} />, 404)
  if (becomes !== signedIn.holder) {
    await arrive(c, becomes, 'email')
    await endSessionsOf(platform, region.slug, 'staff', signedIn.holder)
  }
  return c.redirect(view.href('/me'), 303)
}
