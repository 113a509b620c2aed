import type { Context } from 'hono'
import { NOT_MODIFIED } from '../core/http/api.ts'
import { hasETag } from '../core/http/etag.ts'
import { translator } from '../core/i18n.ts'
import { readInstant, readNumber } from '../core/input.ts'
import type { Units } from '../core/measures.ts'
import { type FieldError, problem } from '../core/problem.ts'
import { explain } from '../routing/explain.ts'
import { formatStep } from '../routing/format.ts'
import { resolve } from '../routing/resolve.ts'
import type { Inquiry, Resolution } from '../routing/types.ts'
import { readPlace } from './inquiry.ts'
import { regionOperations } from './operations.ts'
import { mapLayers, mapParts } from './places/map.ts'
import { localizedText } from './runtime/localized.ts'
import { type AppEnv, implementApi } from './runtime/site.ts'

export const regionApi = implementApi(regionOperations, {
  'GET /route': call => {
    const { c } = call
    const { region } = c.get('site')
    const resolution = resolve(region.routing, readInquiry(c))
    return resolutionView(resolution, c.get('language'), c.get('site').region.units)
  },

  'GET /services': call => {
    const { c } = call
    const { region, jurisdiction } = c.get('site')
    const services =
      jurisdiction === undefined ? region.documents.services : region.servicesOffered(jurisdiction.slug)
    const inLanguage = (words: Parameters<typeof localizedText>[0]) =>
      localizedText(words, c.get('language'), [region.language])
    return {
      services: services.map(service => ({
        service_code: service.code,
        name: inLanguage(service.name),
        description: service.description === undefined ? null : inLanguage(service.description),
        group: service.group === undefined ? null : inLanguage(service.group),
      })),
    }
  },

  'GET /map': call => {
    const { c } = call
    const { region } = c.get('site')
    const asked = call.query('part')
    const part = mapParts.find(known => known === asked)
    if (asked !== '' && part === undefined) {
      throw problem('invalid-fields', { fields: [{ field: 'part', code: 'not-an-option' }] })
    }
    const etag = `"${region.snapshot.hash.slice(0, 16)}${asked}"`
    if (hasETag(c.req.header('if-none-match'), etag)) return NOT_MODIFIED
    c.header('etag', etag)
    c.header('cache-control', 'public, max-age=60')
    return mapLayers(region, c.get('platform').clock.now(), part)
  },
})

export function resolutionView(resolution: Resolution, language: string, units: Units) {
  const t = translator(language)
  return {
    ...resolution,
    reason: formatStep(t, units, explain(resolution)),
    trace: resolution.trace.map(step => ({ ...step, text: formatStep(t, units, step) })),
  }
}

// Reads `service_code, lat, long, accuracy, at, answers[<question>]`. Throws `invalid-fields` with all
// errors.
function readInquiry(c: Context<AppEnv>): Inquiry {
  const query = (name: string) => c.req.query(name) ?? ''
  const errors: FieldError[] = []
  const service = query('service_code')
  if (service === '') errors.push({ field: 'service_code', code: 'required' })
  else if (c.get('site').region.service(service) === undefined) throw problem('unknown-service')
  const { place, errors: placeIssues } = readPlace(
    query('lat'),
    query('long'),
    c.get('site').region.routing.atlas,
  )
  const accuracy = readNumber('accuracy', query('accuracy'), 0, 100_000)
  const at = readInstant('at', query('at'), c.get('site').region.documents.region.timezone)
  errors.push(...placeIssues, ...accuracy.errors, ...at.errors)
  if (errors.length > 0) throw problem('invalid-fields', { fields: errors })
  const answers: Record<string, readonly string[]> = Object.create(null)
  for (const [name, values] of Object.entries(c.req.queries())) {
    const question = /^answers\[([^\]]+)\](?:\[\])?$/.exec(name)?.[1]
    if (question !== undefined) answers[question] = values
  }
  const now = c.get('platform').clock.now()
  return {
    service,
    place,
    accuracy: accuracy.value ?? 0,
    at: at.value ?? now,
    answers,
    urgent: query('urgent') === 'true',
  }
}
