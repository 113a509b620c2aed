import * as v from 'valibot'
import { instantSchema, limitParameter, type Operations } from '../core/http/openapi.ts'
import { auditKinds } from './audit.ts'

export const auditOperations = {
  'GET /work/audit': {
    id: 'listAuditLog',
    summary: 'List the audit log, newest entry first. Requires a key with the scope `audit`',
    work: 'audit',
    query: {
      actor: 'The actor as written in the log, such as `staff:…` or `key:…`.',
      request: 'A tracking number.',
      kind: { description: '`did` (changes) or `saw` (access). Default: both.', values: auditKinds },
      limit: limitParameter,
      after: 'The value of `next` from the previous page.',
    },
    answer: v.strictObject({
      rows: v.array(
        v.strictObject({
          kind: v.picklist(auditKinds),
          seq: v.number(),
          at: instantSchema,
          actor: v.string(),
          what: v.string(),
          requests: v.array(v.string()),
          fields: v.array(v.string()),
          about: v.record(v.string(), v.unknown()),
        }),
      ),
      next: v.nullable(v.string()),
    }),
    problems: ['not-allowed'],
  },
} satisfies Operations
