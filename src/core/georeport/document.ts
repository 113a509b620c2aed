import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { problem } from '../problem.ts'

export type GeoReportElement = Readonly<Record<string, unknown>>

// Two orders of magnitude above any known catalogue.
const MAX_CHARACTERS = 10_000_000

/** Values stay text, so that `001` keeps its zeros. Declared entities are never expanded. */
export function readGeoReport(
  text: string,
): { services: GeoReportElement[] } | { definition: GeoReportElement } {
  if (text.length > MAX_CHARACTERS) throw problem('bad-request', { detail: 'The file is over 10 MB.' })
  const body = text.replace(/^\uFEFF/, '').trimStart()
  const root = body.startsWith('<') ? readXml(body) : readJson(body)
  const definition = asElement(Array.isArray(root) ? undefined : (asElement(root).service_definition ?? root))
  if ('attributes' in definition) return { definition }
  const services = Array.isArray(root) ? root : listAt(root, 'services', 'service')
  if (services === undefined) {
    throw problem('bad-request', { detail: 'The file has neither services nor a service definition.' })
  }
  return { services: services.map(asElement) }
}

// A year of a large county, with every text of its requests.
const MAX_REQUESTS_CHARACTERS = 200_000_000

/** The requests of a list as GeoReport servers answer it, in JSON or XML. Values may be of any kind. */
export function readGeoReportRequests(text: string): GeoReportElement[] {
  if (text.length > MAX_REQUESTS_CHARACTERS)
    throw problem('bad-request', { detail: 'The file is over 200 MB.' })
  const body = text.replace(/^\uFEFF/, '').trimStart()
  const root = body.startsWith('<') ? readXml(body) : readJson(body)
  const requests = Array.isArray(root) ? root : listAt(root, 'service_requests', 'request')
  if (requests === undefined) throw problem('bad-request', { detail: 'The file has no service requests.' })
  return requests.map(asElement)
}

export function listAt(parent: unknown, container: string, item: string): unknown[] | undefined {
  const held = asElement(parent)[container]
  if (Array.isArray(held)) return held
  if (held === undefined) return undefined
  const inner = asElement(held)[item]
  return inner === undefined ? [] : [inner].flat()
}

export function textOf(element: GeoReportElement, name: string): string {
  const value = element[name]
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

function asElement(value: unknown): GeoReportElement {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as GeoReportElement)
    : {}
}

function readXml(text: string): unknown {
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) {
    throw problem('bad-request', {
      detail: 'The file has a document type or entities. GeoReport allows neither.',
    })
  }
  // Some servers send one root element after another.
  const whole = `<roots>${text.replace(/<\?xml[^>]*\?>/g, '')}</roots>`
  const valid = XMLValidator.validate(whole)
  if (valid !== true) throw problem('bad-request', { detail: `Line ${valid.err.line}: ${valid.err.msg}` })
  const parser = new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    parseTagValue: false,
    htmlEntities: true,
    removeNSPrefix: true,
    isArray: name => name === 'service' || name === 'attribute' || name === 'value',
  })
  try {
    return joinedRoots(asElement(asElement(parser.parse(whole)).roots))
  } catch (cause) {
    throw problem('bad-request', { detail: `The XML cannot be read: ${(cause as Error).message}`, cause })
  }
}

function joinedRoots(roots: GeoReportElement): GeoReportElement {
  const lists = [roots.services ?? []].flat()
  if (lists.length < 2 && roots.service === undefined) return roots
  return {
    ...roots,
    services: [...lists.flatMap(list => asElement(list).service ?? []), ...[roots.service ?? []].flat()],
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw problem('bad-request', {
      detail: `The file is neither XML nor JSON: ${(cause as Error).message}.`,
      cause,
    })
  }
}
