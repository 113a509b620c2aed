import * as v from 'valibot'
import { readGeoReport, textOf } from '../../core/georeport/document.ts'
import { problem } from '../../core/problem.ts'
import { importServices } from '../../import/catalogue.ts'
import type { Platform } from '../../platform/platform.ts'
import {
  type QuestionDocument,
  type ServiceDocument,
  servicesDocument,
} from '../../regions/documents/schemas/services.ts'

// The common services are a file beside the style sheets, so that a Worker's code does not carry them.
const SHIPPED = 'http://localhost/assets/common-services.json'
/** Who is responsible for an imported service, which Open311 does not say. */
const LAYERS = ['municipality', 'county']
const MAX_SERVICES = 400
// Questions are a call for each service: a Worker may make fifty.
const MAX_DEFINITIONS = 40
const AT_ONCE = 4

export async function shippedServices({ assets }: Platform): Promise<readonly ServiceDocument[]> {
  const answer = await assets.fetch(new Request(SHIPPED))
  if (!answer.ok) throw problem('fault', { cause: new Error(`common services: ${answer.status}`) })
  return v.parse(servicesDocument, await answer.json()).services
}

export interface FoundServices {
  readonly services: readonly ServiceDocument[]
  /** Codes of entries that cannot be used. */
  readonly refused: readonly string[]
}

/** An Open311 service list, as JSON or XML. Throws `bad-request` for anything else, and for an empty list. */
export function servicesIn(text: string): FoundServices {
  const { services, refused } = importServices(text, LAYERS)
  if (services.length === 0) throw problem('bad-request', { detail: 'It has no services.' })
  if (services.length > MAX_SERVICES) {
    throw problem('bad-request', { detail: `It has more than ${MAX_SERVICES} services.` })
  }
  return { services, refused: refused.map(({ code }) => code) }
}

/** Throws `partner-unavailable` for an address that is not public or does not answer, else as `servicesIn`. */
export async function servicesAt(platform: Platform, address: string): Promise<FoundServices> {
  const list = listAddress(address)
  const { status, text } = await platform.outbound.ask(list)
  const { host } = new URL(list)
  if (status !== 200)
    throw problem('partner-unavailable', { detail: `${host} answers with the error ${status}.` })
  const found = servicesIn(text)
  const asked = withMetadata(text).slice(0, MAX_DEFINITIONS)
  const questions = new Map<string, readonly QuestionDocument[]>()
  const waiting = asked.values()
  const lane = async () => {
    for (const code of waiting) {
      const questionsOf = await definitionAt(platform, list, code)
      if (questionsOf !== undefined) questions.set(code, questionsOf)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  const services = found.services.map(service => {
    const own = questions.get(service.externalCode ?? service.code)
    return own === undefined ? service : { ...service, questions: [...own] }
  })
  return { services, refused: found.refused }
}

/** `https://host/open311/v2` is asked for its list of services. */
export function listAddress(address: string): string {
  const url = new URL(address)
  if (!/\.(json|xml)$/.test(url.pathname)) {
    url.pathname = `${url.pathname.replace(/\/(services\/?)?$/, '')}/services.json`
  }
  return url.href
}

// A definition that does not come, or cannot be used, leaves a service without questions.
async function definitionAt(platform: Platform, list: string, code: string) {
  const url = new URL(list)
  const [, folder = '', format = 'json'] = /^(.*\/services)\.(json|xml)$/.exec(url.pathname) ?? []
  if (folder === '') return undefined
  url.pathname = `${folder}/${encodeURIComponent(code)}.${format}`
  try {
    const { status, text } = await platform.outbound.ask(url.href)
    return status === 200 ? importServices(text, LAYERS).questions.get(code) : undefined
  } catch {
    return undefined
  }
}

function withMetadata(text: string): string[] {
  const list = readGeoReport(text)
  if ('definition' in list) return []
  return list.services
    .filter(entry => textOf(entry, 'metadata') === 'true')
    .map(entry => textOf(entry, 'service_code'))
}
