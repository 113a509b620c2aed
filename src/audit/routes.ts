import { type Context, Hono } from 'hono'
import type { TenantReader } from '../core/db.ts'
import { parseTrackingNumber } from '../core/ids.ts'
import { type FieldFault, problem } from '../core/problem.ts'
import { readNumber } from '../regions/inquiry.ts'
import type { Door } from '../regions/site.ts'
import { type AuditFilter, auditKinds, auditOf, readAuditCursor, writeAuditCursor } from './audit.ts'

/**
 * Who did and saw what, as JSON, for a jurisdiction's own programs, by an API key of scope `audit`. `open` opens the
 * caller's jurisdiction to whoever has the right to its audit.
 */
export function auditRoutes(open: (c: Context<Door>) => Promise<TenantReader>): Hono<Door> {
  const routes = new Hono<Door>()
  routes.get('/work/audit', async c => {
    const db = await open(c)
    const { rows, next } = await auditOf(db, readAuditFilter(c))
    return c.json({
      rows: rows.map(row => ({ ...row, at: new Date(row.at).toISOString() })),
      next: next === undefined ? null : writeAuditCursor(next),
    })
  })
  return routes
}

/** What a query asks of the audit: `actor`, `request`, `kind`, `after`, `limit`. Throws `invalid-fields`. */
export function readAuditFilter(c: Context<Door>): AuditFilter {
  const limit = readNumber('limit', c.req.query('limit') ?? '', 1, 200)
  const after = readAuditCursor(c.req.query('after') ?? '')
  const typed = { request: c.req.query('request') ?? '', kind: c.req.query('kind') ?? '' }
  const number = parseTrackingNumber(typed.request)
  const kind = auditKinds.find(known => known === typed.kind)
  const faults: FieldFault[] = [...limit.faults, ...after.faults]
  if (typed.request !== '' && number === undefined) faults.push({ field: 'request', code: 'malformed' })
  if (typed.kind !== '' && kind === undefined) faults.push({ field: 'kind', code: 'not-an-option' })
  if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
  return {
    actor: c.req.query('actor')?.slice(0, 200) || undefined,
    request: number?.id,
    kind,
    after: after.value,
    limit: Math.floor(limit.value ?? 50),
  }
}
