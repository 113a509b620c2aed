import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { main } from '../src/cli/main.ts'
import { groundText } from '../src/core/measures.ts'
import { exportRegion } from '../src/regions/documents/export.ts'
import type { Documents } from '../src/regions/documents/snapshot.ts'
import { groundChanges } from '../src/regions/versions/plan/ground.ts'
import { bundled, bundledDocuments, startApp, tenantsDir } from './support/app.ts'
import { square } from './support/geojson.ts'
import { lakeDocuments } from './support/lake.ts'
import { writeFilesTo } from './support/tenants.ts'

type Dated = { from?: string; to?: string }
const withBoundary = (
  documents: Documents,
  slug: string,
  ...features: readonly (readonly [Dated, ReturnType<typeof square>])[]
): Documents => ({
  ...documents,
  jurisdictions: documents.jurisdictions.map(one =>
    one.slug === slug
      ? { ...one, boundary: features.map(([properties, ring]) => ({ properties, coordinates: [[ring]] })) }
      : one,
  ),
})
const km2 = (squareMeters: number) => Math.round(squareMeters / 1e4) / 100

it('ground lost and gained is measured against what is in force, on the day it changes, and said once', () => {
  const base = withBoundary(lakeDocuments(), 'west', [{}, square(-80.1, 40, 0.1)])
  const half = [
    [-80.1, 40],
    [-80.05, 40],
    [-80.05, 40.1],
    [-80.1, 40.1],
    [-80.1, 40],
  ] as const
  const said = (current: Documents | undefined, next: Documents) =>
    groundChanges(current, next, '2026-06-01').map(({ jurisdiction, day, lost, gained }) => [
      jurisdiction,
      day,
      km2(lost.squareMeters),
      km2(gained.squareMeters),
    ])
  expect(said(undefined, base)).toEqual([])
  expect(said(base, base)).toEqual([])
  const whole = 94.67
  expect(said(base, withBoundary(base, 'west', [{}, half]))).toEqual([
    ['west', '2026-06-01', whole / 2, 0].map(v => (typeof v === 'number' ? expect.closeTo(v, 0) : v)),
  ])
  const later = withBoundary(
    base,
    'west',
    [{ to: '2026-09-01' }, square(-80.1, 40, 0.1)],
    [{ from: '2026-09-01', to: '2027-01-01' }, half],
    [{ from: '2027-01-01' }, half],
  )
  expect(said(base, later)).toEqual([['west', '2026-09-01', expect.closeTo(whole / 2, 0), 0]])
  expect(said(later, later)).toEqual([])
  expect(said(later, base)).toEqual([['west', '2026-09-01', 0, expect.closeTo(whole / 2, 0)]])
})

it.each([
  [1_250_000, '1.25 km² (0.48 sq mi)'],
  [400, '0.0004 km² (0.0002 sq mi)'],
  [94_670_000, '94.67 km² (36.55 sq mi)'],
])('%d m² reads as %s', (squareMeters, text) => {
  expect(groundText(squareMeters)).toBe(text)
})

it('plan says what a town loses, in both units, with the requests that fell there, and draws it', async () => {
  const app = await startApp()
  const folder = mkdtempSync(join(tmpdir(), 'countyline-'))
  try {
    const [place] = app.region.searchPlaces('Hollis Common', 1)
    const { lat = 0, long = 0 } = place ?? {}
    const required = app.region.service('graffiti')?.questions?.filter(question => question.required) ?? []
    const answers = Object.fromEntries(required.map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
    const body = JSON.stringify({ service_code: 'graffiti', lat, long, answers })
    for (let i = 0; i < 2; i++) {
      const sent = await app.request('/api/v1/requests', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      expect(sent.status).toBe(201)
    }
    const documents = await bundledDocuments()
    const elsewhere = square(long + 0.02, lat + 0.02, 0.001)
    writeFilesTo(join(folder, bundled), exportRegion(withBoundary(documents, 'hollis', [{}, elsewhere])))
    let out = ''
    const io = {
      out: (text: string) => {
        out += text
      },
      err: () => {},
      now: app.platform.clock.now,
    }
    await main(['plan', '--region', bundled], { env: { DATA_DIR: app.dataDir, TENANTS_DIR: folder }, ...io })
    expect(out).toMatch(
      /! ground: from 2026-08-12, hollis loses \d+\.\d\d km² \(\d+\.\d\d sq mi\), where 2 requests fell, 2 of them open/,
    )
    expect(out).toMatch(/Map of gaps, overlaps and changed ground: /)
    expect(out).not.toContain('! gap')
    const services = documents.services.map(one =>
      one.code === 'graffiti' ? { ...one, layers: ['municipality'] } : one,
    )
    const without = withBoundary({ ...documents, services }, 'hollis', [{}, elsewhere])
    writeFilesTo(join(folder, bundled), exportRegion(without))
    out = ''
    await main(['plan', '--region', bundled], { env: { DATA_DIR: app.dataDir, TENANTS_DIR: folder }, ...io })
    expect(out).toMatch(
      /! gap: from 2026-08-12, no agency is responsible for graffiti on [\d.]+ sq mi, where 2 requests of the last year fell/,
    )
    out = ''
    await main(['plan', '--region', bundled, '--json'], {
      env: { DATA_DIR: app.dataDir, TENANTS_DIR: tenantsDir },
      ...io,
    })
    expect(JSON.parse(out)).toMatchObject([{ ground: [] }])
  } finally {
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
