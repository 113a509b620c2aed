import type { RegionDb } from '../core/db.ts'
import type { Platform } from '../platform/platform.ts'
import { issueOneTime, lookAtOneTime, useOneTime } from './one-time.ts'
import { noteVerified, peopleDb, type StaffRow, staffById } from './staff.ts'

/*
 * Links that sign somebody in, once. A link is `<id>.<secret>`. It is bound to no browser: people ask at their desk and read
 * their mail on a phone. Whoever made somebody else ask for one gains nothing by it, for it signs in the browser in which it
 * is opened and its button pressed, and the page says which device had asked.
 */

const PURPOSE = 'staff-link'
/** OWASP ASVS 5.0, 6.5.5: ten minutes. An invitation waits over a weekend. */
const MINUTES = 10
export const INVITATION_DAYS = 4
/** Where whoever has signed in goes on, unless they came from somewhere: the page of their work. */
export const AFTER_SIGN_IN = '/work'
const INVITATION_MINUTES = INVITATION_DAYS * 24 * 60
const MOST_AN_HOUR = 5

/** What a link says. */
export interface LinkSays {
  readonly staff: string
  readonly device: string
  /** The page of the site to go on to. */
  readonly to: string
  readonly again: boolean
}

/** Undefined when too many have been asked for within the hour. Whoever invites somebody is not anybody: that is not counted. */
export async function issueLink(
  platform: Platform,
  db: RegionDb,
  says: LinkSays,
  kind: 'sign-in' | 'invitation',
): Promise<string | undefined> {
  const made = await issueOneTime(platform, db, {
    purpose: PURPOSE,
    holder: says.staff,
    minutes: kind === 'invitation' ? INVITATION_MINUTES : MINUTES,
    mostAnHour: kind === 'sign-in' ? MOST_AN_HOUR : undefined,
    data: says,
  })
  return made && tokenOf(made)
}

/** What is one-time, as it stands in a URL. */
export function tokenOf({ id, secret }: { readonly id: string; readonly secret: string }): string {
  return `${id}.${secret}`
}

/** Undefined for what cannot be one. */
export function readToken(token: string): { readonly id: string; readonly secret: string } | undefined {
  const [, id, secret] = /^([0-9A-Z]{20})\.([0-9A-Z]{40})$/.exec(token) ?? []
  return id === undefined || secret === undefined ? undefined : { id, secret }
}

export interface OpenLink extends LinkSays {
  readonly row: StaffRow
}

/** Who a link would sign in. Looking changes nothing: mail programs look at every link. */
export async function lookAtLink(
  platform: Platform,
  region: string,
  token: string,
): Promise<OpenLink | undefined> {
  const read = readToken(token)
  if (read === undefined) return undefined
  const db = peopleDb(platform, region)
  return withRow(db, await lookAtOneTime<LinkSays>(platform, db, PURPOSE, read.id, read.secret))
}

/** Uses a link up: its holder has proved their mailbox. */
export async function useLink(
  platform: Platform,
  region: string,
  token: string,
): Promise<OpenLink | undefined> {
  const read = readToken(token)
  if (read === undefined) return undefined
  const db = peopleDb(platform, region)
  const open = await withRow(db, await useOneTime<LinkSays>(platform, db, PURPOSE, read.id, read.secret))
  if (open !== undefined) await noteVerified(db, open.staff, platform.clock.now())
  return open
}

async function withRow(db: RegionDb, says: LinkSays | undefined): Promise<OpenLink | undefined> {
  const row = says && (await staffById(db, says.staff))
  return says && row && { ...says, row }
}
