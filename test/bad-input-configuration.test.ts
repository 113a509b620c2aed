import { describe, expect, test } from 'vitest'
import { box, collection, lakeEdited, lakeFiles } from './support/lake.ts'
import { deployment } from './support/terminal.ts'

/* Invalid documents, through the command line: refused as a whole, by file and line, and nothing applied. */

const ring = (...positions: readonly (readonly [number, number])[]) =>
  collection({ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [positions] } })
const agreement = (id: string, accountable: string, performer: string) =>
  `  - { id: ${id}, title: ${id}, accountable: ${accountable}, performer: ${performer} }\n`

const documents = [
  [
    'an unclosed polygon',
    lakeFiles({
      'west/boundary.geojson': ring([-80.08, 40.02], [-80, 40.02], [-80, 40.08], [-80.08, 40.08]),
    }),
    /west\/boundary\.geojson:2:\d+: error: .*not closed\. Repeat its first position/,
  ],
  [
    'a ring that crosses itself',
    lakeFiles({
      'west/boundary.geojson': ring(
        [-80.08, 40.02],
        [-80, 40.08],
        [-80, 40.02],
        [-80.08, 40.08],
        [-80.08, 40.02],
      ),
    }),
    /west\/boundary\.geojson:2:\d+: error: .*cross/,
  ],
  [
    'latitude before longitude',
    lakeFiles({ 'west/boundary.geojson': box(40.02, -80.08, 40.08, -80) }),
    /west\/boundary\.geojson:2:\d+: error: .*longitude first/,
  ],
  [
    'coordinates off the globe',
    lakeFiles({ 'west/boundary.geojson': box(580_000, 4_500_000, 590_000, 4_510_000) }),
    /west\/boundary\.geojson:2:\d+: error: /,
  ],
  [
    'two bodies that claim one place',
    lakeFiles({ 'east/boundary.geojson': box(-80.01, 40.02, -79.92, 40.08) }),
    /boundary\.geojson:2:\d+: error: .*both cover/,
  ],
  [
    'agreements in a circle',
    lakeFiles({
      'agreements.yaml': `agreements:\n${agreement('a', 'west', 'east')}${agreement('b', 'east', 'west')}`,
    }),
    /agreements\.yaml:\d+:\d+: error: .*loop/,
  ],
  [
    'an agreement with itself',
    lakeFiles({ 'agreements.yaml': `agreements:\n${agreement('a', 'west', 'west')}` }),
    /agreements\.yaml:\d+:\d+: error: /,
  ],
  [
    'a slug with a slash in a document',
    lakeEdited('region.yaml', 'intake: lake-county', 'intake: lake/county'),
    /region\.yaml:7:\d+: error: .*lake\/county/,
  ],
  [
    'a slug with a slash as a folder in a folder',
    lakeFiles({ 'north/east/jurisdiction.yaml': 'name: North East\nkind: agency\ncode: NE\n' }),
    /north\/east\/jurisdiction\.yaml:1:1: error: .*north\/east/,
  ],
  [
    'a slug in capitals',
    lakeFiles({ 'North/jurisdiction.yaml': 'name: North\nkind: agency\ncode: NO\n' }),
    /North\/jurisdiction\.yaml:1:1: error: .*"North" is not valid/,
  ],
  [
    'a value of another type',
    lakeEdited('services.yaml', 'layers: [water-district]', 'layers: 7'),
    /services\.yaml:19:\d+: error: /,
  ],
  [
    'YAML that does not parse',
    lakeFiles({ 'services.yaml': 'services: [\n' }),
    /services\.yaml:\d+:\d+: error: /,
  ],
  ['JSON that breaks off', lakeFiles({ 'roads.geojson': '{"type": "Fea' }), /roads\.geojson:1:\d+: error: /],
] as const

describe('documents', () => {
  test.each(documents)(
    'with %s are refused whole, with file, line and how to mend them',
    async (_, files, message) => {
      const { countyline, write } = deployment()
      write('lake', files)
      for (const command of ['validate', 'apply']) {
        const { code, out, err } = await countyline(command)
        expect([command, code]).toEqual([command, 1])
        expect(out + err).toMatch(message)
      }
      expect((await countyline('export', '--region', 'lake')).code).toBe(1)
      expect((await countyline('keys', 'create', '--jurisdiction', 'west')).code).toBe(1)
    },
  )
})

describe('a slug with a slash on the command line', () => {
  test.each([
    ['validate', '--region', 'lake/../lake'],
    ['apply', '--region', '../lake'],
    ['export', '--region', 'lake/west'],
    ['keys', 'create', '--jurisdiction', 'lake/west'],
    ['jobs', '--database', '../directory'],
    ['route', '--region', './lake', '--service', 'pothole', '--at', '40.05,-80.05'],
    ['boundaries', 'import', 'x.json', '--region', 'a/b', '--name-field', 'NAME'],
    ['services', 'import', 'x.xml', '--region', '/etc'],
  ])('%s %s %s is refused', async (...argv) => {
    const { countyline, write } = deployment()
    write('lake', lakeFiles())
    const { code, out, err } = await countyline(...argv)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^countyline .*: \S/)
  })
})

describe('a place on the command line', () => {
  test.each([
    ['swapped', '-80.05,40.05', /wrong order/],
    ['off the globe', '95,-80.05', /not on Earth/],
    ['half', '40.05', /must be latitude and longitude/],
    ['in words', 'north,west', /must be latitude and longitude/],
    ['endless', '1e400,0', /not on Earth/],
  ])('that is %s is refused', async (_, at, message) => {
    const { countyline, write } = deployment()
    write('lake', lakeFiles())
    const { code, err } = await countyline('route', '--region', 'lake', '--service', 'pothole', '--at', at)
    expect([code, err]).toEqual([1, expect.stringMatching(message)])
  })

  test('with an unknown service is refused by name', async () => {
    const { countyline, write } = deployment()
    write('lake', lakeFiles())
    const at = ['--at', '40.05,-80.05']
    const { code, err } = await countyline('route', '--region', 'lake', '--service', 'unicorn', ...at)
    expect([code, err]).toEqual([1, expect.stringContaining('no service "unicorn"')])
  })
})
