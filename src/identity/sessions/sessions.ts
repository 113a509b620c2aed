import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm'
import * as v from 'valibot'
import type { Proof, SignedInAccess } from '../../core/access.ts'
import { openRegion, openTenant, type RegionDb, type Step } from '../../core/database/handles.ts'
import { defineJob, enqueueJob, jobKind } from '../../core/database/jobs.ts'
import { fromJson } from '../../core/database/json.ts'
import { signPayload, verifyPayload } from '../../core/encryption/signing.ts'
import { randomText } from '../../core/ids.ts'
import type { Platform } from '../../platform/platform.ts'
import { accountJurisdiction, session, type sessionKinds, staffJurisdiction } from '../region-schema.ts'
import { readAuthentications, withShown, writeAuthentications } from './authentications.ts'
import type { Authentication, SourceShown } from './sources.ts'

// The browser carries a signed copy of a session's row, valid for a few minutes without a round trip.
// Renewals increase its rotation, so a copied cookie that returns later ends the session. Ended sessions are
// recorded in every database that they could open, where each statement checks for them.

export type SessionKind = (typeof sessionKinds)[number]

export interface SignedIn {
  readonly kind: SessionKind
  readonly region: string
  readonly holder: string
  readonly session: string
  readonly authentications: readonly Authentication[]
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const VALID_FOR = 5 * MINUTE
// Concurrent requests may still carry the previous cookie for this long.
const CROSSING = MINUTE

export const MAX_STAFF_SESSION = 12 * HOUR

// OWASP ASVS 5.0, 7.3: a working day for staff, 90 days for residents.
const limits: Readonly<Record<SessionKind, { readonly idle: number; readonly absolute: number }>> = {
  staff: { idle: 30 * MINUTE, absolute: MAX_STAFF_SESSION },
  account: { idle: 30 * DAY, absolute: 90 * DAY },
}

export interface NewSession {
  readonly kind: SessionKind
  readonly holder: string
  readonly shown: readonly [SourceShown, ...SourceShown[]]
  readonly carried?: readonly Authentication[]
  readonly device: string
}

const access = (region: string) => ({ kind: 'system', reason: `sessions-of:${region}` }) as const

export async function startSession(platform: Platform, region: string, input: NewSession): Promise<string> {
  const { kind, holder, shown, carried = [], device } = input
  const now = platform.clock.now()
  const id = randomText(platform.random, 20)
  const { absolute } = limits[kind]
  const authentications = withShown(
    carried.filter(({ at }) => at > now - absolute),
    shown,
    now,
  )
  await openRegion(platform, access(region), region)
    .insert(session)
    .values({
      id,
      kind,
      holder,
      device,
      method: shown[0].method,
      authentications: writeAuthentications(authentications),
      rotatedAt: now,
      createdAt: now,
      until: now + absolute,
    })
  return written(platform, { region, kind, holder, session: id, authentications }, 0, now)
}

// A session of a demonstration is none once that is over.
const purposeOf = ({ demo }: Platform) => (demo ? 'demo-session' : 'session')

function written(platform: Platform, signedIn: SignedIn, rotation: number, at: number): Promise<string> {
  const { kind, region, holder, session, authentications } = signedIn
  const shown = JSON.stringify(writeAuthentications(authentications))
  return signPayload(platform, purposeOf(platform), [kind, region, holder, session, shown, rotation, at])
}

export interface ReadSession {
  readonly signedIn: SignedIn
  readonly renewed?: string
}

/** Undefined for a cookie that is forged, expired, copied, or of another region or kind. */
export async function readSession(
  platform: Platform,
  region: string,
  kind: SessionKind,
  cookie: string,
): Promise<ReadSession | undefined> {
  const [ofKind, of, holder, id, shown, rotation, writtenAt] =
    (await verifyPayload(platform, purposeOf(platform), cookie)) ?? []
  if (ofKind !== kind || of !== region || typeof rotation !== 'number') return undefined
  // Older cookies, written before sources existed, have a timestamp here.
  const authentications = typeof shown === 'string' ? readAuthentications(platform, fromJson(shown)) : []
  const signedIn: SignedIn = {
    kind,
    region,
    holder: String(holder),
    session: String(id),
    authentications,
  }
  const now = platform.clock.now()
  const age = now - Number(writtenAt)
  const read =
    age < VALID_FOR
      ? { signedIn }
      : age < limits[kind].idle
        ? await renew(platform, signedIn, rotation, now)
        : undefined
  return read === undefined || isOnNobodysWord(read.signedIn) ? undefined : read
}

// Staff sessions older than sources, or of a demonstration that is over.
function isOnNobodysWord({ kind, authentications }: SignedIn): boolean {
  return kind === 'staff' && authentications.length === 0
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
    .returning({ authentications: session.authentications })
  if (renewed !== undefined) {
    const authentications = readAuthentications(platform, renewed.authentications)
    const current = { ...signedIn, authentications }
    return { signedIn: current, renewed: await written(platform, current, rotation + 1, now) }
  }
  const [row] = await db.select().from(session).where(own)
  if (row === undefined) return undefined
  if (row.rotation === rotation + 1 && now - row.rotatedAt < CROSSING) return { signedIn }
  platform.log('warn', 'session-copied', { region: signedIn.region, session: signedIn.session })
  await endSession(platform, signedIn.region, signedIn.session)
  return undefined
}

/** Proves, in any jurisdiction's database, that a session was not ended early. */
export function isNotEnded({ session }: SignedIn): Proof {
  return {
    holds: sql`NOT EXISTS (SELECT 1 FROM ended_session WHERE id = ${session})`,
    otherwise: 'sign-in-needed',
  }
}

export function signedInAccess({ region, session: id }: SignedIn, now: number): SignedInAccess {
  const holds = sql`EXISTS (SELECT 1 FROM ${session} WHERE id = ${id} AND ended_at IS NULL AND until > ${now})`
  return { kind: 'signed-in', region, proof: [{ holds, otherwise: 'sign-in-needed' }] }
}

export async function authenticationsOf(
  platform: Platform,
  { region, session: id }: SignedIn,
): Promise<Authentication[]> {
  const [row] = await openRegion(platform, access(region), region)
    .select({ authentications: session.authentications })
    .from(session)
    .where(and(eq(session.id, id), isNull(session.endedAt), gt(session.until, platform.clock.now())))
  return row === undefined ? [] : readAuthentications(platform, row.authentications)
}

export async function recordStepUp(
  platform: Platform,
  signedIn: SignedIn,
  shown: readonly SourceShown[],
): Promise<string | undefined> {
  const now = platform.clock.now()
  const db = openRegion(platform, signedInAccess(signedIn, now), signedIn.region)
  const authentications = withShown(await authenticationsOf(platform, signedIn), shown, now)
  const [row] = await db
    .update(session)
    .set({
      authentications: writeAuthentications(authentications),
      rotation: sql`rotation + 1`,
      rotatedAt: now,
    })
    .where(eq(session.id, signedIn.session))
    .returning({ rotation: session.rotation })
  return row && written(platform, { ...signedIn, authentications }, row.rotation, now)
}

export type SessionRow = typeof session.$inferSelect

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

const closeSessionKind = jobKind('close-session', v.object({ session: v.string() }), ({ session }) => session)

/** Takes effect everywhere at once; where a database is unavailable, as soon as it is back. */
export async function endSession(platform: Platform, region: string, id: string): Promise<void> {
  const now = platform.clock.now()
  const db = openRegion(platform, access(region), region)
  await db.commit([
    sql`UPDATE ${session} SET ended_at = coalesce(ended_at, ${now}) WHERE id = ${id}`,
    enqueueJob(closeSessionKind, now, { session: id }),
  ])
  await closeEverywhere(platform, region, id)
}

/** Ends all but `except`, and returns how many. */
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

export const closeSessionJob = defineJob(closeSessionKind, {
  async region(platform, db, { session: id }) {
    const failed = await closeEverywhere(platform, db.region, id)
    if (failed > 0) throw new Error(`${failed} databases have not heard that a session ended`)
    return undefined
  },
})

/** Call before a jurisdiction stores anything about a holder. Also records recently ended sessions there. */
export async function noteJurisdiction(
  platform: Platform,
  db: RegionDb,
  kind: SessionKind,
  holder: string,
  jurisdiction: string,
): Promise<void> {
  const reach = kind === 'staff' ? staffJurisdiction : accountJurisdiction
  // Register first: a session that ends meanwhile is then recorded by the code that ends it.
  const [, ended] = await db.commit([
    sql`INSERT OR IGNORE INTO ${reach} VALUES (${holder}, ${jurisdiction})`,
    sql`SELECT id, ended_at, until FROM ${session} WHERE kind = ${kind} AND holder = ${holder}
      AND ended_at IS NOT NULL AND rotated_at > ${platform.clock.now() - VALID_FOR - CROSSING}`,
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

async function closeEverywhere(platform: Platform, region: string, id: string): Promise<number> {
  const db = openRegion(platform, access(region), region)
  const [found] = await db.select().from(session).where(eq(session.id, id))
  if (found === undefined) return 0
  const reach = found.kind === 'staff' ? staffJurisdiction : accountJurisdiction
  const holder = found.kind === 'staff' ? staffJurisdiction.staff : accountJurisdiction.account
  const slugs = await db.select({ slug: reach.jurisdiction }).from(reach).where(eq(holder, found.holder))
  const ended = { id, ended_at: found.endedAt ?? platform.clock.now(), until: found.until }
  const notes = slugs.map(({ slug }) =>
    openTenant(platform, access(region), region, slug).commit([noteEnded(ended)]),
  )
  return (await Promise.allSettled(notes)).filter(({ status }) => status === 'rejected').length
}
