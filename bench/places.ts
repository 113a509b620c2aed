import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client/sqlite3'
import { openPlaces, type PlacesDb } from '../src/core/database/handles.ts'
import { migrateDatabase } from '../src/core/database/migrate.ts'
import { inspect } from '../src/places/import/inspect.ts'
import { openTable } from '../src/places/import/open.ts'
import { survey } from '../src/places/import/survey.ts'
import { importPlaces } from '../src/places/index/import.ts'
import { addressesNear } from '../src/places/index/reverse.ts'
import { searchIndex } from '../src/places/index/search.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { type NodePlatform, nodePlatform } from '../src/platform/node/platform.ts'
import { type Figure, figure } from './figure.ts'
import { startBenchServer } from './servers/servers.ts'

const STREETS = 20_000
const HOUSES = 50
const SEARCHES = 400
/** A small town. */
const FEW_STREETS = 20
const region = 'county'

/**
 * A million addresses in 20,000 streets: imported from CSV, beside bare inserts of the same rows into one table;
 * suggestions as an address is typed, beside a bare FTS5 prefix query; the nearest address, beside a bare R*Tree query;
 * the memory of a process that has searched them, beside one that has searched a small town's.
 */
export async function bench(): Promise<readonly Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countyline-places-'))
  const platform = nodePlatform({ dataDir, log: () => {} })
  try {
    const db = await makeDatabase(platform, region)
    const [seconds, bareSeconds] = [
      await timeImport(db, STREETS),
      await timeInserts(join(dataDir, 'bare.db')),
    ]
    const all = STREETS * HOUSES
    const bare = platform.databases.client({ kind: 'places', region })
    const typed = searches()
    const ours = await times(typed, text => searchIndex(db, text, 8))
    const plain = await times(typed, text =>
      bare.execute({
        sql: 'SELECT rowid FROM street_text WHERE street_text MATCH ? LIMIT 8',
        args: [`"${text.replace(/^\d+ /, '').toLowerCase()}" *`],
      }),
    )
    const positions = Array.from({ length: SEARCHES }, (_, at) => positionAt(at * 2_477))
    const near = await times(positions, ([long, lat]) =>
      addressesNear(db, { lat, long }, { meters: 60, limit: 1 }),
    )
    const box = await times(positions, ([long, lat]) =>
      bare.execute({
        sql: 'SELECT id FROM address_area WHERE west <= ? AND east >= ? AND south <= ? AND north >= ? LIMIT 1',
        args: [long + 0.0005, long - 0.0005, lat + 0.0005, lat - 0.0005],
      }),
    )
    await timeImport(await makeDatabase(platform, 'town'), FEW_STREETS)
    const memory = await memoryAfterSearching(dataDir, region)
    return [
      figure(
        'places: memory after searching 1,000,000 addresses',
        'MB',
        memory,
        await memoryAfterSearching(dataDir, 'town'),
      ),
      figure('places: import', 'addresses/s', all / seconds, all / bareSeconds),
      figure('places: suggestions of 1,000,000, 99th percentile', 'ms', ours, plain),
      figure('places: nearest of 1,000,000, 99th percentile', 'ms', near, box),
    ]
  } finally {
    await platform.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function makeDatabase(platform: NodePlatform, region: string): Promise<PlacesDb> {
  await migrateDatabase(platform, { kind: 'places', region }, readMigrations())
  return openPlaces(platform, { kind: 'system', reason: 'bench' }, region)
}

async function memoryAfterSearching(dataDir: string, region: string): Promise<number> {
  const server = await startBenchServer('places', dataDir, region)
  await server.stop()
  return Number(server.said.memory)
}

/** What people have typed when suggestions are made. */
export function searches(): readonly string[] {
  return Array.from({ length: SEARCHES }, (_, at) => beginning(addressAt(at * 2_477), at))
}

const NAMES =
  'Mill Oak Harbor Cedar Quarry Lake Prospect Division Heritage Salt Marsh Tower Ferry Chestnut'.split(' ')
const TYPES = ['St', 'Ave', 'Rd', 'Ln', 'Dr', 'Ct']

function streetAt(index: number): string {
  const [name, other, type] = [NAMES[index % 13], NAMES[(index * 7) % 13], TYPES[index % 6]]
  return `${name} ${other}${(index % 1_000).toString(36)} ${type}`
}

function addressAt(index: number): string {
  const street = index % STREETS
  return `${100 + 2 * (index % HOUSES)} ${streetAt(street)}`
}

function positionAt(index: number): readonly [long: number, lat: number] {
  const street = index % STREETS
  const house = Math.floor(index / STREETS) % HOUSES
  return [-80 + (street % 200) * 0.002 + house * 0.00003, 25 + Math.floor(street / 200) * 0.002]
}

/** As much of it as somebody has typed: at least the number and two letters. */
function beginning(address: string, at: number): string {
  const least = address.indexOf(' ') + 3
  return address.slice(0, least + (at % Math.max(1, address.length - least)))
}

async function* csv(streets: number): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder()
  yield encoder.encode('LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID\n')
  for (let street = 0; street < streets; street++) {
    const lines = Array.from({ length: HOUSES }, (_, house) => {
      const [long, lat] = positionAt(street + house * STREETS)
      return `${long.toFixed(6)},${lat.toFixed(6)},${100 + 2 * house},${streetAt(street)},,CITY ${street % 30},,FL,33101,${street}-${house}\n`
    })
    yield encoder.encode(lines.join(''))
  }
}

async function timeImport(db: PlacesDb, streets: number): Promise<number> {
  const began = performance.now()
  const source = { name: 'addresses.csv', size: 1, read: () => csv(streets) }
  const table = await openTable(source)
  if ('why' in table) throw new Error(table.why)
  const guess = await inspect(table, 'addresses')
  if ('why' in guess) throw new Error(guess.why)
  const surveyed = await survey(table, guess.mapping)
  if ('why' in surveyed) throw new Error(surveyed.why)
  const given = { source: 'addresses', file: source, table, mapping: guess.mapping, survey: surveyed, now: 1 }
  const { added } = await importPlaces(db, given, { progress() {}, rejects() {} })
  if (added !== streets * HOUSES) throw new Error(`${added} addresses were added`)
  return (performance.now() - began) / 1_000
}

/** The same rows as text into one table with an index, 2,000 in a transaction. */
async function timeInserts(file: string): Promise<number> {
  const bare = createClient({ url: `file:${file}` })
  await bare.batch([
    'CREATE TABLE address (number INTEGER, street TEXT, city TEXT, postcode TEXT, lat REAL, long REAL)',
    'CREATE INDEX address_street ON address (street, number)',
  ])
  const began = performance.now()
  for (let from = 0; from < STREETS * HOUSES; from += 2_000) {
    const statements = Array.from({ length: 2_000 }, (_, at) => {
      const [long, lat] = positionAt(from + at)
      const args = [
        100 + 2 * ((from + at) % HOUSES),
        streetAt((from + at) % STREETS),
        'CITY',
        '33101',
        lat,
        long,
      ]
      return { sql: 'INSERT INTO address VALUES (?, ?, ?, ?, ?, ?)', args }
    })
    await bare.batch(statements, 'write')
  }
  bare.close()
  return (performance.now() - began) / 1_000
}

/** The 99th percentile, in milliseconds. */
async function times<Of>(each: readonly Of[], ask: (one: Of) => Promise<unknown>): Promise<number> {
  const taken: number[] = []
  for (const one of each) {
    const began = performance.now()
    await ask(one)
    taken.push(performance.now() - began)
  }
  return taken.sort((a, b) => a - b)[Math.floor(taken.length * 0.99)] ?? 0
}
