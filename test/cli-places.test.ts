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
    expect(listed.out).toContain('addresses: addresses of addresses.csv, 2026-06-01, 4 records, 2 rejected')
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
})
