import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { secretNameOf } from '../core/encryption/secret-names.ts'
import { type GeoReportElement, listAt } from '../core/georeport/document.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { PartnerEndpoint } from '../regions/documents/schemas.ts'

// Responses are untrusted input until parsed.

interface Call {
  readonly path: string
  readonly fields: readonly (readonly [name: string, value: string | number | null])[]
  /** The Idempotency-Key of a POST. */
  readonly once?: string
  readonly withKey?: boolean
}

export interface PartnerServer {
  readonly region: string
  readonly partner: string
  readonly endpoint: PartnerEndpoint
}

/** Throws `partner-unavailable` with the partner's reason, `not-configured` without the key that it needs. */
export async function askGeoReport(
  platform: Platform,
  server: PartnerServer,
  { path, fields, once, withKey = once !== undefined }: Call,
): Promise<GeoReportElement[]> {
  const { endpoint, jurisdictionId, format = 'xml' } = server.endpoint
  const form = new URLSearchParams()
  if (jurisdictionId !== undefined) form.set('jurisdiction_id', jurisdictionId)
  const key = withKey ? keyOf(platform, server) : undefined
  if (key !== undefined) form.set('api_key', key)
  for (const [name, value] of fields) if (value !== null && value !== '') form.append(name, String(value))
  const url = `${endpoint.replace(/\/+$/, '')}/${path}.${format}`
  const { status, text } =
    once === undefined
      ? await platform.outbound.ask(`${url}?${form}`)
      : await platform.outbound.ask(url, {
          method: 'POST',
          body: form.toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': once },
        })
  const { host } = new URL(endpoint)
  if (status < 200 || status > 299) {
    throw problem('partner-unavailable', { detail: `${host} answered ${status}${reasonIn(text)}` })
  }
  const items = readItems(text)
  if (items === undefined)
    throw problem('partner-unavailable', { detail: `The answer of ${host} is not GeoReport.` })
  return items
}

function keyOf(platform: Platform, { region, partner, endpoint }: PartnerServer): string | undefined {
  if (endpoint.keySecret === undefined) return undefined
  const owner = { purpose: 'PARTNER', region, body: partner } as const
  const key = platform.secrets.ownedBy(owner, endpoint.keySecret)
  if (key === undefined) throw problem('not-configured', { detail: `Set the secret ${secretNameOf(owner)}.` })
  return key
}

function reasonIn(text: string): string {
  const words = (readItems(text) ?? []).map(({ description }) => description).filter(isText)
  return words.length === 0 ? '.' : `: ${words.join(' ').slice(0, 200)}`
}

const roots = [
  ['service_requests', 'request'],
  ['service_request_updates', 'request_update'],
  ['errors', 'error'],
] as const

// Undefined for anything but GeoReport. Declared entities are never expanded.
function readItems(text: string): GeoReportElement[] | undefined {
  const body = text.replace(/^\uFEFF/, '').trim()
  const root = body.startsWith('<') ? readXml(body) : readJson(body)
  const found = Array.isArray(root)
    ? root
    : roots.map(([name, item]) => listAt(root, name, item)).find(list => list !== undefined)
  return found?.filter((item): item is GeoReportElement => typeof item === 'object' && item !== null)
}

function readXml(body: string): unknown {
  if (/<!DOCTYPE|<!ENTITY/i.test(body) || XMLValidator.validate(body) !== true) return undefined
  const parser = new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    parseTagValue: false,
    htmlEntities: true,
    removeNSPrefix: true,
  })
  try {
    return parser.parse(body)
  } catch {
    // The parser rejects some documents that the validator accepts.
    return undefined
  }
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
