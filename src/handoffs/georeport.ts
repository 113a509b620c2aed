import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { PartnerEndpoint } from '../regions/documents.ts'
import { type Element, listAt } from '../regions/open311-file.ts'
import { decodeEntities } from '../regions/plain-text.ts'

/* A partner's GeoReport v2 endpoint, as a client. What it answers is rubbish until it has been read. */

interface Call {
  /** Without the extension: `requests`, `tokens/12`. */
  readonly path: string
  readonly fields: readonly (readonly [name: string, value: string | number | null])[]
  /** Sends the fields as a form, under this Idempotency-Key. */
  readonly once?: string
  /** GETs need no key but where the partner's extension asks for one. */
  readonly withKey?: boolean
}

/** The items of the answer, whatever its root. Throws `partner-away` saying why there are none to be had. */
export async function askGeoReport(
  platform: Platform,
  { endpoint, jurisdictionId, keySecret, format = 'xml' }: PartnerEndpoint,
  { path, fields, once, withKey = once !== undefined }: Call,
): Promise<Element[]> {
  const form = new URLSearchParams()
  if (jurisdictionId !== undefined) form.set('jurisdiction_id', jurisdictionId)
  if (withKey && keySecret !== undefined) form.set('api_key', secretOf(platform, keySecret))
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
    throw problem('partner-away', { detail: `${host} answered ${status}${reasonIn(text)}` })
  }
  const items = readItems(text)
  if (items === undefined) throw problem('partner-away', { detail: `${host} answers what is no GeoReport.` })
  return items
}

function secretOf(platform: Platform, name: string): string {
  const secret = platform.secrets.get(name)
  if (secret === undefined) throw problem('not-configured', { detail: `Set the secret ${name}.` })
  return secret
}

/** Their own words about a refusal, for the operator. */
function reasonIn(text: string): string {
  const words = (readItems(text) ?? []).map(({ description }) => description).filter(isText)
  return words.length === 0 ? '.' : `: ${words.join(' ').slice(0, 200)}`
}

const roots = [
  ['service_requests', 'request'],
  ['service_request_updates', 'request_update'],
  ['errors', 'error'],
] as const

/** Undefined for what is no answer of GeoReport. Declared entities are never expanded. */
function readItems(text: string): Element[] | undefined {
  const body = text.replace(/^\uFEFF/, '').trim()
  const root = body.startsWith('<') ? readXml(body) : readJson(body)
  const found = Array.isArray(root)
    ? root
    : roots.map(([name, item]) => listAt(root, name, item)).find(list => list !== undefined)
  return found?.filter((item): item is Element => typeof item === 'object' && item !== null)
}

function readXml(body: string): unknown {
  if (/<!DOCTYPE|<!ENTITY/i.test(body) || XMLValidator.validate(body) !== true) return undefined
  const parser = new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    parseTagValue: false,
    processEntities: false,
    removeNSPrefix: true,
    tagValueProcessor: (_name, value) => decodeEntities(value),
  })
  try {
    return parser.parse(body)
  } catch {
    // What the validator lets pass is not always what the parser can read.
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
