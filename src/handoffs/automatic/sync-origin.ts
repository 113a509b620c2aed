import { eq, inArray, sql } from 'drizzle-orm'
import type { Step, TenantDb } from '../../core/database/handles.ts'
import { defineJob, RETRY_ALWAYS } from '../../core/database/jobs.ts'
import { consumer } from '../../core/database/schema.ts'
import { syncOriginKind } from '../../requests/events.ts'
import type { EventRow, RequestRow } from '../../requests/list/find.ts'
import { event, request } from '../../requests/schema.ts'
import { informFollowers } from '../messages/effects-duplicates.ts'
import { ownShareSteps } from '../messages/effects-origin.ts'
import { enqueueMessage, type Message, type ShareUpdate } from '../messages/messages.ts'

const BATCH = 100

/** Follows the log: sends progress of shares to their origin; at the origin itself, updates the case as a whole. */
export const syncOriginJob = defineJob(syncOriginKind, {
  retryPolicy: RETRY_ALWAYS,
  async tenant(platform, db) {
    const events = await newEvents(db)
    const newest = events.at(-1)
    if (newest === undefined) return undefined
    const at = platform.clock.now()
    const ids = [...new Set(events.map(row => row.request))]
    const rows = await db.select().from(request).where(inArray(request.id, ids))
    const originCases = rows.filter(({ origin }) => origin === db.slug)
    for (const { caseId } of originCases) {
      const steps = await ownShareSteps(db, caseId)
      if (steps.length > 0) await db.commit(steps)
    }
    const shares = rows.filter(({ origin }) => origin !== db.slug)
    const followed = await informFollowers(
      db,
      originCases.map(({ id }) => id),
      at,
    )
    await db.commit([
      ...shares.flatMap(row => progressSteps(db.slug, row, events, at)),
      ...followed,
      sql`INSERT INTO consumer (name, seq) VALUES (${syncOriginKind.kind}, ${newest.seq})
        ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq)`,
    ])
    return events.length < BATCH ? undefined : at
  },
})

async function newEvents(db: TenantDb): Promise<EventRow[]> {
  const [last] = await db
    .select({ seq: consumer.seq })
    .from(consumer)
    .where(eq(consumer.name, syncOriginKind.kind))
  return db
    .select()
    .from(event)
    .where(sql`${event.seq} > ${last?.seq ?? 0}`)
    .orderBy(event.seq)
    .limit(BATCH)
}

function progressSteps(slug: string, row: RequestRow, events: readonly EventRow[], at: number): Step[] {
  const about = events.filter(({ request }) => request === row.id)
  const publicEvents = about
    .filter(({ public: isPublic, source }) => isPublic && source === null)
    .map(({ seq, type, at, payload }) => ({ source: slug, sourceSeq: seq, type, at, payload }))
  const progress: Message = { kind: 'progress', share: shareUpdate(slug, row), events: publicEvents }
  return enqueueMessage(
    `${slug}:progress:${row.id}:${about.at(-1)?.seq}`,
    row.caseId,
    row.origin,
    progress,
    at,
  )
}

function shareUpdate(slug: string, row: RequestRow): ShareUpdate {
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
    place: { lat, long, accuracy, address, resolution: JSON.stringify(resolution) },
    receivedAt,
    expectedAt,
    updatedAt,
    version,
  }
}
