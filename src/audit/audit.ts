import { and, desc, eq, lt, sql } from 'drizzle-orm'
import { servicesFor } from '../core/access.ts'
import type { TenantReader } from '../core/db.ts'
import { type FieldFault, problem } from '../core/problem.ts'
import { seen } from './schema.ts'
import { seeing } from './seen.ts'

/* Who did and who saw what, of a jurisdiction's two logs as one. */

export const auditKinds = ['did', 'saw'] as const
export type AuditKind = (typeof auditKinds)[number]

export interface AuditRow {
  readonly kind: AuditKind
  /** Number in its log: `event` for what was done, `seen` for what was seen. */
  readonly seq: number
  readonly at: number
  /** `staff:`, `key:`, `client:`, `account:`, `operator:` or `system:` and an id, or `public`. */
  readonly actor: string
  /** The event's type, or the view: `request`, `list`, `handoff`, `photo`, `history`, `audit`. */
  readonly what: string
  /** Tracking numbers; none for what is about no request. */
  readonly requests: readonly string[]
  /** What was seen beyond the public fields: `contacts`, `notes`. */
  readonly fields: readonly string[]
  /** What an act that is about no request was done to: a grant, a key. Empty for all others. */
  readonly about: Readonly<Record<string, unknown>>
}

export interface AuditFilter {
  /** As the log names them. */
  readonly actor?: string | undefined
  /** A tracking number. */
  readonly request?: string | undefined
  readonly kind?: AuditKind | undefined
  /** Continue after the last row shown of each log. */
  readonly after?: AuditCursor | undefined
  readonly limit: number
}

/** The next page has smaller numbers than these. */
export interface AuditCursor {
  readonly did: number
  readonly saw: number
}

const FIRST: AuditCursor = { did: Number.MAX_SAFE_INTEGER, saw: Number.MAX_SAFE_INTEGER }

/**
 * A page of who did and saw what, the newest first, in one round trip; that it was read is noted too. Each log keeps its
 * own order, for what another jurisdiction told of may be older than the row before. `next` is undefined after the last
 * page. Throws `not-allowed` without the right `audit`, or where it was granted for some services only: the logs are whole.
 */
export async function auditOf(
  db: TenantReader,
  filter: AuditFilter,
): Promise<{ readonly rows: readonly AuditRow[]; readonly next: AuditCursor | undefined }> {
  if (servicesFor(db.access, 'audit') !== undefined) throw problem('not-allowed')
  const { request, limit, after = FIRST } = filter
  const shown = request === undefined ? undefined : sql`SELECT ${request}`
  const [did, saw] = await seeing(db, { view: 'audit', shown })([
    didBefore(db, after.did, filter),
    sawBefore(db, after.saw, filter),
  ])
  const rows = newestFirst(did.map(actRow), saw.map(lookRow)).slice(0, limit)
  const lastOf = (kind: AuditKind) => rows.findLast(row => row.kind === kind)?.seq ?? after[kind]
  return { rows, next: rows.length < limit ? undefined : { did: lastOf('did'), saw: lastOf('saw') } }
}

function didBefore(db: TenantReader, seq: number, { actor, request, kind, limit }: AuditFilter) {
  return db
    .select({
      seq: sql<number>`seq`,
      at: sql<number>`at`,
      actor: sql<string>`actor`,
      what: sql<string>`type`,
      request: sql<string>`request`,
      about: sql<string>`CASE WHEN request = '' THEN payload ELSE '{}' END`,
    })
    .from(sql`event`)
    .where(
      and(
        sql`seq < ${seq}`,
        actor === undefined ? undefined : sql`actor = ${actor}`,
        // So that the index of what staff did is used.
        actor?.startsWith('staff:') ? sql`actor >= 'staff:' AND actor < 'staff~'` : undefined,
        request === undefined ? undefined : sql`request = ${request}`,
      ),
    )
    .orderBy(sql`seq DESC`)
    .limit(kind === 'saw' ? 0 : limit)
}

function sawBefore(db: TenantReader, seq: number, { actor, request, kind, limit }: AuditFilter) {
  return db
    .select()
    .from(seen)
    .where(
      and(
        lt(seen.seq, seq),
        actor === undefined ? undefined : eq(seen.actor, actor),
        request === undefined ? undefined : sql`instr(${seen.requests}, ${JSON.stringify(request)}) > 0`,
      ),
    )
    .orderBy(desc(seen.seq))
    .limit(kind === 'did' ? 0 : limit)
}

function actRow({ request, about, ...row }: Awaited<ReturnType<typeof didBefore>>[number]): AuditRow {
  return {
    ...row,
    kind: 'did',
    requests: request === '' ? [] : [request],
    fields: [],
    about: JSON.parse(about),
  }
}

function lookRow({ view, requests, fields, ...row }: typeof seen.$inferSelect): AuditRow {
  return {
    ...row,
    kind: 'saw',
    what: view,
    requests: JSON.parse(requests),
    fields: JSON.parse(fields),
    about: {},
  }
}

/** Two lists as one, each in its own order. */
function newestFirst(did: readonly AuditRow[], saw: readonly AuditRow[]): AuditRow[] {
  const merged: AuditRow[] = []
  let [d, s] = [0, 0]
  for (;;) {
    const [act, look] = [did[d], saw[s]]
    if (act === undefined) return [...merged, ...saw.slice(s)]
    if (look === undefined) return [...merged, ...did.slice(d)]
    if (act.at > look.at) d++
    else s++
    merged.push(act.at > look.at ? act : look)
  }
}

/** As an address carries it: `<did>-<saw>`. */
export function writeAuditCursor({ did, saw }: AuditCursor): string {
  return `${did}-${saw}`
}

export function readAuditCursor(typed: string): { value: AuditCursor | undefined; faults: FieldFault[] } {
  if (typed === '') return { value: undefined, faults: [] }
  const [, did, saw] = /^(\d{1,16})-(\d{1,16})$/.exec(typed) ?? []
  if (did === undefined || saw === undefined) {
    return { value: undefined, faults: [{ field: 'after', code: 'malformed' }] }
  }
  return { value: { did: Number(did), saw: Number(saw) }, faults: [] }
}
