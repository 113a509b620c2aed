import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readRegionFiles } from '../src/platform/node/tenants.ts'
import { loadRegion } from '../src/regions/documents/load.ts'
import { compileRegion, type Region } from '../src/regions/runtime/compile.ts'
import { resolve } from '../src/routing/resolve.ts'
import { sharedData } from './support/shared.ts'
import { type Deployment, deployment } from './support/terminal.ts'

/* Real boundaries, imported with the command, as someone who sets up a region would. */

const frame = (name: string, intake: string, timezone: string, center: string) =>
  new Map([
    [
      'region.yaml',
      `name: ${name}\nlanguages: [en]\ntimezone: ${timezone}\nhosts: []\nphone: "311"\nemergency: { phone: "911", text: Call }\nintake: ${intake}\nbrand: { primary: "#1a4480" }\nmap: { center: ${center} }\n`,
    ],
    [
      'services.yaml',
      'services:\n  - { code: litter, name: Litter, layers: [municipality] }\n  - { code: roads, name: Roads, layers: [county] }\n',
    ],
  ])

async function compiled({ tenantsDir }: Deployment, slug: string): Promise<Region> {
  const { documents, issues } = loadRegion(slug, await readRegionFiles(tenantsDir, slug))
  if (!documents) throw new Error(JSON.stringify(issues))
  return compileRegion({ region: slug, version: 1, hash: '', documents })
}

function answerFor(region: Region, service: string, lat: number, long: number, at: string) {
  const { accountable } = resolve(region.routing, {
    service,
    place: { lat, long },
    accuracy: 0,
    at: Date.parse(at),
    answers: {},
    urgent: false,
  })
  return accountable.kind === 'none' ? 'nobody' : accountable.name
}

const miamiDade = sharedData('miami-dade/municipal_boundary_county_gis.geojson')
describe.skipIf(miamiDade === undefined)('Miami-Dade’s 78 features (kept beside the checkout)', () => {
  test('they become 35 bodies without an overlap or a gap, and every labelled point is answered as labelled', async () => {
    const on = deployment()
    const imported = await on.countyline(
      'boundaries',
      'import',
      miamiDade ?? '',
      '--region',
      'dade',
      '--name-field',
      'NAME',
      '--json',
    )
    expect(imported).toMatchObject({ code: 0, json: { refused: [] } })
    expect((imported.json as { written: unknown[] }).written).toHaveLength(35)
    const files = frame('Dade', 'unincorporated-miami-dade', 'America/New_York', '[-80.3, 25.7]')
    on.write(
      'dade',
      new Map([
        ...files,
        ['services.yaml', 'services:\n  - { code: litter, name: Litter, layers: [municipality] }\n'],
      ]),
    )
    expect(await on.countyline('plan', '--json')).toMatchObject({
      code: 0,
      json: [{ issues: [{ file: 'region.yaml' }, { file: 'region.yaml' }], overlaps: [], gaps: [] }],
    })

    const region = await compiled(on, 'dade')
    const rows = readFileSync(sharedData('miami-dade/labelled_points.csv') ?? '', 'utf8')
      .trim()
      .split('\n')
      .slice(1)
    const wrong = rows.filter(row => {
      const [lat, long, , , municipality = ''] = row.split(',')
      const answer = answerFor(region, 'litter', Number(lat), Number(long), '2026-06-01T12:00:00Z')
      const labels =
        municipality === '' ? ['nobody'] : municipality.split('|').map(name => name.toLowerCase())
      return !labels.includes(answer.toLowerCase())
    })
    expect(rows.length).toBeGreaterThan(50)
    expect(wrong).toEqual([])
  })
})

const districts = sharedData('uk/hertfordshire_districts_10.geojson')
const county = sharedData('uk/hertfordshire_county.geojson')
describe.skipIf(districts === undefined || county === undefined)(
  'Hertfordshire’s two tiers (kept beside the checkout)',
  () => {
    test('a place is in a district and in the county, and the service picks the tier', async () => {
      const on = deployment()
      await on.countyline(
        'boundaries',
        'import',
        districts ?? '',
        '--region',
        'herts',
        '--name-field',
        'areanm',
      )
      await on.countyline(
        'boundaries',
        'import',
        county ?? '',
        '--region',
        'herts',
        '--name-field',
        'areanm',
        '--kind',
        'county',
      )
      on.write('herts', frame('Hertfordshire', 'hertfordshire', 'Europe/London', '[-0.2, 51.8]'))
      expect(await on.countyline('plan', '--json')).toMatchObject({
        code: 0,
        json: [{ overlaps: [], gaps: [] }],
      })
      const region = await compiled(on, 'herts')
      expect(region.documents.jurisdictions).toHaveLength(11)
      const inWatford = [51.6565, -0.3903, '2026-06-01T12:00:00Z'] as const
      expect(answerFor(region, 'litter', ...inWatford)).toBe('Watford')
      expect(answerFor(region, 'roads', ...inWatford)).toBe('Hertfordshire')
    })
  },
)

const cumbria = sharedData('uk/cumbria_2014_2022_districts_and_2023_unitaries.geojson')
const cumbriaCounty = sharedData('uk/cumbria_county_until_2022.geojson')
describe.skipIf(cumbria === undefined || cumbriaCounty === undefined)(
  'Cumbria before and after its reorganization (kept beside the checkout)',
  () => {
    test('until 31 March 2023 a district and the county answer, from 1 April 2023 a unitary', async () => {
      const on = deployment()
      const take = (file: string | undefined, ...more: string[]) =>
        on.countyline(
          'boundaries',
          'import',
          file ?? '',
          '--region',
          'cumbria',
          '--name-field',
          'areanm',
          ...more,
        )
      const day = '2023-04-01'
      expect((await take(cumbria, '--only', 'end=2022', '--to', day)).code).toBe(0)
      expect((await take(cumbria, '--only', 'start=2023', '--from', day)).code).toBe(0)
      expect((await take(cumbriaCounty, '--kind', 'county', '--to', day)).code).toBe(0)
      on.write('cumbria', frame('Cumbria', 'cumberland', 'Europe/London', '[-3, 54.5]'))
      const unitary = (name: string, code: string) =>
        `name: ${name}\nkind: municipality\nlayers: [municipality, county]\ncode: ${code}\n`
      on.write(
        'cumbria',
        new Map([
          ['cumberland/jurisdiction.yaml', unitary('Cumberland', 'CU')],
          ['westmorland-and-furness/jurisdiction.yaml', unitary('Westmorland and Furness', 'WF')],
        ]),
      )
      expect(await on.countyline('validate', '--json')).toMatchObject({ code: 0 })

      const region = await compiled(on, 'cumbria')
      const [lat, long] = [54.6641, -2.7527] // Penrith
      const before = '2023-03-31T23:59:59.999+01:00'
      const after = '2023-04-01T00:00:00.000+01:00'
      expect(answerFor(region, 'litter', lat, long, before)).toBe('Eden')
      expect(answerFor(region, 'roads', lat, long, before)).toBe('Cumbria')
      expect(answerFor(region, 'litter', lat, long, after)).toBe('Westmorland and Furness')
      expect(answerFor(region, 'roads', lat, long, after)).toBe('Westmorland and Furness')
    })
  },
)
