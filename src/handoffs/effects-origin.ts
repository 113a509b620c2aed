import { eq, sql } from 'drizzle-orm'
import { guard, type Step, type TenantDb } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import { rollUp } from '../requests/case.ts'
import { news, record } from '../requests/events.ts'
import type { RequestRow } from '../requests/find.ts'
import { request, share } from '../requests/schema.ts'
import { type Of, toldElsewhere } from './effects-receiver.ts'
import type { ShareNews } from './messages.ts'

/* At the origin, where the case has its public face: what the others' shares of it come to. */

export async function progressEffect(db: TenantDb, { share: told, events }: Of<'progress'>): Promise<Step[]> {
  const [[face], shares] = await readFace(db, told.caseId)
  if (face === undefined) throw problem('not-found')
  const known = shares.find(row => row.jurisdiction === told.jurisdiction && row.request === told.request)
  const isNews = known === undefined || known.version < told.version
  const now = isNews ? [...shares.filter(row => row !== known), told] : shares
  const updatedAt = Math.max(face.updatedAt, told.updatedAt)
  return [
    asRead(face),
    ...(isNews ? [upsert(told)] : []),
    ...toldElsewhere(db.slug, face.id, events),
    ...(isNews && told.held && face.custody === 'passed' ? [takePlace(face, told)] : []),
    // So that whoever read the shares before this one reads them again.
    sql`UPDATE request SET updated_at = ${updatedAt}, version = version + 1 WHERE id = ${face.id}`,
    ...faceSteps(face, now, updatedAt),
    ...news(updatedAt),
  ]
}

/** Its holder may have put the place right. */
function takePlace({ id }: RequestRow, { place }: ShareNews): Step {
  return sql`UPDATE request SET lat = ${place.lat}, long = ${place.long}, accuracy = ${place.accuracy}, address = ${place.address},
    resolution = ${place.resolution} WHERE id = ${id}`
}

/** After a change of the origin's own share: the case as a whole. No steps when that changes nothing. */
export async function ownShareSteps(db: TenantDb, caseId: string): Promise<Step[]> {
  const [[face], shares] = await readFace(db, caseId)
  if (face === undefined || shares.length === 0) return []
  const steps = faceSteps(face, shares, face.updatedAt)
  return steps.length === 0 ? [] : [asRead(face), ...steps, ...news(face.updatedAt)]
}

function readFace(db: TenantDb, caseId: string) {
  return db.together([
    db.select().from(request).where(eq(request.id, caseId)),
    db.select().from(share).where(eq(share.caseId, caseId)),
  ])
}

function asRead(face: RequestRow): Step {
  return guard(
    sql`EXISTS (SELECT 1 FROM request WHERE id = ${face.id} AND version = ${face.version})`,
    'changed-meanwhile',
  )
}

function upsert(told: ShareNews): Step {
  return sql`INSERT INTO share (case_id, jurisdiction, request, status, close_reason, agency, held, received_at, expected_at, updated_at, version)
    VALUES (${told.caseId}, ${told.jurisdiction}, ${told.request}, ${told.status}, ${told.closeReason}, ${told.agency},
      ${told.held ? 1 : 0}, ${told.receivedAt}, ${told.expectedAt}, ${told.updatedAt}, ${told.version})
    ON CONFLICT (jurisdiction, request) DO UPDATE SET status = excluded.status, close_reason = excluded.close_reason,
      agency = excluded.agency, held = excluded.held, received_at = excluded.received_at, expected_at = excluded.expected_at,
      updated_at = excluded.updated_at, version = excluded.version
    WHERE excluded.version > share.version`
}

type Share = Pick<ShareNews, 'status' | 'closeReason' | 'held' | 'agency' | 'expectedAt' | 'receivedAt'>

/** What of the case's public face the shares change. Where custody has passed on, its latest holder speaks for it. */
function faceSteps(face: RequestRow, others: readonly Share[], updatedAt: number): Step[] {
  const own: Share = { ...face, held: face.custody === 'held', agency: face.agencyResponsible }
  const rolled = rollUp([own, ...others])
  if (rolled === undefined) return []
  const holders = others.filter(({ held }) => held).sort((a, b) => b.receivedAt - a.receivedAt)
  const speaker = own.held ? own : { ...(holders[0] ?? own), ...rolled }
  const { status, closeReason, agency, expectedAt } = speaker
  const isSame =
    rolled.status === face.caseStatus &&
    status === face.status &&
    closeReason === face.closeReason &&
    agency === face.agencyResponsible &&
    expectedAt === face.expectedAt
  if (isSame) return []
  const closedAt = status === 'closed' ? (face.closedAt ?? updatedAt) : null
  return [
    sql`UPDATE request SET case_status = ${rolled.status}, status = ${status}, close_reason = ${closeReason}, closed_at = ${closedAt},
      agency_responsible = ${agency}, expected_at = ${expectedAt}, version = version + 1 WHERE id = ${face.id}`,
    // Those who follow the log hear of what no event of anybody's tells.
    record(face.id, 'system:courier', updatedAt, false, { type: 'rolled-up', status: rolled.status }),
  ]
}
