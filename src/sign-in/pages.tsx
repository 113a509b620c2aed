import { Hono } from 'hono'
import { asProblem } from '../core/problem.ts'
import { signedInAs } from '../identity/sessions/cookies.ts'
import { staffById } from '../identity/staff/staff.ts'
import type { AppEnv } from '../regions/runtime/site.ts'
import { typedAgency } from '../web/components/jurisdiction-search.tsx'
import { viewOf } from '../web/view.ts'
import { demoOnly, signInAs, stepUpAs } from './demo.ts'
import { destinationOf, readTo } from './destination.ts'
import { askForLink, linkPage, openLink } from './email.tsx'
import { demoMailboxPage } from './mailbox.tsx'
import { resign, resignPage } from './own-account/grants.tsx'
import { askForMailbox, mailboxPage, prove } from './own-account/mailbox.tsx'
import { ownAccount, ownAccountPage } from './own-account/page.tsx'
import { passkeyPage, remove, rename } from './own-account/passkeys.tsx'
import { endOne, endOthers, signOut } from './own-account/sessions.tsx'
import { keepPasskey, newPasskeyOptions, passkeyOptions, signInByPasskey } from './passkeys.ts'
import { comeBack, goToProvider } from './provider.ts'
import { appoint, appointPage, regionPage } from './region.tsx'
import type { SignInPageContext } from './session.ts'
import { SignInPage } from './sign-in.tsx'
import { stepUpPage } from './step-up.tsx'

export function signInPages(): Hono<AppEnv> {
  const pages = new Hono<AppEnv>()

  pages.get('/sign-in', signInPage)
  pages.get('/sign-in/again', stepUpPage)
  pages.post('/sign-in/email', askForLink)
  // Reloading the response to a form requests it with GET.
  pages.on('GET', ['/sign-in/email', '/sign-in/passkey'], c => c.redirect(viewOf(c).href('/sign-in'), 303))
  pages.get('/sign-in/link/:token', linkPage)
  pages.post('/sign-in/link/:token', openLink)
  pages.get('/sign-in/oidc/callback', comeBack)
  pages.get('/sign-in/oidc/:jurisdiction', goToProvider)
  pages.post('/sign-in/passkey/options', passkeyOptions)
  pages.post('/sign-in/passkey', signInByPasskey)
  pages.post('/sign-in/demo', demoOnly, signInAs)
  pages.get('/demo/mailbox', demoOnly, demoMailboxPage)
  pages.post('/sign-in/demo/again', demoOnly, stepUpAs)
  pages.post('/sign-out', signOut)

  pages.get('/me', ownAccountPage)
  pages.get('/me/grants/:jurisdiction/:id', resignPage)
  pages.post('/me/grants/:jurisdiction/:id', resign)
  pages.post('/me/sessions/end-others', endOthers)
  pages.post('/me/sessions/:id/end', endOne)
  pages.post('/me/passkeys/options', newPasskeyOptions)
  pages.post('/me/passkeys', keepPasskey)
  pages.get('/me/passkeys/:id', passkeyPage)
  pages.post('/me/passkeys/:id', rename)
  pages.post('/me/passkeys/:id/remove', remove)
  pages.post('/me/mailbox', askForMailbox)
  pages.get('/me/mailbox/:token', mailboxPage)
  pages.post('/me/mailbox/:token', prove)

  pages.get('/region', regionPage)
  pages.get('/region/:jurisdiction', appointPage)
  pages.post('/region/:jurisdiction', appoint)
  return pages
}

async function signInPage(c: SignInPageContext) {
  const here = (await signedInAs(c, 'staff')) && (await stillHere(c))
  const to = readTo(c, c.req.query('to'))
  const props = { view: viewOf(c), to, at: destinationOf(c, to), here, typed: typedAgency(c) }
  return c.html(<SignInPage {...props} />)
}

async function stillHere(c: SignInPageContext) {
  try {
    const { db, signedIn } = await ownAccount(c)
    return await staffById(db, signedIn.holder)
  } catch (error) {
    if (asProblem(error).slug !== 'sign-in-needed') throw error
    return undefined
  }
}
