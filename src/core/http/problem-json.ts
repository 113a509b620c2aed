import type { FieldErrorCode, Problem } from '../problem.ts'

/** A problem as RFC 9457 JSON. `localize` gives the message of a field error in the reader's language. */
export function problemJson(
  problem: Problem,
  requestId: string,
  localize: (code: FieldErrorCode, params: Readonly<Record<string, string | number>>) => string,
): Response {
  const { slug, status, title, detail, fields, state, retryAfterSeconds } = problem
  // An internal error never shows its message: it may hold SQL or what a person wrote.
  const shown = status < 500 || slug === 'database-unavailable' ? detail : undefined
  const body = {
    type: `urn:countyline:problem:${slug}`,
    title,
    status,
    ...(shown !== undefined && { detail: shown }),
    ...(fields.length > 0 && {
      fields: fields.map(({ field, code, params }) => ({
        field,
        code,
        message: localize(code, params ?? {}),
      })),
    }),
    ...(state !== undefined && { state }),
    request_id: requestId,
  }
  const headers = new Headers({ 'content-type': 'application/problem+json; charset=utf-8' })
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds))
  return new Response(JSON.stringify(body), { status, headers })
}
