import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Proof, SignedInAccess } from '../core/access.ts'
import { openRegion, openTenant, type RegionDb, type Step } from '../core/db.ts'
import { randomText } from '../core/ids.ts'
import { type JobHandler, ring } from '../core/jobs.ts'
import { problem } from '../core/problem.ts'
import { readSigned, sign } from '../core/signing.ts'
import type { DatabaseName, Platform } from '../platform/platform.ts'
import { accountReach, type SignInMethod, session, type sessionKinds, staffReach } from './region-schema.ts'

/*
 * Who has signed in. A session is a row of the region's database; what the browser carries is a signed statement of it,
 * good for a few minutes without another look there, so that it costs no round trip. When it is renewed it counts up: a
 * copied one that comes back later ends the session. A session that is ended is noted at once in every database that it
 * could open, and every statement there says that it is not.
 */

export type SessionKind = (typeof sessionKinds)[number]

export interface SignedIn {
  readonly kind: SessionKind
  readonly region: string
  /** `staff.id` or `account.id`. */
  readonly holder: string
  readonly session: string
  /** When they last proved who they are. */
  readonly provedAt: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Without a look at the region's database. */
const GOOD_FOR = 5 * MINUTE
/** Two answers to one page may cross: the cookie before is still taken for so long. */
const CROSSING = MINUTE

export const LONGEST_STAFF_SESSION = 12 * HOUR

/** Idle and absolute limits (OWASP ASVS 5.0, 7.3): a working day for staff, a season for residents. */
const limits: Readonly<Record<SessionKind, { readonly idle: number; readonly absolute: number }>> = {
  staff: { idle: 30 * MINUTE, absolute: LONGEST_STAFF_SESSION },
  account: { idle: 30 * DAY, absolute: 90 * DAY },
}

/** How recent the proof must be for a dangerous act. */
const PROVED_WITHIN = 10 * MINUTE

export interface NewSession {
  readonly kind: SessionKind
  readonly holder: string
  readonly method: SignInMethod
  /** Browser and system in a few words. */
  readonly device: string
}

const access = (region: string) => ({ kind: 'system', reason: `sessions-of:${region}` }) as const

/** Begins a session and answers what its cookie says. */
export async function startSession(platform: Platform, region: string, wish: NewSession): Promise<string> {
  const now = platform.clock.now()
  const id = randomText(platform.random, 20)
  await openRegion(platform, access(region), region)
    .insert(session)
    .values({
      id,
      ...wish,
      rotatedAt: now,
      createdAt: now,
      provedAt: now,
      until: now + limits[wish.kind].absolute,
    })
  return written(platform, { region, ...wish, session: id, provedAt: now }, 0, now)
}

function written(platform: Platform, signedIn: SignedIn, rotation: number, at: number): Promise<string> {
  const { kind, region, holder, session, provedAt } = signedIn
  return sign(platform, 'session', [kind, region, holder, session, provedAt, rotation, at])
}

export interface ReadSession {
  readonly signedIn: SignedIn
  /** The cookie's new text, when it was renewed. */
  readonly renewed?: string
}

/** Who a cookie says has signed in. Undefined for one that is forged, too old, copied, of another region or kind. */
export async function readSession(
  platform: Platform,
  region: string,
  kind: SessionKind,
  cookie: string,
): Promise<ReadSession | undefined> {
  const [ofKind, of, holder, id, provedAt, rotation, writtenAt] =
    (await readSigned(platform, 'session', cookie)) ?? []
  if (ofKind !== kind || of !== region || typeof rotation !== 'number') return undefined
  const signedIn: SignedIn = {
    kind,
    region,
    holder: String(holder),
    session: String(id),
    provedAt: Number(provedAt),
  }
  const now = platform.clock.now()
  const age = now - Number(writtenAt)
  if (age < GOOD_FOR) return { signedIn }
  return age < limits[kind].idle ? renew(platform, signedIn, rotation, now) : undefined
}

async function renew(
  platform: Platform,
  signedIn: SignedIn,
  rotation: number,
  now: number,
): Promise<ReadSession | undefined> {
  const db = openRegion(platform, access(signedIn.region), signedIn.region)
  const own = and(eq(session.id, signedIn.session), isNull(session.endedAt), gt(session.until, now))
  const [renewed] = await db
    .update(session)
    .set({ rotation: rotation + 1, rotatedAt: now })
    .where(and(own, eq(session.rotation, rotation)))
    .returning({ provedAt: session.provedAt })
  if (renewed !== undefined) {
    const current = { ...signedIn, provedAt: renewed.provedAt }
    return { signedIn: current, renewed: await written(platform, current, rotation + 1, now) }
  }
  const [row] = await db.select().from(session).where(own)
  if (row === undefined) return undefined
  if (row.rotation === rotation + 1 && now - row.rotatedAt < CROSSING) return { signedIn }
  platform.log('warn', 'session-copied', { region: signedIn.region, session: signedIn.session })
  await endSession(platform, signedIn.region, signedIn.session)
  return undefined
}

/** The proof, in any database of the region's jurisdictions, that a session was not ended before its time. */
export function isNotEnded({ session }: SignedIn): Proof {
  return {
    holds: sql`NOT EXISTS (SELECT 1 FROM ended_session WHERE id = ${session})`,
    otherwise: 'sign-in-needed',
  }
}

/** What somebody who has signed in may open of the region's own database. */
export function signedInAccess({ region, session: id }: SignedIn, now: number): SignedInAccess {
  const holds = sql`EXISTS (SELECT 1 FROM ${session} WHERE id = ${id} AND ended_at IS NULL AND until > ${now})`
  return { kind: 'signed-in', region, proof: [{ holds, otherwise: 'sign-in-needed' }] }
}

/** Throws `prove-again` unless the holder has proved who they are a short while ago: for dangerous acts (ASVS 5.0, 7.5.3). */
export function refuseStale(signedIn: SignedIn, now: number): void {
  if (!hasJustProved(signedIn, now)) throw problem('prove-again')
}

export function hasJustProved({ provedAt }: SignedIn, now: number): boolean {
  return now - provedAt <= PROVED_WITHIN
}

/** The holder has proved again who they are: dangerous acts are open for a while. Answers the cookie's new text. */
export async function proveAgain(platform: Platform, signedIn: SignedIn): Promise<string | undefined> {
  const now = platform.clock.now()
  const db = openRegion(platform, signedInAccess(signedIn, now), signedIn.region)
  const [row] = await db
    .update(session)
    .set({ provedAt: now, rotation: sql`rotation + 1`, rotatedAt: now })
    .where(eq(session.id, signedIn.session))
    .returning({ rotation: session.rotation })
  return row && written(platform, { ...signedIn, provedAt: now }, row.rotation, now)
}

export type SessionRow = typeof session.$inferSelect

/** The holder's sessions that are open, newest first. */
export function listSessions(
  db: RegionDb,
  kind: SessionKind,
  holder: string,
  now: number,
): Promise<SessionRow[]> {
  return db
    .select()
    .from(session)
    .where(
      and(
        eq(session.kind, kind),
        eq(session.holder, holder),
        isNull(session.endedAt),
        gt(session.until, now),
        gt(session.rotatedAt, now - limits[kind].idle),
      ),
    )
    .orderBy(desc(session.createdAt))
}

const CLOSE = 'close-session'

/** Ends a session, at once and everywhere: where a database is away, as soon as it is back. */
export async function endSession(platform: Platform, region: string, id: string): Promise<void> {
  const now = platform.clock.now()
  const db = openRegion(platform, access(region), region)
  await db.commit([
    sql`UPDATE ${session} SET ended_at = coalesce(ended_at, ${now}) WHERE id = ${id}`,
    ring(CLOSE, now, `${CLOSE}:${id}`, { session: id }),
  ])
  const failed = await closeEverywhere(platform, region, id)
  if (failed > 0) platform.wake({ kind: 'region', region })
}

/** Ends every session of a holder but, if it is named, the one they are using. Answers how many. */
export async function endSessionsOf(
  platform: Platform,
  region: string,
  kind: SessionKind,
  holder: string,
  except?: string,
): Promise<number> {
  const db = openRegion(platform, access(region), region)
  const open = await listSessions(db, kind, holder, platform.clock.now())
  const others = open.filter(({ id }) => id !== except)
  await Promise.all(others.map(({ id }) => endSession(platform, region, id)))
  return others.length
}

/** Takes up again what a database that was away has not heard. */
export const closeSessionJob: JobHandler = {
  kind: CLOSE,
  async run(platform, database: DatabaseName, payload) {
    if (database.kind !== 'region') return undefined
    const { session } = payload as { session: string }
    const failed = await closeEverywhere(platform, database.region, session)
    if (failed > 0) throw new Error(`${failed} databases have not heard that a session ended`)
    return undefined
  },
}

/**
 * Before anything in a jurisdiction is a holder's: notes where to look, and there which of their sessions have ended. A
 * cookie is good for a while without a look at the region's database, and the ended ones were noted only where its holder
 * could reach by then.
 */
export async function noteReach(
  platform: Platform,
  db: RegionDb,
  kind: SessionKind,
  holder: string,
  jurisdiction: string,
): Promise<void> {
  const reach = kind === 'staff' ? staffReach : accountReach
  // First where to look: a session that ends meanwhile is noted by whoever ends it.
  const [, ended] = await db.commit([
    sql`INSERT OR IGNORE INTO ${reach} VALUES (${holder}, ${jurisdiction})`,
    sql`SELECT id, ended_at, until FROM ${session} WHERE kind = ${kind} AND holder = ${holder}
      AND ended_at IS NOT NULL AND rotated_at > ${platform.clock.now() - GOOD_FOR - CROSSING}`,
  ])
  const rows = (ended?.rows ?? []) as unknown as readonly EndedSession[]
  if (rows.length > 0)
    await openTenant(platform, access(db.region), db.region, jurisdiction).commit(rows.map(noteEnded))
}

interface EndedSession {
  readonly id: string
  readonly ended_at: number
  readonly until: number
}

function noteEnded({ id, ended_at, until }: EndedSession): Step {
  return sql`INSERT OR IGNORE INTO ended_session (id, ended_at, until) VALUES (${id}, ${ended_at}, ${until})`
}

/** Notes it wherever its holder could reach. Answers in how many databases it could not be noted. */
async function closeEverywhere(platform: Platform, region: string, id: string): Promise<number> {
  const db = openRegion(platform, access(region), region)
  const [found] = await db.select().from(session).where(eq(session.id, id))
  if (found === undefined) return 0
  const reach = found.kind === 'staff' ? staffReach : accountReach
  const holder = found.kind === 'staff' ? staffReach.staff : accountReach.account
  const slugs = await db.select({ slug: reach.jurisdiction }).from(reach).where(eq(holder, found.holder))
  const ended = { id, ended_at: found.endedAt ?? platform.clock.now(), until: found.until }
  const notes = slugs.map(({ slug }) =>
    openTenant(platform, access(region), region, slug).commit([noteEnded(ended)]),
  )
  return (await Promise.allSettled(notes)).filter(({ status }) => status === 'rejected').length
}
