import { beforeAll, expect, it } from 'vitest'
import { openPlaces } from '../../src/core/database/handles.ts'
import { seedDistricts } from '../../src/demonstration/districts.ts'
import { survey } from '../../src/places/import/survey.ts'
import { importPlaces } from '../../src/places/index/import.ts'
import { workersPlatform } from '../../src/platform/workers.ts'
import { currentRegion } from '../../src/regions/runtime/current.ts'
import { accepted, mappingOf, opened } from '../support/import-files.ts'
import { request, workerEnv } from './app.ts'

const platform = workersPlatform(workerEnv)
const MILL = 'lat=38.581671&long=-74.255229'

beforeAll(async () => {
  await seedDistricts(platform, await currentRegion(platform, 'ellery'))
})

it('a worker says who represents an address on a day, and when it is collected', async () => {
  const answer = await request(`/api/v1/place?${MILL}&at=2027-01-04`)
  const { districts } = (await answer.json()) as {
    districts: readonly { set: string; districts: unknown[] }[]
  }
  expect(districts.find(({ set }) => set === 'port-ellery/wards')?.districts).toMatchObject([
    { name: 'Ward 3', holder: { name: 'Sofia Benítez' } },
  ])
  const html = await (await request(`/place?${MILL}`)).text()
  expect(html).toContain('Every Wednesday.')
  expect(html).toContain('Ellery County maintains Mill Road')
})

it('a worker takes holders and facts from a file, again without a change', async () => {
  const db = openPlaces(platform, { kind: 'system', reason: 'test' }, 'ellery')
  const table = await opened('district,holder,phone\nB,Zoe Marsh,555-010-0199\n')
  const mapping = await mappingOf(table, 'district-facts')
  const given = {
    source: 'ellery-county/evacuation-zones',
    file: { name: 'zones.csv', size: 10 },
    table,
    mapping,
    survey: accepted(await survey(table, mapping)),
    now: platform.clock.now(),
  }
  const listener = { progress() {}, rejects() {} }
  expect(await importPlaces(db, given, listener)).toMatchObject({ changed: 1, unchanged: 0 })
  expect(await importPlaces(db, given, listener)).toMatchObject({ changed: 0, unchanged: 1 })
})
