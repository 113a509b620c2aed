import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRegionFiles } from '../src/platform/node/tenants.ts'
import { loadRegion } from '../src/regions/documents/load.ts'
import type { Documents } from '../src/regions/documents/snapshot.ts'
import { startApp, type TestApp, tenantsDir } from './support/app.ts'
import { errors, type Item, items, post } from './support/open311.ts'
import { sharedData } from './support/shared.ts'

/* Two thousand requests of Baltimore's residents from its open data, including blank and truncated coordinates. */

const file = sharedData('requests/baltimore_311_first_2000.csv')
const CONCURRENCY = 32

interface Line {
  /** Line number in the file; the header is 1. */
  readonly line: number
  readonly fields: Record<string, string>
}

/** RFC 4180. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === '') break
    if (end !== ',') rows.push([])
  }
  return rows.filter(row => row.length > 1)
}

function readLines(path: string): Line[] {
  const [header = [], ...rows] = readCsv(readFileSync(path, 'utf8'))
  return rows.map((row, index) => {
    const column = (name: string) => row[header.indexOf(name)] ?? ''
    return {
      line: index + 2,
      fields: {
        service_code: codeOf(column('SRType')),
        description: `${column('SRType')}, ${column('ServiceRequestNum')}, received by ${column('MethodReceived')}`,
        address_string: column('Address'),
        zipcode: column('ZipCode'),
        lat: column('Latitude'),
        long: column('Longitude'),
      },
    }
  })
}

const codeOf = (type: string) => type.replace(/\W+/g, '-').slice(0, 64)

/** The bundled Baltimore, with the types of its own 2,000 requests as its catalogue. */
async function documentsFor(lines: readonly Line[]): Promise<Documents> {
  const { documents } = loadRegion('baltimore', await readRegionFiles(tenantsDir, 'baltimore'))
  if (documents === undefined) throw new Error('the bundled Baltimore is refused')
  const codes = [...new Set(lines.map(({ fields }) => fields.service_code ?? ''))]
  const services = codes.map(code => ({ code, name: code, layers: ['municipality', 'county'] }))
  const region = { ...documents.region, hosts: ['*'] }
  const jurisdictions = documents.jurisdictions.map(({ services, offers, ...jurisdiction }) => jurisdiction)
  return { ...documents, region, services, agreements: {}, jurisdictions }
}

describe.skipIf(file === undefined)('2,000 real requests of Baltimore, sent in through GeoReport', () => {
  const lines = file === undefined ? [] : readLines(file)
  const accepted = new Map<number, string>()
  const rejected = new Map<number, string>()
  let app: TestApp

  beforeAll(async () => {
    app = await startApp({ slug: 'baltimore', documents: await documentsFor(lines) })
    const api_key = await app.key('baltimore-city')
    const waiting = lines.values()
    const send = async () => {
      for (const { line, fields } of waiting) {
        const answer = await post(app, '/open311/v2/requests.json', { api_key, ...fields })
        if (answer.ok) accepted.set(line, String((await items(answer))[0]?.service_request_id))
        else rejected.set(line, (await errors(answer)).map(({ description }) => description).join(' '))
      }
    }
    await Promise.all(Array.from({ length: CONCURRENCY }, send))
    await app.runJobs()
  })
  afterAll(() => app.close())

  test('each is either accepted under a number of its own or rejected', () => {
    expect([lines.length, accepted.size + rejected.size, new Set(accepted.values()).size]).toEqual([
      2000,
      2000,
      accepted.size,
    ])
  })

  test('rejected are the 70 lines that say nothing of where, each with that reason', () => {
    const nowhere = lines.filter(({ fields }) => fields.lat === '' && fields.address_string === '')
    expect(nowhere).toHaveLength(70)
    expect([...rejected.keys()].sort((a, b) => a - b)).toEqual(nowhere.map(({ line }) => line))
    for (const reason of rejected.values())
      expect(reason).toMatch(/^lat and long, address_string or address_id: /)
  })

  test('none is lost: each is read back with what was sent', async () => {
    const found = new Map<unknown, Item>()
    const ids = [...accepted.values()]
    for (let from = 0; from < ids.length; from += 500) {
      const asked = ids.slice(from, from + 500).join(',')
      for (const request of await items(app.request(`/open311/v2/requests.json?service_request_id=${asked}`)))
        found.set(request.service_request_id, request)
    }
    const number = (text = '') => (text === '' ? null : Number(text))
    for (const { line, fields } of lines.filter(({ line }) => accepted.has(line))) {
      expect(found.get(accepted.get(line)), `line ${line}`).toMatchObject({
        service_code: fields.service_code,
        description: fields.description,
        address: fields.address_string?.trim() || null,
        zipcode: fields.zipcode || null,
        lat: number(fields.lat),
        long: number(fields.long),
      })
    }
  })

  test('page after page of the region’s list has all of them', async () => {
    const seen = new Set<unknown>()
    for (let page = 1; ; page++) {
      const requests = await items(app.request(`/open311/v2/requests.json?page=${page}&page_size=500`))
      if (requests.length === 0) break
      for (const { service_request_id } of requests) seen.add(service_request_id)
    }
    expect(seen).toEqual(new Set(accepted.values()))
  })
})
