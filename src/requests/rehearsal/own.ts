import { and, asc, type SQL, sql } from 'drizzle-orm'
import { appendAccessLog } from '../../audit/access-log.ts'
import type { SystemAccess } from '../../core/access.ts'
import { openTenant, type TenantReader } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import { listDatabases } from '../../regions/versions/migrate.ts'
import {
  emptyRehearsal,
  type PastRequest,
  type Rehearsal,
  rehearse,
  roles,
  type Trial,
} from '../../routing/rehearsal/rehearsal.ts'
import { inquiryOf } from '../case/resolution.ts'
import { request } from '../schema.ts'

// A region's own past requests: those that each jurisdiction holds, page after page.

const PAGE = 500

/** Requests made in `since <= t < until`, in milliseconds since 1970. */
export interface Past {
  readonly since: number
  readonly until: number
}

/** JSON, so that a job can go on where it stopped. */
export interface OwnProgress {
  readonly past: Past
  /** How many there are to route, counted at the start. */
  readonly expected: number
  /** Jurisdictions that are left, the one in work first. */
  readonly left: readonly string[]
  /** The last request of the first of them that is done. */
  readonly after: { readonly at: number; readonly seq: number } | null
  readonly rehearsal: Rehearsal
}

/** The requests of the year before `now`. */
export function lastYear(now: number): Past {
  return { since: now - 365 * 24 * 3_600_000, until: now }
}

export async function beginOwn(
  platform: Platform,
  access: SystemAccess,
  region: string,
  past: Past,
): Promise<OwnProgress> {
  const names = await listDatabases(platform)
  const left = names.flatMap(name => (name.kind === 'tenant' && name.region === region ? [name.slug] : []))
  let expected = 0
  for (const slug of left) expected += await countPast(openTenant(platform, access, region, slug), past)
  return { past, expected, left: left.sort(), after: null, rehearsal: emptyRehearsal() }
}

export interface OwnTrial {
  readonly region: string
  readonly trial: Trial
  /** For what else is counted of the same requests. */
  readonly onRequests?: (requests: readonly PastRequest[]) => void
}

/**
 * Routes the next page. Nothing is left once `left` is empty. The access log of each jurisdiction names the requests
 * that became examples, and who asked, if the access names an operator.
 */
export async function continueOwn(
  platform: Platform,
  access: SystemAccess,
  { region, trial, onRequests }: OwnTrial,
  progress: OwnProgress,
): Promise<OwnProgress> {
  const [slug, ...others] = progress.left
  if (slug === undefined) return progress
  const db = openTenant(platform, access, region, slug)
  const rows = await pastPage(db, progress)
  const rehearsal = structuredClone(progress.rehearsal)
  const requests = rows.map(pastRequestOf)
  rehearse(rehearsal, trial, requests)
  onRequests?.(requests)
  const ids = new Set(rows.map(({ id }) => id))
  const shown = examplesOf(rehearsal).filter(id => ids.has(id))
  if (shown.length > 0) await appendAccessLog(db, 'list', shown)
  const last = rows.at(-1)
  return last === undefined || rows.length < PAGE
    ? { ...progress, left: others, after: null, rehearsal }
    : { ...progress, after: { at: last.requestedAt, seq: last.seq }, rehearsal }
}

function examplesOf({ matrices }: Rehearsal): string[] {
  const cells = roles.flatMap(role => matrices[role])
  return [...new Set(cells.flatMap(({ examples }) => examples.map(({ id }) => id)))]
}

async function countPast(db: TenantReader, past: Past): Promise<number> {
  const [row] = await db.rows<{ count: number }>(
    sql`SELECT count(*) AS count FROM request WHERE ${isHeldIn(past)}`,
  )
  return row?.count ?? 0
}

function pastPage(db: TenantReader, { past, after }: OwnProgress) {
  const isLater =
    after === null ? undefined : sql`(${request.requestedAt}, ${request.seq}) > (${after.at}, ${after.seq})`
  return db
    .select()
    .from(request)
    .where(and(isHeldIn(past), isLater))
    .orderBy(asc(request.requestedAt), asc(request.seq))
    .limit(PAGE)
}

function isHeldIn({ since, until }: Past): SQL {
  return sql`custody = 'held' AND requested_at >= ${since} AND requested_at < ${until}`
}

function pastRequestOf(row: typeof request.$inferSelect): PastRequest {
  return { id: row.id, inquiry: inquiryOf(row), address: row.address, isPrivate: row.private }
}
