import type { Context } from 'hono'
import type { ResidentAccess } from '../../core/access.ts'
import { openRegion, type RegionDb } from '../../core/db.ts'
import { asProblem, problem } from '../../core/problem.ts'
import { type Account, readAccount, residentAccess } from '../../people/accounts.ts'
import { forgetSession, signedInAs } from '../../people/cookies.ts'
import { type SignedIn, signedInAccess } from '../../people/sessions.ts'
import type { Door } from '../../regions/site.ts'
import type { Draft } from '../../requests/draft.ts'
import { isOwnPage } from '../../web/own-page.ts'

/** A resident who has signed in, and what their pages are made from. */
export interface Resident {
  readonly signedIn: SignedIn
  readonly account: Account
  readonly access: ResidentAccess
  /** Their own rows of the region's database. */
  readonly db: RegionDb
}

/** Undefined for whoever has not signed in, or no longer is. */
export async function residentOf(c: Context<Door>): Promise<Resident | undefined> {
  const signedIn = await signedInAs(c, 'account')
  if (signedIn === undefined) return undefined
  const platform = c.get('platform')
  const now = platform.clock.now()
  try {
    const db = openRegion(platform, signedInAccess(signedIn, now), signedIn.region)
    const account = await readAccount(platform, db, signedIn.holder)
    if (account !== undefined) return { signedIn, account, access: residentAccess(signedIn, now), db }
  } catch (error) {
    if (asProblem(error).slug !== 'sign-in-needed') throw error
  }
  forgetSession(c, 'account')
  return undefined
}

/** Throws `sign-in-needed`, which leads to the residents' sign-in and back. */
export async function needResident(c: Context<Door>): Promise<Resident> {
  const resident = await residentOf(c)
  if (resident === undefined) throw problem('sign-in-needed')
  return resident
}

/** Where to go afterwards: only ever a page of this site. */
export function readTo(c: Context<Door>, typed: unknown): string {
  const { base } = c.get('site')
  return isOwnPage(typed) && typed.startsWith(`${base}/`) ? typed : `${base}/account/cases`
}

/** What an account is called by to whom it belongs. */
export function addressOf({ email, phone }: Account): string {
  return email ?? phone ?? ''
}

/** A report with its reporter's own addresses, where they have typed none. */
export function withContact(draft: Draft, { email, phone }: Account): Draft {
  const { contact } = draft
  return {
    ...draft,
    contact: { ...contact, email: contact.email || (email ?? ''), phone: contact.phone || (phone ?? '') },
  }
}
