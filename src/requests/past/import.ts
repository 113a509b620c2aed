import { sql } from 'drizzle-orm'
import { actorOf } from '../../core/access.ts'
import { insertOne, type Step, type TenantDb } from '../../core/database/handles.ts'
import { enqueueJob } from '../../core/database/jobs.ts'
import { keyedHash } from '../../core/encryption/fields.ts'
import { ALPHABET, trackingNumber } from '../../core/ids.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { localizedText } from '../../regions/runtime/localized.ts'
import { resolve } from '../../routing/resolve.ts'
import type { Resolution } from '../../routing/types.ts'
import { agencyFor } from '../case/custody.ts'
import { appendEvent, publishKind, requestImported } from '../events.ts'
import { request } from '../schema.ts'
import type { PastRequest } from './record.ts'

export interface Imported {
  readonly imported: number
  /** Taken by an earlier import of the same source. */
  readonly known: number
}

export interface PastBatch {
  readonly source: string
  readonly rows: readonly PastRequest[]
  /** Committed with them in one batch, also where there is nothing to import. */
  readonly also?: (done: Imported) => readonly Step[]
}

/**
 * Keeps past requests of another system: as history, or open as they were, in this jurisdiction's custody. Nobody is
 * notified, nothing is due or urgent, and no job but the public list's follows. The number of each follows from the
 * source and its id there, so that the same row is taken once, however often it is sent.
 */
export async function importPast(
  platform: Platform,
  db: TenantDb,
  region: Region,
  { source, rows, also }: PastBatch,
): Promise<Imported> {
  const numbered = new Map<string, PastRequest>()
  for (const row of rows)
    numbered.set(await numberOf(platform, db, region, `${source}\n${row.externalId}`), row)
  const ids = JSON.stringify([...numbered.keys()])
  const found = await db.rows<{ id: string }>(
    sql`SELECT id FROM ${request} WHERE id IN (SELECT value FROM json_each(${ids}))`,
  )
  const known = new Set(found.map(({ id }) => id))
  const fresh = [...numbered].filter(([id]) => !known.has(id))
  const at = platform.clock.now()
  const done = { imported: fresh.length, known: rows.length - fresh.length }
  const kept = fresh.flatMap(([id, row]) => stepsFor(region, db, { id, row, source, at }))
  const steps = [...(also?.(done) ?? []), ...kept]
  const isPublished = fresh.some(([, { service }]) => region.service(service)?.private !== true)
  if (steps.length > 0) await db.commit([...steps, ...(isPublished ? [enqueueJob(publishKind, at)] : [])])
  return done
}

// From a hash under the jurisdiction's own key: nobody else can guess the number of a request that they know.
async function numberOf(platform: Platform, db: TenantDb, region: Region, of: string): Promise<string> {
  const hash = await keyedHash(platform, db, 'imported.id', of)
  const drawn = { bytes: (length: number) => drawnFrom(hash, length) }
  return trackingNumber(drawn, region.jurisdiction(db.slug)?.code ?? '')
}

function drawnFrom(hash: string, length: number): Uint8Array<ArrayBuffer> {
  const codes = new TextEncoder().encode(hash)
  return Uint8Array.from({ length }, (_, index) => {
    const pair = (codes[2 * index] ?? 0) * 31 + (codes[2 * index + 1] ?? 0)
    return pair % ALPHABET.length
  })
}

interface Kept {
  readonly id: string
  readonly row: PastRequest
  readonly source: string
  readonly at: number
}

function stepsFor(region: Region, db: TenantDb, { id, row, source, at }: Kept): Step[] {
  const service = region.service(row.service)
  const resolution = ownResolution(region, db.slug, row, at)
  return [
    insertOne(request, {
      id,
      caseId: id,
      origin: db.slug,
      custody: 'held',
      holders: [db.slug],
      caseStatus: row.status,
      receivedAt: row.openedAt,
      serviceCode: row.service,
      serviceName: service === undefined ? row.service : localizedText(service.name, region.language),
      status: row.status,
      closeReason: row.status === 'closed' ? 'completed' : null,
      statusNotes: row.notes,
      version: 1,
      description: row.description,
      address: row.address,
      zipcode: row.zipcode,
      lat: row.place?.lat ?? null,
      long: row.place?.long ?? null,
      private: service?.private === true,
      urgent: false,
      resolution,
      accountable: resolution.accountable.id,
      agencyResponsible: agencyFor(resolution),
      triage: false,
      channel: 'open311',
      language: region.language,
      requestedAt: row.openedAt,
      updatedAt: row.updatedAt,
      closedAt: row.closedAt,
    }),
    appendEvent(
      requestImported,
      { source, externalId: row.externalId },
      { request: id, actor: actorOf(db.access), at, public: true },
    ),
  ]
}

// It was theirs, whoever would get it by today's rules.
function ownResolution(
  region: Region,
  slug: string,
  { service, place }: PastRequest,
  at: number,
): Resolution {
  const inquiry = { service, place, accuracy: 0, at, answers: {}, urgent: false }
  const resolution = resolve(region.routing, inquiry)
  const own = { kind: 'jurisdiction', id: slug, name: region.jurisdiction(slug)?.name ?? slug } as const
  return { ...resolution, accountable: own, performer: own, desk: own, confidence: 'certain', urgent: false }
}
