import { parseTrackingNumber } from '../core/ids.ts'
import { readNumber } from '../core/input.ts'
import { type FieldError, problem } from '../core/problem.ts'
import { authorizeProgramRead } from '../identity/programs/authorize.ts'
import { implementApi } from '../regions/runtime/site.ts'
import { type AuditFilter, auditKinds, auditOf, readAuditCursor, writeAuditCursor } from './audit.ts'
import { auditOperations } from './operations.ts'

export const auditApi = implementApi(auditOperations, {
  'GET /work/audit': async ({ c, query }) => {
    const db = await authorizeProgramRead(c, {}, 'audit')
    const { rows, next } = await auditOf(db, readAuditFilter(query))
    return {
      rows: rows.map(row => ({ ...row, at: new Date(row.at).toISOString() })),
      next: next === undefined ? null : writeAuditCursor(next),
    }
  },
})

type AuditQuery = (name: 'actor' | 'after' | 'kind' | 'limit' | 'request') => string

/** Throws `invalid-fields`. */
export function readAuditFilter(query: AuditQuery): AuditFilter {
  const limit = readNumber('limit', query('limit'), 1, 200)
  const after = readAuditCursor(query('after'))
  const typed = { request: query('request'), kind: query('kind') }
  const number = parseTrackingNumber(typed.request)
  const kind = auditKinds.find(known => known === typed.kind)
  const errors: FieldError[] = [...limit.errors, ...after.errors]
  if (typed.request !== '' && number === undefined) errors.push({ field: 'request', code: 'malformed' })
  if (typed.kind !== '' && kind === undefined) errors.push({ field: 'kind', code: 'not-an-option' })
  if (errors.length > 0) throw problem('invalid-fields', { fields: errors })
  return {
    actor: query('actor').slice(0, 200) || undefined,
    request: number?.id,
    kind,
    after: after.value,
    limit: Math.floor(limit.value ?? 50),
  }
}
