import { type Context, Hono } from 'hono'
import { translator } from '../core/i18n.ts'
import { type FieldFault, problem } from '../core/problem.ts'
import { explain } from '../routing/explain.ts'
import { resolve } from '../routing/resolve.ts'
import { sayStep } from '../routing/say.ts'
import type { Inquiry, Resolution } from '../routing/types.ts'
import { readInstant, readNumber, readPlace } from './inquiry.ts'
import { mapLayers } from './map.ts'
import type { Door } from './site.ts'
import { text } from './text.ts'

/** What anyone may ask of a region's configuration, as JSON. */
export function regionRoutes(): Hono<Door> {
  const routes = new Hono<Door>()

  routes.get('/route', c => {
    const { region } = c.get('site')
    const resolution = resolve(region.routing, readInquiry(c))
    return c.json(spoken(resolution, c.get('language')))
  })

  routes.get('/places', c => {
    const words = c.req.query('q') ?? ''
    if (words.length > 200)
      throw problem('invalid-fields', { fields: [{ field: 'q', code: 'too-long', params: { max: 200 } }] })
    return c.json({ places: c.get('site').region.searchPlaces(words, 8) })
  })

  routes.get('/services', c => {
    const { region, jurisdiction } = c.get('site')
    const services =
      jurisdiction === undefined ? region.documents.services : region.servicesOffered(jurisdiction.slug)
    const inLanguage = (words: Parameters<typeof text>[0]) =>
      text(words, c.get('language'), [region.language])
    return c.json({
      services: services.map(service => ({
        service_code: service.code,
        name: inLanguage(service.name),
        description: service.description === undefined ? null : inLanguage(service.description),
        group: service.group === undefined ? null : inLanguage(service.group),
      })),
    })
  })

  routes.get('/map', c => {
    const { region } = c.get('site')
    const etag = `"${region.snapshot.hash.slice(0, 16)}"`
    if (c.req.header('if-none-match') === etag) return c.body(null, 304)
    return c.json(mapLayers(region, c.get('platform').clock.now()), 200, {
      etag,
      'cache-control': 'public, max-age=60',
    })
  })

  return routes
}

/** A resolution with every step of its trace in words. */
export function spoken(resolution: Resolution, language: string) {
  const say = translator(language)
  return {
    ...resolution,
    reason: sayStep(say, explain(resolution)),
    trace: resolution.trace.map(step => ({ ...step, text: sayStep(say, step) })),
  }
}

/** Reads `service_code, lat, long, accuracy, at, answers[<question>]`. Throws `invalid-fields` with every fault. */
function readInquiry(c: Context<Door>): Inquiry {
  const query = (name: string) => c.req.query(name) ?? ''
  const faults: FieldFault[] = []
  const service = query('service_code')
  if (service === '') faults.push({ field: 'service_code', code: 'required' })
  else if (c.get('site').region.service(service) === undefined) throw problem('unknown-service')
  const { place, faults: placeFaults } = readPlace(
    query('lat'),
    query('long'),
    c.get('site').region.routing.atlas,
  )
  const accuracy = readNumber('accuracy', query('accuracy'), 0, 100_000)
  const at = readInstant('at', query('at'))
  faults.push(...placeFaults, ...accuracy.faults, ...at.faults)
  if (faults.length > 0) throw problem('invalid-fields', { fields: faults })
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
