import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { secretNameOf } from '../core/encryption/secret-names.ts'
import { type GeoReportElement, listAt, textOf } from '../core/georeport/document.ts'
import { asProblem, problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { TAKEN } from '../platform/platform.ts'
import type { PartnerEndpoint } from '../regions/documents/schemas/partner.ts'
import { plainWords } from './words.ts'

// Responses are untrusted input until parsed.

const MAX_REASON = 300

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

// Invalid input, by GeoReport v2 and by common practice.
const refusals = [400, 422]

/**
 * Throws `partner-unavailable` with the partner's words, `not-configured` without the key that it needs; for a POST
 * that must not be sent again, because it was refused or may have been taken, `partner-refused`.
 */
export async function askGeoReport(
  platform: Platform,
  server: PartnerServer,
  { path, fields, once, withKey = once !== undefined }: Call,
): Promise<readonly GeoReportElement[]> {
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
      : await platform.outbound
          .ask(url, {
            method: 'POST',
            body: form.toString(),
            headers: { 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': once },
          })
          .catch(neverAgainIfTaken)
  const { host } = new URL(endpoint)
  const isTaken = status >= 200 && status <= 299
  const answer = readAnswer(text)
  if (isTaken && answer.items !== undefined && answer.reason === '') return answer.items
  const words = answer.reason === '' ? '.' : `: ${answer.reason}`
  const detail =
    isTaken && answer.reason === ''
      ? `The answer of ${host} is not GeoReport${wordsIn(text)}`
      : `${host} answered ${status}${words}`
  const isFinal = once !== undefined && (isTaken || refusals.includes(status))
  throw problem(isFinal ? 'partner-refused' : 'partner-unavailable', { detail })
}

function neverAgainIfTaken(error: unknown): never {
  const { state, message: detail } = asProblem(error)
  throw state === TAKEN ? problem('partner-refused', { detail, cause: error }) : error
}

function keyOf(platform: Platform, { region, partner, endpoint }: PartnerServer): string | undefined {
  if (endpoint.keySecret === undefined) return undefined
  const owner = { purpose: 'PARTNER', region, body: partner } as const
  const key = platform.secrets.ownedBy(owner, endpoint.keySecret)
  if (key === undefined) throw problem('not-configured', { detail: `Set the secret ${secretNameOf(owner)}.` })
  return key
}

function wordsIn(text: string): string {
  const words = plainWords(text.slice(0, 10_000), MAX_REASON)
  return words === '' ? '.' : `: ${words}`
}

interface Answer {
  /** Undefined for anything but GeoReport. */
  readonly items: readonly GeoReportElement[] | undefined
  readonly reason: string
}

const containers = [
  ['service_requests', 'request'],
  ['service_request_updates', 'request_update'],
] as const

// Servers answer with a list, with one element, or with either inside its container; and with errors under any status.
function readAnswer(text: string): Answer {
  const body = text.replace(/^\uFEFF/, '').trim()
  const root = body.startsWith('<') ? readXml(body) : readJson(body)
  if (Array.isArray(root)) return answerOf(root)
  if (!isElement(root)) return { items: undefined, reason: '' }
  if (isItem(root)) return answerOf([root])
  const errors =
    listAt(root, 'errors', 'error') ?? (root.error === undefined ? undefined : [root.error].flat())
  if (errors !== undefined) return { items: undefined, reason: reasonOf(errors) || 'an error.' }
  for (const [container, item] of containers) {
    const list = listAt(root, container, item) ?? (root[item] === undefined ? undefined : [root[item]].flat())
    if (list !== undefined) return answerOf(list)
  }
  return isError(root) ? answerOf([root]) : { items: undefined, reason: '' }
}

function answerOf(list: readonly unknown[]): Answer {
  const elements = list.filter(isElement)
  return { items: elements.filter(element => !isError(element)), reason: reasonOf(elements.filter(isError)) }
}

const identifiers = ['service_request_id', 'token', 'update_id']

function isItem(element: GeoReportElement): boolean {
  return identifiers.some(name => textOf(element, name) !== '')
}

function isError(element: GeoReportElement): boolean {
  return !isItem(element) && textOf(element, 'code') !== ''
}

function reasonOf(errors: readonly unknown[]): string {
  const words = errors.map(error =>
    isElement(error) ? textOf(error, 'description') || textOf(error, 'message') : String(error),
  )
  return plainWords(words.join(' '), MAX_REASON)
}

function isElement(value: unknown): value is GeoReportElement {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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
