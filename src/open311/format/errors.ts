import type { Context } from 'hono'
import { translator } from '../../core/i18n.ts'
import type { FieldError, Problem } from '../../core/problem.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { answer } from './answer.ts'
import { Container, type Fields } from './serialize.ts'

/** `code` is the HTTP status. Each invalid field is an error of its own, under GeoReport's name for it. */
export function open311Errors(c: Context<AppEnv>, problem: Problem): Response {
  const { status, retryAfterSeconds } = problem
  if (retryAfterSeconds !== undefined) c.header('retry-after', String(retryAfterSeconds))
  c.header('access-control-allow-origin', '*')
  const errors = descriptions(problem, c.get('language') ?? 'en').map(
    (description): Fields => ({ code: status, description }),
  )
  return answer(c, { root: 'errors', value: new Container('error', errors) }, status)
}

function descriptions({ title, detail, status, slug, fields }: Problem, language: string): string[] {
  const t = translator(language)
  if (fields.length > 0) {
    return fields.map(error => `${nameOf(error)}: ${t(`error-${error.code}`, error.params)}`)
  }
  return [status < 500 || slug === 'database-unavailable' ? (detail ?? title) : title]
}

const names: Readonly<Record<string, string>> = {
  place: 'lat and long, address_string or address_id',
  address: 'address_string',
  addressId: 'address_id',
  mediaUrl: 'media_url',
  firstName: 'first_name',
  lastName: 'last_name',
  deviceId: 'device_id',
  accountId: 'account_id',
}

function nameOf({ field }: FieldError): string {
  const question = /^answers\.(.+)$/s.exec(field)?.[1]
  return question === undefined ? (names[field] ?? field) : `attribute[${question}]`
}
