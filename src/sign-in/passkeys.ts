import { openRegion } from '../core/database/handles.ts'
import { problem } from '../core/problem.ts'
import { recentSources, requireStepUp } from '../identity/sessions/authentications.ts'
import {
  addPasskey,
  askForNewPasskey,
  askForPasskey,
  type RelyingParty,
  usePasskey,
} from '../identity/sessions/passkeys.ts'
import { signedInAccess } from '../identity/sessions/sessions.ts'
import { identityDb, staffById } from '../identity/staff/staff.ts'
import { readForm } from '../web/form.ts'
import { viewOf } from '../web/view.ts'
import { formText, readTo } from './destination.ts'
import { completeStepUp, currentSignIn, type SignInPageContext, startStaffSession } from './session.ts'

function siteOf(c: SignInPageContext): RelyingParty {
  const { origin, region } = c.get('site')
  return { origin, name: region.documents.region.name }
}

export async function passkeyOptions(c: SignInPageContext) {
  const platform = c.get('platform')
  const db = identityDb(platform, c.get('site').region.slug)
  return c.json(await askForPasskey(platform, db, siteOf(c)))
}

export async function signInByPasskey(c: SignInPageContext) {
  const platform = c.get('platform')
  const form = await readForm(c)
  const db = identityDb(platform, c.get('site').region.slug)
  const { holder, shown } = await usePasskey(platform, db, siteOf(c), formText(form, 'answer'))
  if (form.get('again') === '1') await completeStepUp(c, holder, shown)
  else await startStaffSession(c, holder, shown)
  return c.redirect(readTo(c, form.get('to')), 303)
}

/** Throws `step-up-required` without a recent step-up. The new passkey will prove the sources of that step-up. */
async function forNewOne(c: SignInPageContext) {
  const platform = c.get('platform')
  const signedIn = await currentSignIn(c)
  const now = platform.clock.now()
  requireStepUp(signedIn, now)
  const db = openRegion(platform, signedInAccess(signedIn, now), c.get('site').region.slug)
  // The first read also proves that the session is open.
  const row = await staffById(db, signedIn.holder)
  if (row === undefined) throw problem('not-found')
  return { platform, db, row, sources: recentSources(signedIn, now) }
}

export async function newPasskeyOptions(c: SignInPageContext) {
  const { platform, db, row } = await forNewOne(c)
  return c.json(await askForNewPasskey(platform, db, siteOf(c), row))
}

export async function keepPasskey(c: SignInPageContext) {
  const { platform, db, row, sources } = await forNewOne(c)
  const form = await readForm(c)
  const made = { holder: row.id, name: formText(form, 'name'), sources }
  await addPasskey(platform, db, siteOf(c), formText(form, 'answer'), made)
  return c.redirect(viewOf(c).href('/me'), 303)
}
