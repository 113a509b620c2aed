import { eq, inArray, sql } from 'drizzle-orm'
import { openTenant, type Step, type TenantDb } from '../core/db.ts'
import type { JobHandler } from '../core/jobs.ts'
import { consumer } from '../core/schema.ts'
import { TELL_ORIGIN } from '../requests/events.ts'
import type { EventRow, RequestRow } from '../requests/find.ts'
import { event, request } from '../requests/schema.ts'
import { tellFollowers } from './effects-duplicates.ts'
import { ownShareSteps } from './effects-origin.ts'
import { type Message, post, type ShareNews } from './messages.ts'

const BATCH = 100

/** Follows the log: tells the origin of each case what has happened to a share here; at the origin itself, adds up. */
export const tellOriginJob: JobHandler = {
  kind: TELL_ORIGIN,
  async run(platform, database) {
    if (database.kind !== 'tenant') return undefined
    const db = openTenant(platform, { kind: 'system', reason: TELL_ORIGIN }, database.region, database.slug)
    const events = await newEvents(db)
    const newest = events.at(-1)
    if (newest === undefined) return undefined
    const at = platform.clock.now()
    const ids = [...new Set(events.map(row => row.request))]
    const rows = await db.select().from(request).where(inArray(request.id, ids))
    const faces = rows.filter(({ origin }) => origin === db.slug)
    for (const { caseId } of faces) {
      const steps = await ownShareSteps(db, caseId)
      if (steps.length > 0) await db.commit(steps)
    }
    const shares = rows.filter(({ origin }) => origin !== db.slug)
    const followed = await tellFollowers(
      db,
      faces.map(({ id }) => id),
      at,
    )
    await db.commit([
      ...shares.flatMap(row => progressSteps(db.slug, row, events, at)),
      ...followed,
      sql`INSERT INTO consumer (name, seq) VALUES (${TELL_ORIGIN}, ${newest.seq})
        ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq)`,
    ])
    return events.length < BATCH ? undefined : at
  },
}

async function newEvents(db: TenantDb): Promise<EventRow[]> {
  const [last] = await db.select({ seq: consumer.seq }).from(consumer).where(eq(consumer.name, TELL_ORIGIN))
  return db
    .select()
    .from(event)
    .where(sql`${event.seq} > ${last?.seq ?? 0}`)
    .orderBy(event.seq)
    .limit(BATCH)
}

/** How the share stands now, and what was said publicly about it since. */
function progressSteps(slug: string, row: RequestRow, events: readonly EventRow[], at: number): Step[] {
  const about = events.filter(({ request }) => request === row.id)
  const told = about
    .filter(({ public: isPublic, source }) => isPublic && source === null)
    .map(({ seq, type, at, payload }) => ({ source: slug, sourceSeq: seq, type, at, payload }))
  const progress: Message = { kind: 'progress', share: shareNews(slug, row), events: told }
  return post(`${slug}:progress:${row.id}:${about.at(-1)?.seq}`, row.caseId, row.origin, progress, at)
}

function shareNews(slug: string, row: RequestRow): ShareNews {
  const { caseId, status, closeReason, receivedAt, expectedAt, updatedAt, version } = row
  const { lat, long, accuracy, address, resolution } = row
  return {
    caseId,
    jurisdiction: slug,
    request: row.id,
    status,
    closeReason,
    agency: row.agencyResponsible,
    held: row.custody === 'held',
    place: { lat, long, accuracy, address, resolution },
    receivedAt,
    expectedAt,
    updatedAt,
    version,
  }
}
