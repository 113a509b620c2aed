import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect } from 'vitest'
import type { Place } from '../../src/core/geometry.ts'
import type { Region } from '../../src/regions/runtime/compile.ts'
import type { TestApp } from './app.ts'

/** Places in the bundled region: in a city, off its county roads. */
export const hollis = { lat: '38.6', long: '-74.3' }
export const portEllery = { lat: '38.592348', long: '-74.243556' }
export const pothole = {
  service_code: 'pothole',
  'attribute[size]': 'large',
  'attribute[lane]': 'driving',
}

type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[]

export function post(
  app: TestApp,
  path: string,
  fields: Fields,
  headers: HeadersInit = {},
): Promise<Response> {
  const pairs = Array.isArray(fields) ? fields.map(pair => [...pair]) : Object.entries(fields)
  return app.request(path, {
    method: 'POST',
    body: new URLSearchParams(pairs as [string, string][]),
    headers,
  })
}

type Leaf = string | number | boolean | null
export type Item = Record<string, Leaf | Leaf[]>

/** The items of a JSON response that must be a 200. */
export async function items(answer: Response | Promise<Response>): Promise<Item[]> {
  const { status, headers, body } = await read(answer)
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
  expect(Array.isArray(JSON.parse(body))).toBe(true)
  return JSON.parse(body) as Item[]
}

/** The error list of a response in either format, after checking that it is one. */
export async function errors(
  answer: Response | Promise<Response>,
): Promise<{ code: number; description: string }[]> {
  const { status, headers, body } = await read(answer)
  const isJson = headers.get('content-type') === 'application/json; charset=utf-8'
  if (!isJson) expect(headers.get('content-type')).toBe('text/xml; charset=utf-8')
  const listed = isJson ? (JSON.parse(body) as unknown) : xml(body).errors.error
  const list = (Array.isArray(listed) ? listed : [listed]) as { code: number | string; description: string }[]
  const plain = list.map(({ code, description }) => ({ code: Number(code), description }))
  expect(plain.length).toBeGreaterThan(0)
  for (const error of plain) expect([error.code, typeof error.description]).toEqual([status, 'string'])
  return plain
}

/**
 * Parses XML after checking that it is well-formed. Elements of one name are a list only when there are
 * several.
 */
export function xml(text: string) {
  expect(XMLValidator.validate(text)).toBe(true)
  expect(text).toMatch(/^<\?xml version="1\.0" encoding="utf-8"\?>/)
  return new XMLParser({ parseTagValue: false, trimValues: false, htmlEntities: true }).parse(text)
}

async function read(answer: Response | Promise<Response>) {
  const response = await answer
  return { status: response.status, headers: response.headers, body: await response.text() }
}

/** The middle of a road that this body maintains, where it lies in that jurisdiction. */
export function onRoadOf({ documents, routing }: Region, owner: string, within: string): Place {
  for (const { properties, coordinates } of documents.roads) {
    const [long, lat] = coordinates[Math.floor(coordinates.length / 2)] ?? [0, 0]
    const isWithin = routing.atlas.areasAt(lat, long).some(index => routing.areas[index]?.body === within)
    if (properties.owner === owner && isWithin) return { lat, long }
  }
  throw new Error(`no road of ${owner} in ${within}`)
}
