import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { problem } from '../core/problem.ts'
import { decodeEntities } from './plain-text.ts'

/** Elements of GeoReport v2, each by name with its text; lists are arrays even of one. */
export type Element = Readonly<Record<string, unknown>>

/** Larger than any catalogue seen by two orders of magnitude. */
const LARGEST_CHARACTERS = 10_000_000

/**
 * Reads a GeoReport answer kept in a file: `services` or a service definition, XML or JSON. Values stay text, so that
 * `001` keeps its zeros. Declared entities are never expanded. Throws `bad-request` with the line of what cannot be read.
 */
export function readGeoReport(text: string): { services: Element[] } | { definition: Element } {
  if (text.length > LARGEST_CHARACTERS) throw problem('bad-request', { detail: 'The file is over 10 MB.' })
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

/** The children of a container, whichever way JSON or XML nests them. */
export function listAt(parent: unknown, container: string, item: string): unknown[] | undefined {
  const held = asElement(parent)[container]
  if (Array.isArray(held)) return held
  if (held === undefined) return undefined
  const inner = asElement(held)[item]
  return inner === undefined ? [] : [inner].flat()
}

/** The text of an element; empty where it is absent, null or has only children. */
export function textOf(element: Element, name: string): string {
  const value = element[name]
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

function asElement(value: unknown): Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Element) : {}
}

function readXml(text: string): unknown {
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) {
    throw problem('bad-request', {
      detail: 'The file declares a document type or entities; GeoReport has neither.',
    })
  }
  const valid = XMLValidator.validate(text)
  if (valid !== true) throw problem('bad-request', { detail: `Line ${valid.err.line}: ${valid.err.msg}` })
  const parser = new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    parseTagValue: false,
    processEntities: false,
    removeNSPrefix: true,
    tagValueProcessor: (_name, value) => decodeEntities(value),
    isArray: name => name === 'service' || name === 'attribute' || name === 'value',
  })
  try {
    return parser.parse(text)
  } catch (cause) {
    throw problem('bad-request', { detail: `The XML cannot be read: ${(cause as Error).message}`, cause })
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
