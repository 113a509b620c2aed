import * as v from 'valibot'
import { type FieldError, problem } from '../problem.ts'
import { cleanText } from '../text.ts'
import { MAX_BODY_BYTES, readBytes } from './body.ts'

/** Throws `unsupported-media`, `too-large`, `bad-request`, or `invalid-fields` naming every field. */
export async function readJson<T extends v.GenericSchema>(
  request: Request,
  schema: T,
): Promise<v.InferOutput<T>> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    throw problem('unsupported-media', { detail: 'Send JSON with Content-Type: application/json.' })
  }
  const read = v.safeParse(schema, parseJson(await readBytes(request, MAX_BODY_BYTES)))
  if (read.success) return read.output
  throw problem('invalid-fields', { fields: read.issues.map(errorOf) })
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), cleanValue)
  } catch {
    throw problem('bad-request', { detail: 'The body is not JSON in UTF-8.' })
  }
}

function cleanValue(_: string, value: unknown): unknown {
  return typeof value === 'string' ? cleanText(value) : value
}

function errorOf(issue: v.BaseIssue<unknown>): FieldError {
  const field = v.getDotPath(issue) ?? 'body'
  if (issue.type === 'max_length' || issue.type === 'max_graphemes')
    return { field, code: 'too-long', params: { max: Number(issue.requirement) } }
  if (issue.expected === 'never') return { field, code: 'unknown' }
  return { field, code: issue.received === 'undefined' ? 'required' : 'malformed' }
}

/** Throws `invalid-fields` for a malformed key. */
export function readIdempotencyKey({ headers }: Request): string | undefined {
  const key = headers.get('idempotency-key')?.trim()
  if (key === undefined || key === '') return undefined
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw problem('invalid-fields', { fields: [{ field: 'Idempotency-Key', code: 'malformed' }] })
  }
  return key
}
