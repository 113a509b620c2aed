import { and, desc, eq, lt, sql } from 'drizzle-orm'
import { servicesFor } from '../core/access.ts'
import type { TenantReader } from '../core/database/handles.ts'
import { jsonOf } from '../core/database/json.ts'
import { type FieldError, problem } from '../core/problem.ts'
import { withAccessLog } from './access-log.ts'
import { accessLog } from './schema.ts'

export const auditKinds = ['did', 'saw'] as const
export type AuditKind = (typeof auditKinds)[number]

export interface AuditRow {
  readonly kind: AuditKind
  /** Row number in its log: `event` for `did`, `access_log` for `saw`. */
  readonly seq: number
  readonly at: number
  /** `public`, or `staff:`, `key:`, `client:`, `account:`, `operator:` or `system:` followed by an id. */
  readonly actor: string
  readonly what: string
  readonly requests: readonly string[]
  readonly fields: readonly string[]
  /** Payload of an action that concerns no request, such as a grant; empty for all others. */
  readonly about: Readonly<Record<string, unknown>>
}

export interface AuditFilter {
  readonly actor?: string | undefined
  readonly request?: string | undefined
  readonly kind?: AuditKind | undefined
  readonly after?: AuditCursor | undefined
  readonly limit: number
}

export interface AuditCursor {
  readonly did: number
  readonly saw: number
}

const FIRST: AuditCursor = { did: Number.MAX_SAFE_INTEGER, saw: Number.MAX_SAFE_INTEGER }

/** Each log keeps its own order: events may arrive late. Throws `not-allowed` for a grant for some services only. */
export async function auditOf(
  db: TenantReader,
  filter: AuditFilter,
): Promise<{ readonly rows: readonly AuditRow[]; readonly next: AuditCursor | undefined }> {
  if (servicesFor(db.access, 'audit') !== undefined) throw problem('not-allowed')
  const { request, limit, after = FIRST } = filter
  const shown = request === undefined ? undefined : sql`SELECT ${request}`
  const [did, saw] = await withAccessLog(db, { view: 'audit', shown })([
    didBefore(db, after.did, filter),
    sawBefore(db, after.saw, filter),
  ])
  const rows = newestFirst(did.map(actRow), saw.map(accessLogRow)).slice(0, limit)
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
      about: jsonOf<AuditRow['about']>(sql`CASE WHEN request = '' THEN payload ELSE '{}' END`),
    })
    .from(sql`event`)
    .where(
      and(
        sql`seq < ${seq}`,
        actor === undefined ? undefined : sql`actor = ${actor}`,
        // Lets SQLite use the partial index on staff actions.
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
    .from(accessLog)
    .where(
      and(
        lt(accessLog.seq, seq),
        actor === undefined ? undefined : eq(accessLog.actor, actor),
        request === undefined ? undefined : sql`instr(${accessLog.requests}, ${JSON.stringify(request)}) > 0`,
      ),
    )
    .orderBy(desc(accessLog.seq))
    .limit(kind === 'did' ? 0 : limit)
}

function actRow({ request, ...row }: Awaited<ReturnType<typeof didBefore>>[number]): AuditRow {
  return {
    ...row,
    kind: 'did',
    requests: request === '' ? [] : [request],
    fields: [],
  }
}

function accessLogRow({ view, requests, fields, ...row }: typeof accessLog.$inferSelect): AuditRow {
  return {
    ...row,
    kind: 'saw',
    what: view,
    requests,
    fields,
    about: {},
  }
}

function newestFirst(did: readonly AuditRow[], saw: readonly AuditRow[]): AuditRow[] {
  const merged: AuditRow[] = []
  let [d, s] = [0, 0]
  for (;;) {
    const [action, scope] = [did[d], saw[s]]
    if (action === undefined) return [...merged, ...saw.slice(s)]
    if (scope === undefined) return [...merged, ...did.slice(d)]
    if (action.at > scope.at) d++
    else s++
    merged.push(action.at > scope.at ? action : scope)
  }
}

export function writeAuditCursor({ did, saw }: AuditCursor): string {
  return `${did}-${saw}`
}

export function readAuditCursor(typed: string): { value: AuditCursor | undefined; errors: FieldError[] } {
  if (typed === '') return { value: undefined, errors: [] }
  const [, did, saw] = /^(\d{1,16})-(\d{1,16})$/.exec(typed) ?? []
  if (did === undefined || saw === undefined) {
    return { value: undefined, errors: [{ field: 'after', code: 'malformed' }] }
  }
  return { value: { did: Number(did), saw: Number(saw) }, errors: [] }
}
