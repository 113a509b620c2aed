import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadRegion } from '../src/regions/documents/load.ts'
import { startApp } from './support/app.ts'
import { collection, lakeFiles, line } from './support/lake.ts'
import { type Deployment, deployment } from './support/terminal.ts'

/** Streets of West, one below the other, with who maintains them: the county, the state, the town, nobody. */
const STREETS = [
  ['1', 'FERRY RD', 'C'],
  ['2', 'HARBOR BLVD', 's'],
  ['3', 'CEDAR LN', 'M'],
  ['4', 'ORCHARD CT', 'P'],
] as const

const latOf = (id: string) => 40.03 + Number(id) / 1000

function centerLines({ dataDir }: Deployment, streets: readonly (readonly string[])[] = STREETS): string {
  const file = join(dataDir, 'centerlines.geojson')
  const features = streets.map(([OBJECTID = '', FULLNAME, MAINT]) =>
    line({ OBJECTID, FULLNAME, MAINT, CLASS: 'Local', POSTCOMM_L: 'WESTPORT' }, [
      [-80.06, latOf(OBJECTID)],
      [-80.02, latOf(OBJECTID)],
    ]),
  )
  writeFileSync(file, collection(...features))
  return file
}

async function lake() {
  const given = deployment()
  given.write('lake', lakeFiles())
  expect((await given.countyline('apply', '--region', 'lake')).code).toBe(0)
  return given
}

const KEEPERS = ['C=lake-county', 'S=state-dot', 'M=west'].flatMap(keeper => ['--keeper', keeper])
const importing = (given: Deployment, file: string, ...options: string[]) =>
  given.countyline('places', 'import', file, '--region', 'lake', '--kind', 'streets', ...options)

function roadsOf({ tenantsDir }: Deployment) {
  const { features } = JSON.parse(readFileSync(join(tenantsDir, 'lake', 'roads.geojson'), 'utf8')) as {
    features: { properties: Record<string, unknown> }[]
  }
  return features.map(({ properties: { id, owner, from, to } }) => [id, owner, from, to])
}

async function routed(given: Deployment, id: string): Promise<unknown> {
  const at = `${latOf(id)},-80.04`
  const options = ['--region', 'lake', '--service', 'pothole', '--at', at, '--json']
  const { json } = await given.countyline('route', ...options)
  return (json as { accountable: { id?: string } | null }).accountable?.id
}

describe('who keeps the road, from center lines', () => {
  test('becomes dated roads, which answer for them once they are applied', async () => {
    const given = await lake()
    const file = centerLines(given)
    const unkept = join(given.dataDir, 'unkept.csv')
    expect(await routed(given, '1')).toBe('west')
    const done = await importing(given, file, ...KEEPERS, '--unkept', unkept)
    expect(done).toMatchObject({ code: 0 })
    expect(done.err).toContain('owner: MAINT')
    expect(done.err).toContain('C → lake-county: 1 segment, 3.4 km (2.1 mi)')
    expect(done.err).toContain('P → nobody: 1 segment, 3.4 km (2.1 mi)')
    expect(done.out).toContain(`nobody keeps 1 segment: written to ${unkept}`)
    expect(done.out).toContain('lake/roads.geojson: 3 new, 0 with another keeper, 0 ended, 0 unchanged')
    expect(readFileSync(unkept, 'utf8')).toBe(
      'id,name,value,class,meters,lat,long\n4,ORCHARD CT,P,local,3406,40.034,-80.06\n',
    )
    expect(roadsOf(given)).toEqual([
      ['mill-1', 'lake-county', undefined, undefined],
      ['oak-1', undefined, undefined, undefined],
      ['1', 'lake-county', '2026-06-01', undefined],
      ['2', 'state-dot', '2026-06-01', undefined],
      ['3', 'west', '2026-06-01', undefined],
    ])
    expect(await routed(given, '1')).toBe('west')
    const planned = await given.countyline('plan', '--region', 'lake')
    expect([planned.code, planned.out]).toEqual([0, expect.stringContaining('road 2')])
    expect((await given.countyline('apply', '--region', 'lake')).code).toBe(0)
    expect(await Promise.all(['1', '2', '3', '4'].map(id => routed(given, id)))).toEqual([
      'lake-county',
      'state-dot',
      'west',
      'west',
    ])
  })

  test('decides where a resident’s report goes', async () => {
    const given = await lake()
    await importing(given, centerLines(given), ...KEEPERS)
    const files = new Map(lakeFiles())
    files.set('roads.geojson', readFileSync(join(given.tenantsDir, 'lake', 'roads.geojson'), 'utf8'))
    const { documents } = loadRegion('lake', files)
    const app = await startApp({ ...(documents && { documents }), slug: 'lake' })
    try {
      const report = { service_code: 'pothole', lat: latOf('1'), long: -80.04, answers: { size: 'small' } }
      const answer = await app.request('http://lake.example/api/v1/requests', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...report, description: 'A hole in Ferry Road' }),
      })
      expect(await answer.json()).toMatchObject({ jurisdiction: 'lake-county' })
      const named = app.region.searchPlaces('ferry', 1)
      expect(named.map(({ label }) => label)).toEqual(['Ferry Rd, Westport'])
      // Thousands of imported roads would not fit in the map's one answer.
      const map = await (await app.request('http://lake.example/api/v1/map')).json()
      const drawn = (map as { features: { properties: { layer: string; id?: string } }[] }).features
      expect(drawn.flatMap(({ properties: { layer, id } }) => (layer === 'road' ? id : []))).toEqual([
        'mill-1',
        'oak-1',
      ])
    } finally {
      await app.close()
    }
  })

  test('is dated by a newer file: another keeper begins, what is gone ends, the rest keeps its dates', async () => {
    const given = await lake()
    await importing(given, centerLines(given), ...KEEPERS, '--from', '2026-01-01')
    const newer = [
      ['1', 'FERRY RD', 'M'],
      ['2', 'HARBOR BLVD', 'S'],
      ['5', 'SALT MARSH RD', 'C'],
    ]
    // The keepers are remembered.
    const done = await importing(given, centerLines(given, newer), '--from', '2026-07-01')
    expect(done.err).toContain('Columns as in the last import of streets:')
    expect(done.out).toContain('1 new, 1 with another keeper, 1 ended, 1 unchanged')
    const after = [
      ['3', 'west', '2026-01-01', '2026-07-01'],
      ['1', 'lake-county', '2026-01-01', '2026-07-01'],
      ['1', 'west', '2026-07-01', undefined],
      ['2', 'state-dot', '2026-01-01', undefined],
      ['5', 'lake-county', '2026-07-01', undefined],
    ]
    expect(roadsOf(given).slice(2)).toEqual(after)
    expect((await given.countyline('validate', '--region', 'lake')).code).toBe(0)
    const again = await importing(given, centerLines(given, newer), '--from', '2026-07-01')
    expect(again.out).toContain('0 new, 0 with another keeper, 0 ended, 3 unchanged')
    expect(roadsOf(given).slice(2)).toEqual(after)
    // A wrong mapping is mended on the day of its import.
    await importing(given, centerLines(given, newer), '--keeper', 'M=lake-county', '--from', '2026-07-01')
    expect(roadsOf(given).filter(([id]) => id === '1')).toEqual([
      ['1', 'lake-county', '2026-01-01', undefined],
    ])
  })

  test('is refused where it names no jurisdiction or partner, before anything is written', async () => {
    const given = await lake()
    const file = centerLines(given)
    const before = roadsOf(given)
    const unknown = await importing(given, file, '--keeper', 'C=lake-couny')
    expect([unknown.code, unknown.err]).toEqual([
      1,
      expect.stringContaining(
        '"lake-couny", the keeper of roads with C, is no jurisdiction or partner. There are east, lake-county, quill-water, west, state-dot.',
      ),
    ])
    expect((await importing(given, file, '--keeper', 'C')).err).toContain('must be VALUE=SLUG')
    expect((await importing(given, file, ...KEEPERS, '--from', '7/1/2026')).err).toContain(
      '--from "7/1/2026"',
    )
    expect((await importing(given, file, '--keeper-column', 'WHO')).err).toContain('no column "WHO"')
    const nowhere = join(given.dataDir, 'missing', 'unkept.csv')
    expect((await importing(given, file, '--unkept', nowhere)).err).toContain('cannot be written (ENOENT)')
    expect(roadsOf(given)).toEqual(before)
    expect((await given.countyline('places', 'list', '--region', 'lake')).out).toBe('lake: 0 sources\n')
  })

  test('is refused where the table that remembers it cannot be read', async () => {
    const given = await lake()
    writeFileSync(join(given.tenantsDir, 'lake', 'keepers.yaml'), 'streets: {C: Lake County}\n')
    const done = await importing(given, centerLines(given))
    expect([done.code, done.err]).toEqual([1, expect.stringContaining('keepers.yaml cannot be read')])
  })

  test('is asked for where a column may say it, and changed by nothing else', async () => {
    const given = await lake()
    const before = roadsOf(given)
    const done = await importing(given, centerLines(given))
    expect(done.err).toContain('MAINT may say who keeps the roads:\n  C → nobody: 1 segment')
    expect(done.err).toContain('Name them with --keeper VALUE=SLUG')
    expect(done.out).toContain('lake: streets: 4 added')
    const dry = await importing(given, centerLines(given), ...KEEPERS, '--dry-run', '--json')
    expect(dry.json).toMatchObject({
      keepers: expect.arrayContaining([
        { value: 'C', keeper: 'lake-county', segments: 1, meters: expect.closeTo(3404, -1) },
      ]),
    })
    expect(roadsOf(given)).toEqual(before)
  })
})
