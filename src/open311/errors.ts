import type { Context } from 'hono'
import { translator } from '../core/i18n.ts'
import type { FieldFault, Problem } from '../core/problem.ts'
import type { Door } from '../regions/site.ts'
import { answer } from './answer.ts'
import { Container, type Fields } from './spark.ts'

/**
 * A problem as GeoReport's error list, in the format of the URL; XML where it names none. `code` is the HTTP status.
 * Every field to mend is an error of its own, under the name that GeoReport has for it.
 */
export function open311Errors(c: Context<Door>, problem: Problem): Response {
  const { status, retryAfterSeconds } = problem
  if (retryAfterSeconds !== undefined) c.header('retry-after', String(retryAfterSeconds))
  c.header('access-control-allow-origin', '*')
  const errors = descriptions(problem, c.get('language') ?? 'en').map(
    (description): Fields => ({ code: status, description }),
  )
  return answer(c, { root: 'errors', value: new Container('error', errors) }, status)
}

function descriptions({ title, detail, status, slug, fields }: Problem, language: string): string[] {
  const say = translator(language)
  if (fields.length > 0) {
    return fields.map(fault => `${nameOf(fault)}: ${say(`fault-${fault.code}`, fault.params)}`)
  }
  return [status < 500 || slug === 'database-away' ? (detail ?? title) : title]
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

function nameOf({ field }: FieldFault): string {
  const question = /^answers\.(.+)$/s.exec(field)?.[1]
  return question === undefined ? (names[field] ?? field) : `attribute[${question}]`
}
