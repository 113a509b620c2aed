import type { Context } from 'hono'
import type { ResidentAccess } from '../../core/access.ts'
import { openRegion, type RegionDb } from '../../core/database/handles.ts'
import { asProblem, problem } from '../../core/problem.ts'
import { type Account, readAccount, residentAccess } from '../../identity/accounts.ts'
import { forgetSession, signedInAs } from '../../identity/sessions/cookies.ts'
import { type SignedIn, signedInAccess } from '../../identity/sessions/sessions.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import type { Draft } from '../../requests/draft.ts'
import { isOwnPage } from '../../web/own-page.ts'
import type { PageView } from '../../web/view.ts'

export interface Resident {
  readonly signedIn: SignedIn
  readonly account: Account
  readonly access: ResidentAccess
  readonly db: RegionDb
}

/** Undefined for anyone who is not signed in, or whose session has ended. */
export async function residentOf(c: Context<AppEnv>): Promise<Resident | undefined> {
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
export async function needResident(c: Context<AppEnv>): Promise<Resident> {
  const resident = await residentOf(c)
  if (resident === undefined) throw problem('sign-in-needed')
  return resident
}

/** Only ever a page of this site, so that a link cannot redirect elsewhere. */
export function readTo(c: Context<AppEnv>, typed: unknown): string {
  const { base } = c.get('site')
  return isOwnPage(typed) && typed.startsWith(`${base}/`) ? typed : `${base}/account/cases`
}

export function addressesOf(view: PageView, { email, phone }: Account): string[] {
  return [email, phone && view.phone(phone)].filter(own => own !== null)
}

export function withContact(draft: Draft, { email, phone }: Account): Draft {
  const { contact } = draft
  return {
    ...draft,
    contact: { ...contact, email: contact.email || (email ?? ''), phone: contact.phone || (phone ?? '') },
  }
}
