import * as v from 'valibot'
import { instant, type Operations } from '../core/openapi.ts'
import { auditKinds } from './audit.ts'

/** What `routes.ts` answers. */
export const auditOperations: Operations = {
  'GET /work/audit': {
    summary: 'Who did and who saw what, newest first; a key of scope `audit` reads it',
    work: true,
    query: {
      actor: 'As the log names them, such as `staff:…` or `key:…`.',
      request: 'A tracking number.',
      kind: '`did` or `saw`; both if absent.',
      limit: '1 to 200; 50 if absent.',
      after: 'What the page before gave as `next`.',
    },
    answer: v.strictObject({
      rows: v.array(
        v.strictObject({
          kind: v.picklist(auditKinds),
          seq: v.number(),
          at: instant,
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
}
