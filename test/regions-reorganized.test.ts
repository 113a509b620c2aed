import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { boundsOf } from '../src/geography/polygons/bounds.ts'
import { readRegionFiles } from '../src/platform/node/tenants.ts'
import { loadRegion } from '../src/regions/documents/load.ts'
import { compileRouting } from '../src/regions/runtime/routing.ts'
import { sharedData } from './support/shared.ts'
import { type Deployment, deployment } from './support/terminal.ts'

/* The reorganization of Cumbria on April 1, 2023: six districts and their county become two unitary councils. */

const DAY = '2023-04-01'
const file = sharedData('uk/cumbria_2014_2022_districts_and_2023_unitaries.geojson')
const county = sharedData('uk/cumbria_county_until_2022.geojson')
const districts: Readonly<Record<string, string>> = {
  allerdale: 'cumberland',
  carlisle: 'cumberland',
  copeland: 'cumberland',
  'barrow-in-furness': 'westmorland-and-furness',
  eden: 'westmorland-and-furness',
  'south-lakeland': 'westmorland-and-furness',
}

const frame = (intake: string) =>
  new Map([
    [
      'region.yaml',
      `name: Cumbria\nlanguages: [en]\ntimezone: Europe/London\nunits: metric\nhosts: []\nphone: "101"\nemergency: { phone: "999", text: Call }\nintake: ${intake}\nbrand: { primary: "#1a4480" }\nmap: { center: [-3, 54.5] }\n`,
    ],
    [
      'services.yaml',
      'services:\n  - { code: litter, name: Litter, layers: [municipality] }\n  - { code: roads, name: Roads, layers: [county] }\n',
    ],
  ])

const unitary = (name: string, code: string) =>
  `name: ${name}\nkind: municipality\nlayers: [municipality, county]\ncode: ${code}\n`

async function take(on: Deployment, source: string | undefined, ...more: string[]) {
  const to = ['--region', 'cumbria', '--name-field', 'areanm'] as const
  expect(await on.countyline('boundaries', 'import', source ?? '', ...to, ...more)).toMatchObject({ code: 0 })
}

function exported(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(one => one.isFile())
  return new Map(
    files
      .map(one => join(one.parentPath, one.name))
      .map(path => [path.slice(folder.length), readFileSync(path, 'utf8')] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

interface Rehearsed {
  readonly total: number
  readonly moved: number
  readonly accountable: readonly {
    from: { id: string }
    to: { id: string }
    count: number
    days: Record<string, number>
  }[]
}

describe.skipIf(file === undefined || county === undefined)(
  'Cumbria’s reorganization (kept beside the checkout)',
  () => {
    test('is planned, rehearsed, applied and rolled back, to the byte', async () => {
      const on = deployment(Date.parse('2023-03-01T12:00:00Z'))
      await take(on, file, '--only', 'end=2022')
      await take(on, county, '--kind', 'county')
      on.write('cumbria', frame('cumbria'))
      expect(await on.countyline('apply', '--as', 'clerk')).toMatchObject({ code: 0 })
      const folder = (name: string) => join(on.tenantsDir, '..', name)
      await on.countyline('export', '--region', 'cumbria', '--to', folder('before'))

      // Requests all over the county, each in a district that an atlas of the old boundaries names.
      const old = loadRegion('cumbria', await readRegionFiles(on.tenantsDir, 'cumbria')).documents
      if (old === undefined) throw new Error('the old documents are refused')
      const routing = compileRouting({ region: 'cumbria', version: 1, documents: old })
      const outline = old.jurisdictions.find(({ slug }) => slug === 'cumbria')?.boundary[0]?.coordinates ?? []
      const [west, south, east, north] = boundsOf(outline)
      const requests: string[] = []
      const fell = new Map<string, number>()
      for (let x = 1; x < 20; x++) {
        for (let y = 1; y < 20; y++) {
          const [lat, long] = [south + ((north - south) * y) / 20, west + ((east - west) * x) / 20]
          const there = routing.atlas.areasAt(lat, long).map(area => routing.areas[area]?.id ?? '')
          const district = there.find(id => id in districts)
          if (district === undefined) continue
          requests.push(
            `litter,${lat},${long},2022-07-05T10:00:00`,
            `roads,${lat},${long},2022-07-05T10:00:00`,
          )
          fell.set(district, (fell.get(district) ?? 0) + 1)
        }
      }
      expect([...fell.keys()].sort()).toEqual(Object.keys(districts).sort())

      // The next documents: the old bodies end, the new ones begin.
      await take(on, file, '--only', 'end=2022', '--to', DAY)
      await take(on, county, '--kind', 'county', '--to', DAY)
      await take(on, file, '--only', 'start=2023', '--from', DAY)
      on.write(
        'cumbria',
        new Map([
          ['cumberland/jurisdiction.yaml', unitary('Cumberland', 'CD')],
          ['westmorland-and-furness/jurisdiction.yaml', unitary('Westmorland and Furness', 'WF')],
        ]),
      )
      const plan = await on.countyline('plan', '--region', 'cumbria', '--json')
      expect(plan).toMatchObject({ code: 0, json: [{ from: 1, overlaps: [], gaps: [] }] })
      const [{ ground }] = plan.json as [{ ground: { jurisdiction: string; from: string }[] }]
      expect(ground.map(({ jurisdiction, from }) => `${jurisdiction} ${from}`).sort()).toEqual(
        [...Object.keys(districts), 'cumbria', 'cumberland', 'westmorland-and-furness']
          .map(slug => `${slug} ${DAY}`)
          .sort(),
      )

      const csv = folder('requests.csv')
      writeFileSync(csv, ['service_code,lat,long,requested_datetime', ...requests].join('\n'))
      const rehearse = ['rehearse', '--region', 'cumbria', '--requests', csv, '--json'] as const
      const rehearsed = await on.countyline(...rehearse)
      expect(rehearsed.code).toBe(3)
      const { total, moved, accountable } = rehearsed.json as Rehearsed
      expect([total, moved]).toEqual([requests.length, requests.length])
      expect(accountable.every(({ days }) => Object.keys(days).join() === DAY)).toBe(true)
      const cells = new Map(accountable.map(({ from, to, count }) => [`${from.id} → ${to.id}`, count]))
      const expected = new Map([...fell].map(([from, count]) => [`${from} → ${districts[from]}`, count]))
      for (const [from, count] of fell) {
        const key = `cumbria → ${districts[from]}`
        expected.set(key, (expected.get(key) ?? 0) + count)
      }
      expect(cells).toEqual(expected)
      expect((await on.countyline(...rehearse, '--on', '2023-03-31')).code).toBe(0)

      expect(await on.countyline('apply', '--as', 'clerk', '--json')).toMatchObject({
        json: [{ version: 2 }],
      })
      expect((await on.countyline(...rehearse)).code).toBe(0)
      await on.countyline('export', '--region', 'cumbria', '--to', folder('after'))
      expect(exported(folder('after'))).not.toEqual(exported(folder('before')))

      const back = ['rollback', '--region', 'cumbria', '--to', '1', '--json'] as const
      expect(await on.countyline(...back)).toMatchObject({ code: 0, json: { version: 3, changed: true } })
      await on.countyline('export', '--region', 'cumbria', '--to', folder('again'))
      const before = exported(folder('before'))
      expect(before.size).toBeGreaterThan(7)
      expect(exported(folder('again'))).toEqual(before)
    })
  },
)
