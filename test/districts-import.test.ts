import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import proj4 from 'proj4'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openPlaces } from '../src/core/database/handles.ts'
import { districtsAt } from '../src/places/districts/at.ts'
import { bytesSource } from '../src/places/import/bytes.ts'
import { inspect } from '../src/places/import/inspect.ts'
import { openTable } from '../src/places/import/open.ts'
import { survey } from '../src/places/import/survey.ts'
import { importPlaces } from '../src/places/index/import.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { exportRegion } from '../src/regions/documents/export.ts'
import { accepted } from './support/import-files.ts'
import { boxFeature, collection, lakeDocuments, lakeFiles, lakeRegion } from './support/lake.ts'
import { type Deployment, deployment } from './support/terminal.ts'

const districts = `districts:
  - id: council
    name: City council
    kind: representation
    label: District {name}
    office: Council member
    facts: { hotline: Call about your street }
  - id: trash
    name: Trash
    kind: collection
    collection: { weekA: 2026-06-01 }
`
const files = lakeFiles({ 'west/districts.yaml': districts })

const half = (district: string, holder: string, west: number, east: number) =>
  boxFeature(west, 40.02, east, 40.08, {
    DISTRICT: district,
    COUNCILMEM: holder,
    PHONE: '555-010-0111',
    HOTLINE: '555-010-0112',
  })
const council = (first: string, second: string) =>
  collection(half('1', first, -80.08, -80.04), half('2', second, -80.04, -80))

async function lake(files_ = files, now?: number) {
  const given = deployment(now)
  given.write('lake', files_)
  expect((await given.countyline('apply', '--region', 'lake')).code).toBe(0)
  return given
}

function take(given: Deployment, name: string, text: string, ...argv: string[]) {
  const file = join(given.dataDir, name)
  writeFileSync(file, text)
  return given.countyline('places', 'import', file, '--region', 'lake', ...argv)
}
const asCouncil = ['--kind', 'districts', '--source', 'west/council', '--fact', 'HOTLINE=hotline']

function platformOf({ dataDir }: Deployment, log = () => {}) {
  const platform = nodePlatform({ dataDir, log })
  onTestFinished(() => platform.close())
  return platform
}

async function at(given: Deployment, long: number, { accuracy = 0, day = '2026-06-10', lat = 40.05 } = {}) {
  const asked = { place: { lat, long }, accuracy, at: Date.parse(`${day}T12:00:00-04:00`), language: 'en' }
  return districtsAt(platformOf(given), lakeRegion(files), asked)
}

describe('districts', () => {
  it('are imported with their holder and facts, and found by a point', async () => {
    const given = await lake()
    const done = await take(given, 'council.geojson', council('Ana Ruiz', 'Vacant'), ...asCouncil)
    expect(done.err).toContain('name: DISTRICT')
    expect(done.err).toContain('holder: COUNCILMEM')
    expect(done.err).toContain('fact "hotline": HOTLINE')
    expect(done.out).toContain('west/council: 2 added, 0 changed, 0 removed, 0 unchanged, 0 rejected')
    const [set, ...others] = await at(given, -80.06)
    expect(others).toEqual([])
    expect(set).toMatchObject({ set: 'west/council', owner: 'west', isCertain: true })
    expect(set?.districts).toEqual([
      {
        id: '1',
        name: 'District 1',
        office: 'Council member',
        holder: { name: 'Ana Ruiz', phone: '555-010-0111', email: '', url: '', from: '', to: null },
        facts: [{ id: 'hotline', label: 'Call about your street', value: '555-010-0112', kind: 'phone' }],
      },
    ])
    expect((await at(given, -80.02))[0]?.districts[0]).toMatchObject({ name: 'District 2', holder: null })
  })

  it('of a city are not those of its neighbor', async () => {
    const given = await lake()
    await take(given, 'council.geojson', collection(half('1', 'Ana Ruiz', -80.08, -79.92)), ...asCouncil)
    expect(await at(given, -80.06)).toHaveLength(1)
    expect(await at(given, -79.96)).toEqual([])
  })

  it('are both named on their border, and within the accuracy of a place', async () => {
    const given = await lake()
    await take(given, 'council.geojson', council('Ana Ruiz', 'Ben Cole'), ...asCouncil)
    for (const [long, accuracy] of [
      [-80.04, 0],
      [-80.0405, 60],
    ] as const) {
      const [set] = await at(given, long, { accuracy })
      expect(set?.isCertain).toBe(false)
      expect(set?.districts.map(({ name }) => name)).toEqual(['District 1', 'District 2'])
    }
    expect((await at(given, -80.0405, { accuracy: 10 }))[0]?.isCertain).toBe(true)
  })

  it('change only where a newer file differs, and a new holder begins on the day of the import', async () => {
    const given = await lake()
    await take(given, 'council.geojson', council('Ana Ruiz', 'Ben Cole'), ...asCouncil)
    const same = await take(given, 'council.geojson', council('Ana Ruiz', 'Ben Cole'), ...asCouncil)
    expect(same.out).toContain('0 added, 0 changed, 0 removed, 2 unchanged')
    const newer = await take(given, 'newer.geojson', council('Ana Ruiz', 'Cy Dunn'), ...asCouncil)
    expect(newer.out).toContain('0 added, 1 changed, 0 removed, 1 unchanged')
    const holderOf = async (day: string) => (await at(given, -80.02, { day }))[0]?.districts[0]?.holder
    expect(await holderOf('2026-05-31')).toMatchObject({ name: 'Ben Cole', to: '2026-06-01' })
    expect(await holderOf('2026-06-01')).toMatchObject({ name: 'Cy Dunn', from: '2026-06-01' })
    const fewer = collection(half('1', 'Ana Ruiz', -80.08, -80.04))
    const less = await take(given, 'fewer.geojson', fewer, ...asCouncil)
    expect(less.out).toContain('0 added, 0 changed, 1 removed, 1 unchanged')
    expect(less.err).toContain('No district covers')
    expect(await at(given, -80.02)).toEqual([])
  })

  it('take new holders, facts and days from a small file, without their outlines', async () => {
    const given = await lake()
    await take(given, 'council.geojson', council('Ana Ruiz', 'Ben Cole'), ...asCouncil)
    const lines = [
      'district,holder,phone,from,note',
      '2,Cy Dunn,555-010-0177,2027-01-04,Office hours on Mondays',
      '9,Nobody,,,',
    ]
    const asFacts = ['--kind', 'district-facts', '--source', 'west/council', '--fact', 'note=Note']
    const done = await take(given, 'facts.csv', lines.join('\n'), ...asFacts)
    expect(done.out).toContain('0 added, 1 changed, 0 removed, 0 unchanged, 1 rejected')
    const [before] = (await at(given, -80.02))[0]?.districts ?? []
    expect(before).toMatchObject({
      holder: { name: 'Ben Cole', to: '2027-01-04' },
      next: { name: 'Cy Dunn', phone: '555-010-0177' },
      facts: [{ id: 'hotline' }, { id: 'Note', value: 'Office hours on Mondays' }],
    })
    const [after] = (await at(given, -80.02, { day: '2027-01-04' }))[0]?.districts ?? []
    expect(after?.holder?.name).toBe('Cy Dunn')
    const again = await take(given, 'facts.csv', lines.join('\n'), ...asFacts)
    expect(again.out).toContain('0 changed, 0 removed, 1 unchanged')
    await take(given, 'council.geojson', council('Ana Ruiz', 'Ben Cole'), ...asCouncil)
    expect((await at(given, -80.02))[0]?.districts[0]).toMatchObject({ next: { name: 'Cy Dunn' } })
    expect((await at(given, -80.02))[0]?.districts[0]?.facts).toHaveLength(2)
  })

  it('have collection days, also every other week', async () => {
    const given = await lake()
    const trash = collection(
      boxFeature(-80.08, 40.02, -80.04, 40.08, { ROUTE: 'North', TRASHDAY: 'Tue/Fri', WEEK: '' }),
      boxFeature(-80.04, 40.02, -80, 40.08, { ROUTE: 'South', TRASHDAY: 'Thursday', WEEK: 'Week B' }),
      boxFeature(-80.04, 40.02, -80, 40.08, { ROUTE: 'Odd', TRASHDAY: 'Someday', WEEK: '' }),
    )
    const done = await take(
      given,
      'trash.geojson',
      trash,
      '--kind',
      'districts',
      '--source',
      'west/trash',
      '--map',
      'name=ROUTE',
    )
    expect(done.err).toContain('rejected 1: a collection day that is no weekday')
    const collectionAt = async (long: number) => (await at(given, long))[0]?.districts[0]?.collection
    expect(await collectionAt(-80.06)).toEqual({
      weekdays: [2, 5],
      everyOtherWeek: false,
      next: [{ day: '2026-06-12' }, { day: '2026-06-16' }, { day: '2026-06-19' }],
    })
    expect(await collectionAt(-80.02)).toMatchObject({
      everyOtherWeek: true,
      next: [{ day: '2026-06-11' }, { day: '2026-06-25' }, {}],
    })
  })

  it('are read in feet of a State Plane, and refused if they are another state’s', async () => {
    const given = await lake()
    const pennsylvania =
      '+proj=lcc +lat_0=39.3333333333333 +lon_0=-77.75 +lat_1=40.9666666666667 +lat_2=39.9333333333333 +x_0=600000 +y_0=0 +datum=NAD83 +units=us-ft +no_defs'
    const inFeet = JSON.parse(council('Ana Ruiz', 'Ben Cole'), (_, value) =>
      Array.isArray(value) && typeof value[0] === 'number' ? proj4('WGS84', pennsylvania, value) : value,
    )
    const projected = { ...inFeet, crs: { type: 'name', properties: { name: 'EPSG:2272' } } }
    const done = await take(given, 'feet.geojson', JSON.stringify(projected), ...asCouncil)
    expect(done.out).toContain('2 added')
    expect((await at(given, -80.06))[0]?.districts[0]?.name).toBe('District 1')
    expect((await at(given, -80.0395))[0]).toMatchObject({
      isCertain: true,
      districts: [{ name: 'District 2' }],
    })
    const elsewhere = collection(half('1', 'Ana Ruiz', -90.08, -90.04))
    const refused = await take(given, 'elsewhere.geojson', elsewhere, ...asCouncil)
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("It is another place's")])
  })

  it('that overlap, have no name or contacts that are none are told before the import', async () => {
    const given = await lake()
    const file = collection(
      half('1', 'Ana Ruiz', -80.08, -80.03),
      boxFeature(-80.04, 40.02, -80, 40.08, {
        DISTRICT: '2',
        COUNCILMEM: 'Ben Cole',
        PHONE: 'ask the clerk, 555',
      }),
      boxFeature(-80.04, 40.02, -80, 40.08, { DISTRICT: null, COUNCILMEM: 'Nobody', PHONE: '' }),
    )
    const done = await take(given, 'council.geojson', file, ...asCouncil, '--dry-run')
    expect(done.out).toMatch(/1 and 2 overlap: [\d.,]+ sq mi/)
    expect(done.out).toContain('Not a phone number, email or link, left out: 2 (phone)')
    expect(done.out).toContain('rejected 1: no name')
    expect(done.out).not.toContain('No district covers')
  })

  it('of several records are one district', async () => {
    const given = await lake()
    const parts = collection(half('1', 'Ana Ruiz', -80.08, -80.06), half('1', 'Ana Ruiz', -80.02, -80))
    expect((await take(given, 'parts.geojson', parts, ...asCouncil)).out).toContain('1 added')
    for (const long of [-80.07, -80.01]) expect(await at(given, long)).toHaveLength(1)
    expect(await at(given, -80.04)).toEqual([])
  })

  it('belong to a set of the documents, and the command says which there are', async () => {
    const given = await lake()
    const done = await take(
      given,
      'council.geojson',
      council('a', 'b'),
      '--kind',
      'districts',
      '--source',
      'council',
    )
    expect([done.code, done.err]).toEqual([1, expect.stringContaining('It has west/council, west/trash')])
  })

  it('go on where a killed import was', async () => {
    const given = await lake()
    await take(given, 'council.geojson', council('Ana Ruiz', 'Ben Cole'), ...asCouncil)
    const platform = platformOf(given)
    const db = openPlaces(platform, { kind: 'system', reason: 'test' }, 'lake')
    const bytes = new TextEncoder().encode(council('Ana Ruiz', 'Cy Dunn').replaceAll('-80.04', '-80.05'))
    const file = bytesSource('council.geojson', bytes)
    const table = accepted(await openTable(file))
    const { mapping } = accepted(await inspect(table, 'districts'))
    const importing = {
      source: 'west/council',
      file,
      table,
      mapping,
      survey: accepted(await survey(table, mapping)),
      today: '2026-09-01',
    }
    const killed = importPlaces(
      {
        ...db,
        commit: async steps => (steps.length > 3 ? Promise.reject(new Error('killed')) : db.commit(steps)),
      },
      { ...importing, now: platform.clock.now() },
      { progress() {}, rejects() {} },
    )
    await expect(killed).rejects.toThrow('killed')
    const done = await importPlaces(
      db,
      { ...importing, now: platform.clock.now() + 5 },
      { progress() {}, rejects() {} },
    )
    expect(done).toMatchObject({ added: 0, changed: 2, removed: 0, unchanged: 0, resumedAfter: 2 })
    expect((await at(given, -80.045, { day: '2026-09-01' }))[0]?.districts[0]).toMatchObject({
      name: 'District 2',
      holder: { name: 'Cy Dunn', from: '2026-09-01' },
    })
  })
})

describe('the documents of districts', () => {
  it('are exported as they were, and planned by name', async () => {
    const exported = exportRegion(lakeDocuments(files))
    expect(exported.get('west/districts.yaml')).toContain('District {name}')
    expect(lakeDocuments(exported)).toEqual(lakeDocuments(files))
    const given = await lake(lakeFiles())
    given.write('lake', files)
    const plan = await given.countyline('plan', '--region', 'lake')
    expect(plan.out).toContain('+ district set west/council')
    expect(plan.out).not.toContain('jurisdiction west')
  })

  it.each([
    ['label: District {name}', 'label: District', 'Put {name} where its own name belongs'],
    ['id: trash', 'id: council', 'is listed twice'],
    ['kind: collection', 'kind: safety', 'collects nothing'],
  ])('are refused with %s → %s', async (was, is, why) => {
    const given = deployment()
    given.write('lake', lakeFiles({ 'east/districts.yaml': districts.replace(was, is) }))
    const done = await given.countyline('validate', '--region', 'lake')
    expect([done.code, done.out + done.err]).toEqual([1, expect.stringContaining(why)])
  })

  it('without holidays to move a collection are refused', async () => {
    const given = deployment()
    const rule = districts.replace('weekA: 2026-06-01', 'afterHoliday: next-day')
    given.write('lake', lakeFiles({ 'east/districts.yaml': rule }))
    expect((await given.countyline('validate', '--region', 'lake')).out).toContain('It has no holidays')
  })
})
