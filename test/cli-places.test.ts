import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lakeFiles } from './support/lake.ts'
import { type Deployment, deployment } from './support/terminal.ts'

const HEADING = 'long,lat,house,street,city,zip'
const LINES = [
  '-80.05,40.05,12,N 5TH ST,WESTPORT,21201',
  '-80.051,40.05,14,N 5TH ST,WESTPORT,21201',
  '0,0,16,N 5TH ST,WESTPORT,21201',
  '-80.051,40.05,,N 5TH ST,WESTPORT,21201',
]

async function lake() {
  const given = deployment()
  given.write('lake', lakeFiles())
  expect((await given.countyline('apply', '--region', 'lake')).code).toBe(0)
  return given
}

function fileIn({ dataDir }: Deployment, lines: readonly string[], heading = HEADING): string {
  const file = join(dataDir, 'addresses.csv')
  writeFileSync(file, [heading, ...lines].join('\n'))
  return file
}

describe('countyline places', () => {
  test('imports a file, says what it took and why not the rest, and finds it', async () => {
    const given = await lake()
    const rejects = join(given.dataDir, 'rejects.csv')
    const file = fileIn(given, LINES)
    const done = await given.countyline('places', 'import', file, '--region', 'lake', '--rejects', rejects)
    expect(done.err).toContain('number: house')
    expect(done.out).toContain('lake: addresses: 2 added, 0 changed, 0 removed, 0 unchanged, 2 rejected')
    expect(readFileSync(rejects, 'utf8').trim().split('\n').slice(1)).toEqual([
      '3,4,,zero-coordinates,"coordinates 0, 0"',
      '4,5,,no-number,"no house number"',
    ])
    const found = await given.countyline('places', 'search', '12 north fifth street', '--region', 'lake')
    expect(found.out).toBe('12 N 5th St, Westport (address, 40.050000,-80.050000)\n')
    const again = await given.countyline('places', 'import', file, '--region', 'lake', '--json')
    expect(again.json).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 2, rejected: 2 })
    const listed = await given.countyline('places', 'list', '--region', 'lake')
    expect(listed.out).toContain(
      'addresses: addresses of addresses.csv, imported 2026-06-01, 4 records, 2 rejected',
    )
  })

  test('changes nothing in a dry run, and finds nothing where nothing was imported', async () => {
    const given = await lake()
    const file = fileIn(given, LINES)
    const dry = await given.countyline('places', 'import', file, '--region', 'lake', '--dry-run')
    expect(dry.out).toContain('2 rows of 4 records can be taken')
    expect((await given.countyline('places', 'list', '--region', 'lake')).out).toBe('lake: 0 sources\n')
    const found = await given.countyline('places', 'search', '12 N 5th St', '--region', 'lake')
    expect([found.code, found.out]).toEqual([1, 'lake: nothing is called "12 N 5th St".\n'])
  })

  test('takes the columns that are named, and says which there are', async () => {
    const given = await lake()
    const file = fileIn(given, ['-80.05,40.05,12,N,5TH,ST'], 'x,y,a,b,c,d')
    const named = ['--map', 'number=a', '--map', 'street=b+c+d', '--map', 'long=x', '--map', 'lat=y']
    const options = ['places', 'import', file, '--region', 'lake', '--kind', 'addresses']
    expect((await given.countyline(...options, ...named)).out).toContain('1 added')
    const wrong = await given.countyline(...options, '--map', 'number=HOUSE')
    expect(wrong.err).toContain('has no column "HOUSE". It has x, y, a, b, c, d.')
    expect((await given.countyline(...options, '--map', 'nonsense=a')).err).toContain(
      'addresses have the fields',
    )
  })

  test('refuses the file of another place, and a region that is not applied', async () => {
    const given = await lake()
    const file = fileIn(given, ['100.5,30.5,12,N 5TH ST,WESTPORT,21201'])
    const elsewhere = await given.countyline('places', 'import', file, '--region', 'lake')
    expect([elsewhere.code, elsewhere.err]).toEqual([1, expect.stringContaining("another place's")])
    const missing = await given.countyline('places', 'import', file, '--region', 'nowhere')
    expect(missing.err).toContain('nowhere is not applied')
  })

  test('remembers the columns that were named, for the next import of the source', async () => {
    const given = await lake()
    const heading = 'x,y,a,b,c,d'
    const file = fileIn(given, ['-80.05,40.05,12,N,5TH,ST'], heading)
    const named = ['--map', 'number=a', '--map', 'street=b+c+d', '--map', 'long=x', '--map', 'lat=y']
    const options = ['places', 'import', file, '--region', 'lake', '--kind', 'addresses']
    const first = await given.countyline(...options, ...named)
    expect(first.err).toContain('Columns, guessed:')
    fileIn(given, ['-80.05,40.05,12,N,5TH,ST', '-80.05,40.05,14,N,5TH,ST'], heading)
    const again = await given.countyline(...options)
    expect(again.err).toContain('Columns as in the last import of addresses:\n')
    expect(again.err).toContain('  street: b + c + d\n')
    expect(again.out).toContain('1 added, 0 changed, 0 removed, 1 unchanged')
    fileIn(given, ['-80.05,40.05,14,N,5TH,ST'], 'lon,lat,number,b,c,street')
    const other = await given.countyline(...options, '--json')
    expect(other.err).toContain('The file no longer has y, x, a, d. Columns, guessed anew:')
    expect(other.json).toMatchObject({ isRemembered: false, mapping: { columns: { number: ['number'] } } })
  })

  test('removes a source with all that it brought, and says which there are', async () => {
    const given = await lake()
    const file = fileIn(given, LINES)
    await given.countyline('places', 'import', file, '--region', 'lake', '--source', 'county')
    const wrong = await given.countyline('places', 'remove', 'state', '--region', 'lake')
    expect([wrong.code, wrong.err]).toEqual([
      1,
      'countyline places remove: lake has no source "state". It has county.\n',
    ])
    const removed = await given.countyline('places', 'remove', 'county', '--region', 'lake', '--json')
    expect([removed.code, removed.json]).toEqual([0, { region: 'lake', removed: 'county' }])
    expect((await given.countyline('places', 'search', '12 N 5th St', '--region', 'lake')).code).toBe(1)
    const none = await given.countyline('places', 'remove', 'county', '--region', 'lake')
    expect(none.err).toContain('It has none.')
  })

  test('imports two sources at the same time', async () => {
    const given = await lake()
    const streets = Array.from({ length: 6000 }, (_, at) => `-80.05,40.05,${at + 1},OAK ST,WESTPORT,21201`)
    const one = fileIn(given, streets)
    const other = join(given.dataDir, 'other.csv')
    writeFileSync(other, readFileSync(one, 'utf8').replaceAll('OAK ST', 'ELM ST'))
    const done = await Promise.all(
      [one, other].map((file, at) =>
        given.countyline('places', 'import', file, '--region', 'lake', '--source', `s${at}`),
      ),
    )
    expect(done.map(({ code }) => code)).toEqual([0, 0])
    for (const street of ['Oak', 'Elm']) {
      const found = await given.countyline('places', 'search', `6000 ${street} Street`, '--region', 'lake')
      expect(found.out).toContain(`6000 ${street} St, Westport (address`)
    }
  })
})
