import { openRegion } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import {
  addPasskey,
  askForNewPasskey,
  askForPasskey,
  type RelyingParty,
  usePasskey,
} from '../people/passkeys.ts'
import { refuseStale, signedInAccess } from '../people/sessions.ts'
import { peopleDb, staffById } from '../people/staff.ts'
import { readForm } from '../web/form.ts'
import { viewOf } from '../web/view.ts'
import { arrive, arriveAgain, type PageContext, whoIsHere } from './arrive.ts'
import { readTo, textOf } from './to.ts'

function siteOf(c: PageContext): RelyingParty {
  const { origin, region } = c.get('site')
  return { origin, name: region.documents.region.name }
}

/** What the browser is to sign in with, as JSON for the page's script. */
export async function passkeyOptions(c: PageContext) {
  const platform = c.get('platform')
  const db = peopleDb(platform, c.get('site').region.slug)
  return c.json(await askForPasskey(platform, db, siteOf(c)))
}

export async function signInByPasskey(c: PageContext) {
  const platform = c.get('platform')
  const form = await readForm(c)
  const db = peopleDb(platform, c.get('site').region.slug)
  const holder = await usePasskey(platform, db, siteOf(c), textOf(form, 'answer'))
  if (form.get('again') === '1') await arriveAgain(c, holder)
  else await arrive(c, holder, 'passkey')
  return c.redirect(readTo(c, form.get('to')), 303)
}

/** A dangerous act: throws `prove-again` unless they have just shown who they are. */
async function forNewOne(c: PageContext) {
  const platform = c.get('platform')
  const signedIn = await whoIsHere(c)
  const now = platform.clock.now()
  refuseStale(signedIn, now)
  const db = openRegion(platform, signedInAccess(signedIn, now), c.get('site').region.slug)
  // Asked first, and with it whether the session is open still.
  const row = await staffById(db, signedIn.holder)
  if (row === undefined) throw problem('not-found')
  return { platform, db, row }
}

export async function newPasskeyOptions(c: PageContext) {
  const { platform, db, row } = await forNewOne(c)
  return c.json(await askForNewPasskey(platform, db, siteOf(c), row))
}

export async function keepPasskey(c: PageContext) {
  const { platform, db, row } = await forNewOne(c)
  const form = await readForm(c)
  await addPasskey(platform, db, siteOf(c), row.id, textOf(form, 'answer'), textOf(form, 'name'))
  return c.redirect(viewOf(c).href('/me'), 303)
}
