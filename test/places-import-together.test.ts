import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPlaces, type PlacesDb } from '../src/core/database/handles.ts'
import { migrateDatabase } from '../src/core/database/migrate.ts'
import type { ImportKind } from '../src/places/import/rows/rows.ts'
import { survey } from '../src/places/import/survey.ts'
import type { Table } from '../src/places/import/table.ts'
import {
  importPlaces,
  listPlaceSources,
  ROWS_AT_ONCE,
  removePlaceSource,
} from '../src/places/index/import.ts'
import { searchIndex } from '../src/places/index/search.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { type NodePlatform, nodePlatform } from '../src/platform/node/platform.ts'
import { accepted, mappingOf, opened } from './support/import-files.ts'

let dataDir: string
const platforms: NodePlatform[] = []
/** A connection of its own, as another process has. */
function platform(): NodePlatform {
  const made = nodePlatform({ dataDir, log: () => {} })
  platforms.push(made)
  return made
}
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'countyline-'))
})
afterAll(async () => {
  for (const each of platforms) await each.close()
  rmSync(dataDir, { recursive: true })
})

async function index(region: string): Promise<PlacesDb> {
  const opening = platform()
  await migrateDatabase(opening, { kind: 'places', region }, readMigrations())
  return again(region, opening)
}
const again = (region: string, on = platform()) => openPlaces(on, { kind: 'system', reason: 'test' }, region)

const ADDRESSES = 'LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID'
const house = (number: number, street: string, lat = 38.5) =>
  `-74.1,${lat},${number},${street},,HOLLIS,,MD,21202,${number}`
const houses = (street: string, count: number) =>
  Array.from({ length: count }, (_, at) => house(at + 1, street))
const STREETS = 'the_geom,FULLNAME,ROADID'
const segment = (id: string, name: string, lat = 38.5) =>
  `"LINESTRING (-74.1 ${lat}, -74.11 ${lat})",${name},${id}`

async function fileOf(name: string, text: string, kind: ImportKind) {
  const table = await opened(text)
  const mapping = await mappingOf(table, kind)
  const surveyed = accepted(await survey(table, mapping))
  return { source: name, file: { name, size: text.length }, table, mapping, survey: surveyed, now: 1000 }
}

const silent = { progress() {}, rejects() {} }

/** The table, which stops when something of it has been written, until `go` is called. */
function paused(table: Table) {
  const written = Promise.withResolvers<void>()
  const mayGo = Promise.withResolvers<void>()
  return {
    isWritten: written.promise,
    go: mayGo.resolve,
    table: {
      ...table,
      async *records() {
        let given = 0
        for await (const records of table.records()) {
          yield records
          given += records.length
          if (given < ROWS_AT_ONCE) continue
          written.resolve()
          await mayGo.promise
        }
      },
    },
  }
}

const labels = async (db: PlacesDb, text: string) =>
  (await searchIndex(db, text, 5)).map(({ label }) => label)

describe('imports at the same time', () => {
  it('of two sources both end, and each house is found', async () => {
    const [one, other] = [await index('two'), again('two')]
    const many = await fileOf('houses', [ADDRESSES, ...houses('MILL RD', 6000)].join('\n'), 'addresses')
    const more = await fileOf('more', [ADDRESSES, ...houses('OAK AVE', 6000)].join('\n'), 'addresses')
    const done = await Promise.all([importPlaces(one, many, silent), importPlaces(other, more, silent)])
    expect(done.map(({ added }) => added)).toEqual([6000, 6000])
    expect(await labels(one, '5999 Mill Road')).toEqual(['5999 Mill Rd, Hollis'])
    expect(await labels(one, '5999 Oak Avenue')).toEqual(['5999 Oak Ave, Hollis'])
  })

  it('never take a street from each other that is about to have its first segment', async () => {
    const [one, other] = [await index('streets'), again('streets')]
    // Elm Street's first record repeats a key, so that nothing of it is in the index yet.
    const others = Array.from({ length: 6000 }, (_, at) => segment(`${at}`, 'MILL RD'))
    const lines = [
      STREETS,
      segment('0', 'MILL RD'),
      segment('0', 'ELM ST'),
      ...others,
      segment('elm', 'ELM ST', 38.6),
    ]
    const file = await fileOf('roads', lines.join('\n'), 'streets')
    const { table, isWritten, go } = paused(file.table)
    const running = importPlaces(one, { ...file, table }, silent)
    await isWritten
    const parks = await fileOf('houses', [ADDRESSES, ...houses('OAK AVE', 3)].join('\n'), 'addresses')
    await importPlaces(other, parks, silent)
    go()
    expect(await running).toMatchObject({ added: 6001, duplicates: 2 })
    expect(await labels(one, 'Elm Street')).toEqual(['Elm St'])
  })

  it('of one source: the one that began last holds, the other stops and says so', async () => {
    const [one, other] = [await index('one'), again('one')]
    const old = await fileOf('houses', [ADDRESSES, ...houses('MILL RD', 6000)].join('\n'), 'addresses')
    const { table, isWritten, go } = paused(old.table)
    const running = importPlaces(one, { ...old, table }, silent)
    await isWritten
    const moved = [ADDRESSES, house(5999, 'MILL RD', 38.7), ...houses('OAK AVE', 5)].join('\n')
    const newer = await fileOf('houses', moved, 'addresses')
    await importPlaces(other, newer, silent)
    go()
    await expect(running).rejects.toMatchObject({
      slug: 'changed-meanwhile',
      detail: expect.stringContaining('"houses" was imported by somebody else'),
    })
    expect(await searchIndex(one, '5999 Mill Road', 5)).toMatchObject([{ kind: 'address', lat: 38.7 }])
    expect(await labels(one, '5 Oak Avenue')).toEqual(['5 Oak Ave, Hollis'])
  })
})

describe('an import that was killed half-way', () => {
  it('lets another source be imported, and goes on afterwards', async () => {
    const db = await index('killed')
    const file = await fileOf('houses', [ADDRESSES, ...houses('MILL RD', 5000)].join('\n'), 'addresses')
    const killed = importPlaces(db, file, {
      rejects() {},
      progress() {
        throw new Error('killed')
      },
    })
    await expect(killed).rejects.toThrow('killed')
    const roads = [STREETS, segment('1', 'ELM ST')].join('\n')
    expect(
      await importPlaces(again('killed'), await fileOf('roads', roads, 'streets'), silent),
    ).toMatchObject({
      added: 1,
    })
    const resumed = await importPlaces(again('killed'), file, silent)
    expect(resumed.resumedAfter).toBeGreaterThan(0)
    expect(resumed).toMatchObject({ added: 5000, removed: 0 })
    expect(await labels(db, 'Elm Street')).toEqual(['Elm St'])
  })

  it('can be removed instead, with all that it wrote and nothing else', async () => {
    const db = await index('removed')
    const kept = await fileOf('kept', [ADDRESSES, ...houses('OAK AVE', 3)].join('\n'), 'addresses')
    await importPlaces(db, kept, silent)
    const file = await fileOf('houses', [ADDRESSES, ...houses('MILL RD', 6000)].join('\n'), 'addresses')
    const { table, isWritten, go } = paused(file.table)
    const running = importPlaces(db, { ...file, table }, silent)
    await isWritten
    expect(await removePlaceSource(again('removed'), 'houses')).toBe(true)
    expect(await removePlaceSource(again('removed'), 'houses')).toBe(false)
    go()
    await expect(running).rejects.toMatchObject({ slug: 'changed-meanwhile' })
    expect((await listPlaceSources(db)).map(({ name }) => name)).toEqual(['kept'])
    expect(await labels(db, '5999 Mill Road')).toEqual([])
    expect(await labels(db, '3 Oak Avenue')).toEqual(['3 Oak Ave, Hollis'])
  })

  it('keeps its kind: a source of addresses takes no streets', async () => {
    const db = await index('kinds')
    await importPlaces(
      db,
      await fileOf('county', [ADDRESSES, ...houses('OAK AVE', 3)].join('\n'), 'addresses'),
      silent,
    )
    const streets = await fileOf('county', [STREETS, segment('1', 'ELM ST')].join('\n'), 'streets')
    await expect(importPlaces(db, streets, silent)).rejects.toMatchObject({
      detail: '"county" is a source of addresses, not of streets. Give this one another name.',
    })
  })
})
