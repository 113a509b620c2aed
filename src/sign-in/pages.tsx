import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { problem } from '../core/problem.ts'
import { signedInAs } from '../people/cookies.ts'
import { peopleDb, staffById } from '../people/staff.ts'
import type { Door } from '../regions/site.ts'
import { viewOf } from '../web/view.ts'
import { againPage } from './again.tsx'
import type { PageContext } from './arrive.ts'
import { demoOnly, proveAgainAs, signInAs } from './demo.ts'
import { askForLink, linkPage, openLink } from './email.tsx'
import { askForMailbox, mailboxPage, prove } from './mailbox.tsx'
import { mePage } from './me.tsx'
import { giveUp, giveUpPage } from './my-grants.tsx'
import { passkeyPage, remove, rename } from './my-passkeys.tsx'
import { endOne, endOthers, signOut } from './my-sessions.tsx'
import { keepPasskey, newPasskeyOptions, passkeyOptions, signInByPasskey } from './passkeys.ts'
import { comeBack, goToProvider } from './provider.ts'
import { appoint, appointPage, regionPage } from './region.tsx'
import { SignInPage } from './sign-in.tsx'
import { readTo } from './to.ts'

const MAX_FORM_BYTES = 64 * 1024

/** How staff sign in and out, and each person's own page. Only passkeys need script. */
export function signInPages(): Hono<Door> {
  const pages = new Hono<Door>()

  pages.get('/sign-in', signInPage)
  pages.get('/sign-in/again', againPage)
  pages.post('/sign-in/email', smallForm, askForLink)
  // Whoever reloads the answer to a form without it.
  pages.on('GET', ['/sign-in/email', '/sign-in/passkey'], c => c.redirect(viewOf(c).href('/sign-in'), 303))
  pages.get('/sign-in/link/:token', linkPage)
  pages.post('/sign-in/link/:token', smallForm, openLink)
  pages.get('/sign-in/oidc/callback', comeBack)
  pages.get('/sign-in/oidc/:jurisdiction', goToProvider)
  pages.post('/sign-in/passkey/options', smallForm, passkeyOptions)
  pages.post('/sign-in/passkey', smallForm, signInByPasskey)
  pages.post('/sign-in/demo', demoOnly, smallForm, signInAs)
  pages.post('/sign-in/demo/again', demoOnly, smallForm, proveAgainAs)
  pages.post('/sign-out', smallForm, signOut)

  pages.get('/me', mePage)
  pages.get('/me/grants/:jurisdiction/:id', giveUpPage)
  pages.post('/me/grants/:jurisdiction/:id', smallForm, giveUp)
  pages.post('/me/sessions/end-others', smallForm, endOthers)
  pages.post('/me/sessions/:id/end', smallForm, endOne)
  pages.post('/me/passkeys/options', smallForm, newPasskeyOptions)
  pages.post('/me/passkeys', smallForm, keepPasskey)
  pages.get('/me/passkeys/:id', passkeyPage)
  pages.post('/me/passkeys/:id', smallForm, rename)
  pages.post('/me/passkeys/:id/remove', smallForm, remove)
  pages.post('/me/mailbox', smallForm, askForMailbox)
  pages.get('/me/mailbox/:token', mailboxPage)
  pages.post('/me/mailbox/:token', smallForm, prove)

  pages.get('/region', regionPage)
  pages.get('/region/:jurisdiction', appointPage)
  pages.post('/region/:jurisdiction', smallForm, appoint)
  return pages
}

const smallForm = bodyLimit({
  maxSize: MAX_FORM_BYTES,
  onError: () => {
    throw problem('too-large')
  },
})

async function signInPage(c: PageContext) {
  const signedIn = await signedInAs(c, 'staff')
  const db = peopleDb(c.get('platform'), c.get('site').region.slug)
  const here = signedIn && (await staffById(db, signedIn.holder))
  return c.html(<SignInPage view={viewOf(c)} to={readTo(c, c.req.query('to'))} here={here} />)
}
