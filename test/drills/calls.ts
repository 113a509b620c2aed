import type { Place } from '../../src/core/geometry.ts'
import { jpeg } from '../support/photos.ts'
import { SERVICE, type World } from './world.ts'

/** No client waits longer for a response. */
export const TIMEOUT_MILLISECONDS = 20_000

export const channels = ['form', 'json', 'georeport'] as const
export type ChannelName = (typeof channels)[number]

/** A report that a client wants to file, under a unique name. */
export interface Input {
  /** Part of its description, and its idempotency key. */
  readonly name: string
  readonly channel: ChannelName
  readonly jurisdiction: string
  readonly place: Place
  readonly hasPhoto: boolean
  readonly email?: string
  readonly address?: string
}

/** An address of the networks reserved for benchmarks (RFC 2544). */
export function networkAddress(number: number): string {
  return `198.18.${Math.floor(number / 256) % 256}.${number % 256}`
}

/** Sends a report in the format of its route. */
export function sendReport(world: World, url: string, input: Input): Promise<Response> {
  const { name, channel, place, email, address } = input
  const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS)
  const [lat, long] = [String(place.lat), String(place.long)]
  const method = 'POST'
  if (channel === 'json') {
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': name,
      ...(address && { 'x-forwarded-for': address }),
    }
    const body = {
      service_code: SERVICE,
      ...place,
      description: name,
      answers: world.answers,
      ...(email && { email, follow: true }),
    }
    return fetch(`${url}/api/v1/requests`, { method, headers, signal, body: JSON.stringify(body) })
  }
  if (channel === 'georeport') {
    const form = new URLSearchParams({
      api_key: world.keys.get(input.jurisdiction) ?? '',
      service_code: SERVICE,
      lat,
      long,
      description: name,
      ...Object.fromEntries(
        Object.entries(world.answers).map(([code, value]) => [`attribute[${code}]`, value]),
      ),
    })
    const headers = { 'idempotency-key': name }
    return fetch(`${url}/open311/v2/requests.json`, { method, headers, signal, body: form })
  }
  const form = new FormData()
  const once = name.toUpperCase().replace(/[^0-9A-Z]/g, 'X')
  const fields = { once, lat, long, accuracy: '0', address: 'By the old mill', description: name }
  for (const [field, value] of Object.entries(fields)) form.set(field, value)
  for (const [code, value] of Object.entries(world.answers)) form.set(`answers.${code}`, value)
  if (input.hasPhoto) form.set('photos', new File([jpeg(name)], 'photo.jpg', { type: 'image/jpeg' }))
  return fetch(`${url}/report/${SERVICE}/send`, { method, signal, body: form, redirect: 'manual' })
}

/** The number in a response that says that the report is filed; undefined for any other response. */
export async function numberIn(answer: Response, channel: ChannelName): Promise<string | undefined> {
  if (channel === 'form') {
    await answer.arrayBuffer()
    const [, id] = /\/cases\/([\w-]+)/.exec(answer.headers.get('location') ?? '') ?? []
    return answer.status === 303 ? id : undefined
  }
  const text = await answer.text()
  if (answer.status !== 201 && answer.status !== 200) return undefined
  const body = JSON.parse(text)
  return channel === 'json' ? body.id : body[0]?.service_request_id
}

/** Whether a report is where its reporter looks for it. */
export async function isReadable(url: string, channel: ChannelName, id: string): Promise<boolean> {
  const paths = {
    form: `/cases/${id}`,
    json: `/api/v1/requests/${id}`,
    georeport: `/open311/v2/requests/${id}.json`,
  }
  const answer = await fetch(`${url}${paths[channel]}`, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) })
  const text = await answer.text()
  return answer.status === 200 && text.includes(id)
}

export async function callAs<T>(
  world: World,
  url: string,
  jurisdiction: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<{ readonly answer: Response; readonly json: T }> {
  const answer = await fetch(`${url}/j/${jurisdiction}/api/v1/work/${path}`, {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    headers: { authorization: `Bearer ${world.keys.get(jurisdiction)}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json')
  return { answer, json: (isJson ? JSON.parse(text) : {}) as T }
}

export interface WholeRequest {
  readonly status: string
  readonly version: number
  readonly timeline?: readonly { readonly text?: string }[]
}
