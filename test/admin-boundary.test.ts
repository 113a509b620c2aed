import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redrawn } from '../src/admin/boundary/draft-boundary.ts'
import { addAdministrator } from '../src/identity/staff/administrators.ts'
import { newestRegion } from '../src/regions/runtime/current.ts'
import { startApp, type TestApp } from './support/app.ts'
import { openSession } from './support/staff.ts'
import { type Visitor, visitor } from './support/visitor.ts'

/* A municipality's boundary on its page in a draft, without script. */

let app: TestApp
let ana: Visitor
let draft: string
const page = () => `${draft}/jurisdictions/larkfield/boundary`

beforeAll(async () => {
  app = await startApp()
  const staff = await addAdministrator(
    app.platform,
    'ellery',
    { email: 'ana@county.example', name: 'Ana' },
    'test',
  )
  ana = visitor(app)
  const [name = '', value = ''] = (await openSession(app, staff)).split('=')
  ana.cookies.set(name, value)
  const answer = await ana.post('/admin/drafts', {
    '/admin/drafts.title': 'A boundary',
    '/admin/drafts.to': '',
  })
  draft = (answer.headers.get('location') ?? '').replace(/^.*(?=\/admin\/)/, '').replace(/\?.*/, '')
})
afterAll(() => app.close())

type Pair = readonly [number, number]

const square = (west: number, south: number, side: number): Pair[] => [
  [west, south],
  [west + side, south],
  [west + side, south + side],
  [west, south + side],
  [west, south],
]
const collection = (...features: readonly (readonly [name: string, ring: readonly Pair[]])[]) => ({
  type: 'FeatureCollection',
  features: features.map(([NAME, ring]) => ({
    type: 'Feature',
    properties: { NAME },
    geometry: { type: 'Polygon', coordinates: [ring] },
  })),
})
const town = square(-74.41, 38.55, 0.03)

async function upload(file: unknown, fields: Readonly<Record<string, string>> = {}) {
  const form = new FormData()
  form.set('boundary.seen', /name="boundary\.seen" value="([^"]*)"/.exec(await ana.read(page()))?.[1] ?? '')
  for (const [name, value] of Object.entries(fields)) form.set(`boundary.${name}`, value)
  const content = typeof file === 'string' ? file : JSON.stringify(file)
  if (content !== '') form.set('boundary.file', new File([content], 'towns.geojson'))
  return ana.postBody(page(), form)
}

async function saved(): Promise<{ before: Pair[][][]; after: Pair[][][] }> {
  return (await ana.get(`${page()}/shapes`)).json()
}

describe('a boundary file', () => {
  it('of a county gives the area of the municipality’s name, repaired', async () => {
    const open = town.toReversed().slice(1)
    const answer = await upload(collection(['TOWN OF LARKFIELD', open], ['OTHER', square(-74.3, 38.5, 0.01)]))
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${page()}?done=saved`])
    const { before, after } = await saved()
    expect([after.length, after[0]?.[0]?.length]).toEqual([1, 5])
    expect(after).not.toEqual(before)
    const text = await ana.read(page())
    expect(text).toContain('Removed area')
    expect(await ana.read(`${draft}/plan`)).toContain('boundary changed')
  })

  it('redraws the last boundary, and earlier ones stay', async () => {
    const { documents } = await newestRegion(app.platform, 'ellery')
    const own = documents.jurisdictions.find(({ slug }) => slug === 'larkfield')?.boundary ?? []
    const days = [{ to: '2026-07-01' }, { from: '2026-07-01' }]
    expect(own.map(({ properties }) => properties)).toEqual(days)
    const next = redrawn(own, [[town]])
    expect(next.map(({ properties }) => properties)).toEqual(days)
    expect([next[0], next[1]?.coordinates]).toEqual([own[0], [[town]]])
    expect((await upload({ type: 'Polygon', coordinates: [town] }, { way: 'replace' })).status).toBe(303)
    expect((await saved()).after[0]?.[0]).toHaveLength(5)
  })

  it('changes on a day, from which the earlier ones end', async () => {
    expect((await upload(collection(['Larkfield', town]), { way: 'change' })).status).toBe(400)
    expect(
      (await upload(collection(['Larkfield', town]), { way: 'change', from: '2027-13-01' })).status,
    ).toBe(400)
    expect(
      (await upload(collection(['Larkfield', town]), { way: 'change', from: '2027-01-01' })).status,
    ).toBe(303)
  })

  it.each<[string, unknown, Readonly<Record<string, string>>, string]>([
    ['none', '', {}, 'Choose a file, or draw the boundary'],
    ['no GeoJSON', 'PK\u0003\u0004towns.shp', {}, 'zipped shapefile'],
    [
      'several areas, none of them ours',
      collection(['A', town], ['B', town]),
      {},
      'Type the name of the one you mean: A, B',
    ],
    [
      'another name than one of them',
      collection(['A', town], ['B', town]),
      { area: 'C' },
      'none that is certainly C',
    ],
    [
      'a boundary of another state',
      collection(['Larkfield', square(-122.4, 37.7, 0.1)]),
      {},
      'km from the region',
    ],
    [
      'rings that cross',
      collection([
        'Larkfield',
        [
          [-74.41, 38.55],
          [-74.38, 38.58],
          [-74.38, 38.55],
          [-74.41, 38.58],
          [-74.41, 38.55],
        ],
      ]),
      {},
      'crosses itself',
    ],
    [
      'a place of its own far from the present one',
      collection(['Larkfield', square(-74.5, 38.45, 0.01)]),
      {},
      'far from the present boundary',
    ],
  ])('is refused with a reason: %s', async (_, file, fields, words) => {
    const before = await saved()
    const answer = await upload(file, fields)
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(words)])
    expect(await saved()).toEqual(before)
  })

  it('of lists in lists without end is refused', async () => {
    const deep = `{"type":"Polygon","coordinates":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    expect((await upload(deep)).status).toBe(400)
  })

  it('with latitude first is exchanged', async () => {
    const turned = town.map(([long, lat]): Pair => [lat, long])
    expect((await upload(collection(['Larkfield', turned]))).status).toBe(303)
    expect((await saved()).after[0]?.[0]).toContainEqual([-74.41, 38.55])
  })

  it('of more than 4 MB is refused at the door', async () => {
    const answer = await upload(`${JSON.stringify(collection(['Larkfield', town]))}${' '.repeat(4_300_000)}`)
    expect(answer.status).toBe(413)
  })

  it('that somebody else has changed meanwhile is not overwritten', async () => {
    const before = await saved()
    const form = new FormData()
    form.set('boundary.seen', 'earlier')
    form.set(
      'boundary.geometry',
      JSON.stringify({ type: 'Polygon', coordinates: [square(-74.4, 38.55, 0.02)] }),
    )
    expect((await ana.postBody(page(), form)).status).toBe(409)
    expect(await saved()).toEqual(before)
  })
})
