import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test } from 'vitest'
import { main } from '../src/cli/main.ts'
import { openPlaces, type PlacesDb } from '../src/core/database/handles.ts'
import { migrateDatabase } from '../src/core/database/migrate.ts'
import { openTable } from '../src/places/import/open.ts'
import type { AddressRow } from '../src/places/import/rows/rows.ts'
import { survey } from '../src/places/import/survey.ts'
import { importPlaces, ROWS_AT_ONCE } from '../src/places/index/import.ts'
import { IndexWriter } from '../src/places/index/write.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { zip } from './support/geofiles.ts'
import { accepted, mappingOf } from './support/import-files.ts'
import { lakeFiles } from './support/lake.ts'
import { startSqld } from './support/sqld.ts'
import { type Deployment, deployment } from './support/terminal.ts'

/* Files that nobody should import, and what happens to those who try. The region is at -80, 40. */

const HEADING = 'LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID'
const house = (number: string | number, street = 'MILL RD', at = '-80.05,40.05') =>
  `${at},${number},${street},,WESTPORT,,PA,19103,${number}`

async function lake(environment: Readonly<Record<string, string>> = {}) {
  const given = deployment(undefined, environment)
  given.write('lake', lakeFiles())
  expect((await given.countyline('apply', '--region', 'lake')).code).toBe(0)
  return given
}

function fileIn({ dataDir }: Deployment, content: string | Uint8Array, name = 'addresses.csv'): string {
  const file = join(dataDir, name)
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(file, content)
  return file
}

const csv = (...lines: string[]) => [HEADING, ...lines].join('\n')
const importing = (given: Deployment, file: string, ...options: string[]) =>
  given.countyline('places', 'import', file, '--region', 'lake', ...options)
const found = async (given: Deployment, text: string) =>
  (await given.countyline('places', 'search', text, '--region', 'lake')).out
const listed = async (given: Deployment) => (await given.countyline('places', 'list', '--region', 'lake')).out

describe('an address file', () => {
  test('of another state is refused before anything is written', async () => {
    const given = await lake()
    const elsewhere = Array.from({ length: 50 }, (_, at) => house(at + 1, 'MILL RD', '-122.2,37.7'))
    const done = await importing(given, fileIn(given, csv(...elsewhere)))
    expect([done.code, done.err]).toEqual([
      1,
      expect.stringContaining("It is another place's: 50 of 50 positions lie outside the region."),
    ])
    expect(await listed(given)).toBe('lake: 0 sources\n')
  })

  test('that reaches over the border is taken inside it, and says what is left out', async () => {
    const given = await lake()
    const done = await importing(
      given,
      fileIn(given, csv(house(1), house(2), house(3, 'MILL RD', '-80.5,40.05'))),
    )
    expect(done.err).toContain('2 rows of 3 records can be taken\n  rejected 1: outside the region\n')
    expect(done.out).toContain('2 added, 0 changed, 0 removed, 0 unchanged, 1 rejected')
  })

  test('with an address twice has it once, the first, and counts the other', async () => {
    const given = await lake()
    const file = fileIn(given, csv(house(1), house(1, 'Mill Road', '-80.06,40.06'), house(1), house(2)))
    const done = await importing(given, file)
    expect(done.out).toContain('left out 2 duplicates: the first of each is taken\n')
    expect(done.out).toContain('2 added')
    expect(await found(given, '1 Mill Road')).toBe('1 Mill Rd, Westport (address, 40.050000,-80.050000)\n')
    expect((await importing(given, file)).out).toContain('0 added, 0 changed, 0 removed, 2 unchanged')
  })

  test('with blank, unknown or unreadable numbers and streets lists those, with line and reason', async () => {
    const given = await lake()
    const numbers = ['', ' ', '0', 'UNKNOWN', 'HSE', '1234567', '12']
    const file = fileIn(given, csv(...numbers.map(number => house(number)), house(14, '')))
    const rejects = join(given.dataDir, 'rejects.csv')
    expect((await importing(given, file, '--rejects', rejects)).out).toContain('1 added')
    const reasons = readFileSync(rejects, 'utf8').trim().split('\n').slice(1)
    expect(reasons.map(line => [line.split(',')[1], line.split(',')[3]])).toEqual([
      ['2', 'no-number'],
      ['3', 'no-number'],
      ['4', 'no-number'],
      ['5', 'no-number'],
      ['6', 'unreadable-number'],
      ['7', 'unreadable-number'],
      ['9', 'no-street'],
    ])
  })

  test('at 0, 0 is nowhere; with latitude and longitude swapped it is turned, which is said', async () => {
    const given = await lake()
    const zero = await importing(given, fileIn(given, csv(house(1, 'MILL RD', '0,0'))))
    expect([zero.code, zero.err]).toEqual([1, expect.stringContaining('None of its 1 records can be taken')])
    const swapped = fileIn(given, csv(house(1, 'MILL RD', '40.05,-80.05'), house(2, 'MILL RD', '0,0')))
    const done = await importing(given, swapped)
    expect(done.err).toContain('Latitude and longitude were swapped in the whole file, which is corrected.')
    expect(done.out).toContain('1 added, 0 changed, 0 removed, 0 unchanged, 1 rejected')
    expect(await found(given, '1 Mill Road')).toContain('(address, 40.050000,-80.050000)')
  })

  test('in Windows-1252 keeps its accents, and its streets are found without them', async () => {
    const given = await lake()
    const text = csv(house(12, 'CAÑADA PEÑASCO RD'))
    const file = fileIn(
      given,
      Uint8Array.from(text, character => character.charCodeAt(0)),
    )
    expect((await importing(given, file)).err).toContain('in Windows-1252')
    expect(await found(given, '12 canada penasco road')).toContain('12 Cañada Peñasco Rd, Westport')
  })

  test.each([
    ['a zip archive', zip({ 'a.csv': csv(house(1)) }).slice(0, -30)],
    [
      'GeoJSON',
      '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"number":1,"street":"MILL RD"},"geometry":{"type":"Po',
    ],
    ['nothing', ''],
  ])('that was cut off is refused, with what to do: %s', async (_kind, content) => {
    const given = await lake()
    const done = await importing(given, fileIn(given, content, 'cut'))
    expect([done.code, done.err]).toEqual([
      1,
      expect.stringMatching(/ends in the middle|without its end|It is empty/),
    ])
    expect(done.err).toContain('Download it again')
    expect(await listed(given)).toBe('lake: 0 sources\n')
  })

  test('whose lines were cut off is taken with a warning, and never in place of a whole one', async () => {
    const given = await lake()
    const whole = csv(...Array.from({ length: 1000 }, (_, at) => house(at + 1)))
    const cut = whole.slice(0, whole.length / 2)
    const first = await importing(given, fileIn(given, cut), '--source', 'cut')
    expect(first.err).toContain('Its last record is damaged: the file may have been cut off.')
    await importing(given, fileIn(given, whole))
    const again = await importing(given, fileIn(given, cut))
    expect([again.code, again.err]).toEqual([
      1,
      expect.stringMatching(/the last import of addresses had 1000: .* If the file is whole, add --fewer/),
    ])
    const dry = await importing(given, fileIn(given, cut), '--dry-run')
    expect([dry.code, dry.out]).toEqual([0, expect.stringContaining('the others would be removed.')])
    expect(await found(given, '999 Mill Road')).toContain('(address')
    expect((await importing(given, fileIn(given, cut), '--fewer')).out).toMatch(/, [45]\d\d removed/)
  })

  test('that is a zip bomb is refused, whether its sizes are honest or not', async () => {
    const given = await lake()
    const text = csv(...Array<string>(20_000).fill(house(1)))
    for (const said of [2 ** 31, 1000]) {
      const done = await importing(given, fileIn(given, zip({ 'a.csv': text }, said), 'bomb.zip'))
      expect([done.code, done.err]).toEqual([
        1,
        expect.stringMatching(/no real table or map|larger than its archive says/),
      ])
    }
    expect(await listed(given)).toBe('lake: 0 sources\n')
  })
})

const gc = () => {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

describe('any number of rows', () => {
  // Takes every batch, and keeps nothing.
  const nowhere = { commit: async () => [] } as unknown as PlacesDb

  test('are written as they come: no more are held than one transaction and one piece of the file', async () => {
    const [ROWS, piece] = [40_000, 1000]
    let given = 0
    const source = {
      name: 'made.csv',
      size: 0,
      async *read() {
        given = 0
        yield new TextEncoder().encode(`${HEADING}\n`)
        for (; given < ROWS; given += piece) {
          const lines = Array.from({ length: piece }, (_, at) => house(at + 1, `OLD ${given} MILL RD`))
          yield new TextEncoder().encode(`${lines.join('\n')}\n`)
        }
      },
    }
    const table = accepted(await openTable(source))
    const mapping = await mappingOf(table, 'addresses')
    const surveyed = accepted(await survey(table, mapping))
    const dataDir = mkdtempSync(join(tmpdir(), 'countyline-'))
    const platform = nodePlatform({ dataDir, log: () => {} })
    onTestFinished(async () => {
      await platform.close()
      rmSync(dataDir, { recursive: true })
    })
    await migrateDatabase(platform, { kind: 'places', region: 'lake' }, readMigrations())
    const db = openPlaces(platform, { kind: 'system', reason: 'test' }, 'lake')
    let mostHeld = 0
    const done = await importPlaces(
      db,
      { source: 'county', file: source, table, mapping, survey: surveyed, now: 1000 },
      {
        rejects() {},
        progress: records => {
          mostHeld = Math.max(mostHeld, given + piece - records)
        },
      },
    )
    expect(done).toMatchObject({ added: ROWS, rejected: 0, duplicates: 0 })
    expect(mostHeld).toBeLessThanOrEqual(ROWS_AT_ONCE + 2 * piece)
  })

  test('leave no memory behind, even if each is in a street of its own', async () => {
    const writer = new IndexWriter(nowhere, { source: 'county', startedAt: 1000 })
    const write = async (from: number, to: number) => {
      for (let at = from; at < to; at += ROWS_AT_ONCE) {
        const rows = Array.from({ length: ROWS_AT_ONCE }, (_, i): AddressRow => {
          const street = `OLD ${(at + i).toString(36)} MILL RD`
          return { ...nobody, id: `${at + i}`, number: '1', street }
        })
        await writer.write('addresses', rows, [])
      }
      gc()
      return process.memoryUsage().heapUsed
    }
    const before = await write(0, 52_000)
    const after = await write(52_000, 104_000)
    // 52,000 streets would be some 30 MB.
    expect(after - before).toBeLessThan(10_000_000)
  })
})

const nobody = { suffix: '', unit: '', city: '', state: '', postcode: '', lat: 40.05, long: -80.05 }

describe('a database server that is killed in the middle of an import', () => {
  test('is named, with what to do; the same file goes on where it was', async () => {
    const sqld = await startSqld()
    try {
      const environment = { DATABASE_URL: sqld.url, DATABASE_ADMIN_URL: sqld.adminUrl }
      const secrets = {
        MASTER_KEY: 'a master key that is long enough for a test',
        SIGNING_KEY: 'a key that is long enough to sign the links with',
      }
      const given = await lake({ ...environment, ...secrets })
      const file = fileIn(given, csv(...Array.from({ length: 6000 }, (_, at) => house(at + 1))))
      let [err, killed] = ['', undefined as Promise<void> | undefined]
      const code = await main(['places', 'import', file, '--region', 'lake'], {
        env: { TENANTS_DIR: given.tenantsDir, DATA_DIR: given.dataDir, ...environment, ...secrets },
        out: () => {},
        err: text => {
          err += text
          if (text.includes('% (')) killed ??= sqld.kill()
        },
        now: () => 1000,
      })
      await killed
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(
          /the database stopped answering after record \d{4}\. Import the same file again/,
        ),
      ])
      await sqld.start()
      expect(await listed(given)).toMatch(/not finished after \d{4} records: import the file again/)
      const done = await importing(given, file)
      expect(done.out).toMatch(/went on after record \d{4}/)
      expect(done.out).toContain('6000 added, 0 changed, 0 removed')
      expect(await found(given, '5999 Mill Road')).toContain('5999 Mill Rd, Westport (address')
    } finally {
      await sqld.stop()
    }
  })
})
