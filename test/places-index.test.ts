import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPlaces, type PlacesDb } from '../src/core/database/handles.ts'
import { migrateDatabase } from '../src/core/database/migrate.ts'
import { bytesSource } from '../src/places/import/bytes.ts'
import { inspect } from '../src/places/import/inspect.ts'
import { openTable } from '../src/places/import/open.ts'
import { readRows } from '../src/places/import/read.ts'
import type { AddressRow, ImportKind } from '../src/places/import/rows/rows.ts'
import { survey } from '../src/places/import/survey.ts'
import { importPlaces, listPlaceSources } from '../src/places/index/import.ts'
import { addressesNear } from '../src/places/index/reverse.ts'
import { searchIndex } from '../src/places/index/search.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { type NodePlatform, nodePlatform } from '../src/platform/node/platform.ts'
import { sharedData } from './support/shared.ts'

let dataDir: string
let platform: NodePlatform
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'countyline-'))
  platform = nodePlatform({ dataDir, log: () => {} })
})
afterAll(async () => {
  await platform.close()
  rmSync(dataDir, { recursive: true })
})

async function index(region: string): Promise<PlacesDb> {
  await migrateDatabase(platform, { kind: 'places', region }, readMigrations())
  return openPlaces(platform, { kind: 'system', reason: 'test' }, region)
}

async function fileOf(name: string, bytes: Uint8Array, kind: ImportKind) {
  const source = bytesSource(name, bytes)
  const table = await openTable(source)
  if ('why' in table) throw new Error(table.why)
  const found = await inspect(table, kind)
  if ('why' in found) throw new Error(found.why)
  const surveyed = await survey(table, found.mapping)
  if ('why' in surveyed) throw new Error(surveyed.why)
  return { file: { name, size: bytes.length }, table, mapping: found.mapping, survey: surveyed }
}

const silent = { progress() {}, rejects() {} }
async function take(db: PlacesDb, source: string, text: string, kind: ImportKind, now: number) {
  const file = await fileOf(`${source}.csv`, new TextEncoder().encode(text), kind)
  return importPlaces(db, { source, ...file, now }, silent)
}

const HEADING = 'LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID'
const MILL = [
  '-74.1,38.5,2230,MILL RD,,PORT ELLERY,,MD,21201,1',
  '-74.1,38.5001,2230,MILL RD,APT 4,PORT ELLERY,,MD,21201,2',
  '-74.101,38.5,2230A,MILL RD,,PORT ELLERY,,MD,21201,3',
  '-74.2,38.6,12,N 5TH ST,,HOLLIS,,MD,21202,4',
]

describe('the index of a region’s places', () => {
  it('finds an address however people write it', async () => {
    const db = await index('forms')
    await take(db, 'county', [HEADING, ...MILL].join('\n'), 'addresses', 1000)
    const typed = [
      '2230 Mill Road',
      '2230 Mill Road Port Ellery MD 21201',
      '2230 Mil Road',
      '2230 Mill Ro',
      '2230 Mlil Road',
    ]
    for (const text of typed) {
      const [best] = await searchIndex(db, text, 5)
      expect([text, best?.label]).toEqual([text, '2230 Mill Rd, Port Ellery'])
    }
    const [home] = await searchIndex(db, '2230 mill rd # 4, port ellery', 5)
    expect(home).toMatchObject({ label: '2230 Mill Rd # 4, Port Ellery', lat: 38.5001 })
    const [fifth] = await searchIndex(db, '12 Fifth Street', 5)
    expect(fifth).toMatchObject({ label: '12 N 5th St, Hollis', kind: 'address', contradicts: [] })
    expect((await searchIndex(db, '2230A Mill Road', 5)).map(({ label }) => label)).toContain(
      '2230A Mill Rd, Port Ellery',
    )
  })

  it('finds a mistyped name among thousands that are like it', async () => {
    const db = await index('alike')
    const lines = Array.from(
      { length: 3000 },
      (_, at) => `-74.1,38.5,${at % 90},QUARRY HARBOR${at} ST,,HOLLIS,,MD,21202,${at}`,
    )
    await take(db, 'county', [HEADING, ...lines].join('\n'), 'addresses', 1000)
    const [swapped] = await searchIndex(db, '34 Quarry Habror1204 Street', 5)
    expect(swapped?.label).toBe('34 Quarry Harbor1204 St, Hollis')
    const [missing] = await searchIndex(db, '34 Qurry Harbor1204', 5)
    expect(missing?.label).toBe('34 Quarry Harbor1204 St, Hollis')
  })

  it('contradicts the street that lacks a typed direction, where another has it', async () => {
    const db = await index('directed')
    const rows = [
      HEADING,
      '-122.42,37.776,41,VAN NESS AVE,,,,,,1',
      '-122.42,37.77,150,SOUTH VAN NESS AVE,,,,,,2',
      '-122.43,37.77,41,OAK ST,,,,,,3',
    ]
    await take(db, 'addresses', rows.join('\n'), 'addresses', 1)
    const south = await searchIndex(db, '41 S Van Ness Ave', 5)
    expect(south.map(place => place.contradicts.length)).not.toContain(0)
    expect(south.find(({ label }) => label === '41 Van Ness Ave')?.contradicts).toEqual(['street'])
    expect((await searchIndex(db, '41 Van Ness', 5))[0]).toMatchObject({
      label: '41 Van Ness Ave',
      contradicts: [],
    })
    expect((await searchIndex(db, '41 N Oak St', 5))[0]).toMatchObject({
      label: '41 Oak St',
      contradicts: [],
    })
  })

  it('takes no street for the place that words describe', async () => {
    const db = await index('described')
    const streets = ['SMOKETREE COMMONS DR', 'CITY WALK PL', 'SCHOOL ST', 'OLD MILL RD', 'FULTON ST']
    const rows = streets.map((street, at) => `-74.1,38.5,1,${street},,HOLLIS,,,,${at}`)
    await take(db, 'addresses', [HEADING, ...rows].join('\n'), 'addresses', 1)
    const certain = async (typed: string) =>
      (await searchIndex(db, typed, 5)).flatMap(({ label, contradicts }) =>
        contradicts.length === 0 ? label : [],
      )
    expect(await certain('big smoke tree behind school')).toEqual([])
    expect(await certain('city hall')).toEqual([])
    expect(await certain('mill hollis')).toEqual(['Old Mill Rd, Hollis'])
    expect(await certain('fultn')).toEqual(['Fulton St, Hollis'])
    expect(await certain('scho')).toEqual(['School St, Hollis'])
  })

  it('offers the street, and the place that is called so, where no corner is known', async () => {
    const db = await index('cornerless')
    const rows = ['-74.1,38.5,1,TENTH ST,,HOLLIS,,,,1', '-74.1,38.6,1,BROADWAY,,HOLLIS,,,,2']
    await take(db, 'addresses', [HEADING, ...rows].join('\n'), 'addresses', 1)
    await take(db, 'places', 'name,kind,lat,lon\nFire and Rescue,station,38.5,-74.1', 'common-places', 1)
    expect((await searchIndex(db, '10th and Broadway', 5))[0]).toMatchObject({
      label: 'Tenth St, Hollis',
      contradicts: ['street'],
    })
    expect((await searchIndex(db, 'Fire and Rescue', 5))[0]).toMatchObject({
      label: 'Fire and Rescue',
      contradicts: [],
    })
  })

  it('says what contradicts', async () => {
    const db = await index('forms')
    const [elsewhere] = await searchIndex(db, '2230 Mill Road, Springfield', 5)
    expect(elsewhere).toMatchObject({ label: '2230 Mill Rd, Port Ellery', contradicts: ['city'] })
    const [number] = await searchIndex(db, '99 Mill Road', 5)
    expect(number).toMatchObject({ kind: 'street', contradicts: ['number'] })
    expect((await searchIndex(db, '2230 Mill Avenue', 5))[0]?.contradicts).toEqual(['street'])
    expect((await searchIndex(db, '2230 Mill Road, PA 19103', 5))[0]?.contradicts).toEqual([
      'state',
      'postcode',
    ])
  })

  it('finds a street with a number in its name, its corners, and the houses of both readings', async () => {
    const db = await index('numbers')
    const heading = 'the_geom,FULLNAME,ROADID,POSTCOMM_L'
    const lines = ['9 MILE RD', 'MILE RD', 'MILL RD'].map(
      (name, at) => `"LINESTRING (-74.1 ${38.5 + at / 100}, -74.2 ${38.5 + at / 100})",${name},${at},NOVI`,
    )
    const across = '"LINESTRING (-74.15 38.4, -74.15 38.6)",12 MILE RD,9,NOVI'
    await take(db, 'roads', [heading, ...lines, across].join('\n'), 'streets', 1000)
    const best = async (text: string) => (await searchIndex(db, text, 1))[0]
    expect(await best('9 Mile Road')).toMatchObject({ label: '9 Mile Rd, Novi', contradicts: [] })
    expect(await best('9 Mile, Novi')).toMatchObject({ label: '9 Mile Rd, Novi', contradicts: [] })
    expect(await best('9 Mile Rd and 12 Mile Rd')).toMatchObject({ kind: 'intersection' })
    const houses = [
      HEADING,
      ...['9,MILE RD', '23400,9 MILE RD'].map(at => `-74.1,38.5,${at},,NOVI,,MI,48375,1`),
    ]
    await take(db, 'county', houses.join('\n'), 'addresses', 2000)
    expect(await best('9 Mile Road, Novi MI')).toMatchObject({ label: '9 Mile Rd, Novi', kind: 'address' })
    expect((await searchIndex(db, '9 Mile Road', 2)).map(({ kind }) => kind)).toEqual(['address', 'street'])
    expect(await best('9 Mile Rd & Mill Rd')).toMatchObject({ kind: 'address' })
    expect(await best('23400 9 Mile Rd')).toMatchObject({ label: '23400 9 Mile Rd, Novi', kind: 'address' })
  })

  it('changes only what differs from a newer file, and dates it', async () => {
    const db = await index('again')
    const first = await take(db, 'county', [HEADING, ...MILL].join('\n'), 'addresses', 1000)
    expect(first).toMatchObject({ added: 4, changed: 0, removed: 0 })
    const moved = MILL[3]?.replace('38.6', '38.61') ?? ''
    const newer = [HEADING, MILL[0], moved, '-74.3,38.6,14,N 5TH ST,,HOLLIS,,MD,21202,5'].join('\n')
    const second = await take(db, 'county', newer, 'addresses', 2000)
    expect(second).toMatchObject({ added: 1, changed: 1, removed: 2, unchanged: 1 })
    expect((await listPlaceSources(db))[0]).toMatchObject({ name: 'county', startedAt: 2000, records: 3 })
    expect(await searchIndex(db, '2230A Mill Road', 5)).not.toContainEqual(
      expect.objectContaining({ label: '2230A Mill Rd, Port Ellery' }),
    )
    const [near] = await addressesNear(db, { lat: 38.61, long: -74.2 }, { meters: 50, limit: 3 })
    expect(near?.label).toBe('12 N 5th St, Hollis')
  })

  it('finds a house between two postal cities by the city of its side', async () => {
    const db = await index('sides')
    const heading = 'the_geom,FULLNAME,ROADID,LFROMADD,LTOADD,RFROMADD,RTOADD,POSTCOMM_L,POSTCOMM_R'
    const line = '"LINESTRING (-74.1 38.5, -74.11 38.5)",BORDER RD,7,1,99,2,98,HOLLIS,LARKFIELD'
    expect(await take(db, 'roads', `${heading}\n${line}`, 'streets', 1000)).toMatchObject({ duplicates: 0 })
    const found = async (text: string) => (await searchIndex(db, text, 1)).map(({ label }) => label)
    expect(await found('51 Border Road, Hollis')).toEqual(['51 Border Rd, Hollis'])
    expect(await found('52 Border Road, Larkfield')).toEqual(['52 Border Rd, Larkfield'])
    const [other] = await searchIndex(db, '52 Border Road, Hollis', 1)
    expect(other?.contradicts).not.toEqual([])
    const states = [HEADING, '-74.1,38.5,53,BORDER RD,,HOLLIS,,MD,21202,1'].join('\n')
    await take(db, 'county', states, 'addresses', 2000)
    expect((await searchIndex(db, '53 Border Road, Hollis, PA', 1))[0]?.contradicts).toEqual(['state'])
  })

  it('goes on where an import was interrupted', async () => {
    const db = await index('resumed')
    const lines = Array.from(
      { length: 5000 },
      (_, at) => `-74.1,38.5,${at + 1},MILL RD,,HOLLIS,,MD,21202,${at}`,
    )
    const file = await fileOf(
      'county.csv',
      new TextEncoder().encode([HEADING, ...lines].join('\n')),
      'addresses',
    )
    let written = 0
    const broken = importPlaces(
      db,
      { source: 'county', ...file, now: 1000 },
      {
        rejects() {},
        progress(records) {
          written = records
          throw new Error('killed')
        },
      },
    )
    await expect(broken).rejects.toThrow('killed')
    const outcome = await importPlaces(db, { source: 'county', ...file, now: 9000 }, silent)
    expect(outcome).toMatchObject({ resumedAfter: written, added: 5000, removed: 0 })
    expect(written).toBeGreaterThan(0)
  })
})

const files = [
  ['alameda.zip', '-122,37'],
  ['us-ca-san_francisco-excerpt.zip', ''],
  ['us-wy-park.zip', ''],
  ['VA_SiteAddress-excerpt.zip', ''],
] as const

describe.each(files)('the addresses of %s', name => {
  const path = sharedData(`addresses/${name}`)
  it.skipIf(path === undefined)('are each found by their own text, and by their point', async () => {
    const region = name.replace(/\W+/g, '-').toLowerCase()
    const db = await index(region)
    const file = await fileOf(name, readFileSync(path ?? ''), 'addresses')
    await importPlaces(db, { source: 'county', ...file, now: 1000 }, silent)
    const rows: AddressRow[] = []
    for await (const batch of readRows(file.table, file.mapping, file.survey.positions))
      rows.push(...(batch.rows as AddressRow[]))
    const every = Math.ceil(rows.length / 400)
    const sample = rows.filter((_, at) => at % every === 0)
    const missed: string[] = []
    const elsewhere: string[] = []
    for (const { number, suffix, street, city, postcode, lat, long } of sample) {
      const house = `${number}${/^\d/.test(suffix) ? ' ' : ''}${suffix}`
      const typed = [`${house} ${street}`, city, postcode].filter(part => part !== '').join(', ')
      const found = await searchIndex(db, typed, 3)
      const isFound = found.some(
        place =>
          place.kind === 'address' && place.contradicts.length === 0 && Math.abs(place.lat - lat) < 0.002,
      )
      if (!isFound) missed.push(`${typed} -> ${JSON.stringify(found[0])}`)
      const near = await addressesNear(db, { lat, long }, { meters: 30, limit: 20 })
      if (!near.some(({ label }) => label.startsWith(house.toUpperCase())))
        elsewhere.push(`${typed} -> ${near.map(({ label }) => label).join('; ')}`)
    }
    expect(sample.length).toBeGreaterThan(0)
    if (missed.length + elsewhere.length > 0)
      console.log(missed.slice(0, 30), elsewhere.slice(0, 10), sample.length)
    expect(missed.length / sample.length).toBeLessThanOrEqual(0.005)
    expect(elsewhere.length / sample.length).toBeLessThanOrEqual(0.005)
  })
})
