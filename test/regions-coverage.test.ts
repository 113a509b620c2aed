import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import type { MultiPolygonRings } from '../src/core/geometry.ts'
import { prepareAtlas } from '../src/geography/atlas.ts'
import { boundsOf } from '../src/geography/polygons/bounds.ts'
import { addAdministrator } from '../src/identity/staff/administrators.ts'
import { makeGrant } from '../src/identity/staff/grants.ts'
import { comingChanges, endings } from '../src/regions/coverage/endings.ts'
import { coverageOn } from '../src/regions/coverage/on-day.ts'
import type { Documents } from '../src/regions/documents/snapshot.ts'
import { compileRouting } from '../src/regions/runtime/routing.ts'
import { resolve } from '../src/routing/resolve.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { box, lakeDocuments, lakeEdited, lakeFiles } from './support/lake.ts'
import { type Mailbox, startMailbox } from './support/mailbox.ts'
import { hire } from './support/staff.ts'

const DAY = 86_400_000
const km2 = (squareMeters: number) => Math.round(squareMeters / 1e4) / 100

describe('who serves what, where, on a day', () => {
  const lake = lakeDocuments()

  it('names the body, the layer, and who does the work under which agreement', () => {
    const before = coverageOn(lake, 'graffiti', '2026-06-30')
    expect(before?.shares.map(({ body, layer, agreements }) => [body, layer, agreements.length])).toEqual([
      ['east', 'municipality', 0],
      ['west', 'municipality', 0],
      ['lake-county', 'county', 0],
    ])
    const after = coverageOn(lake, 'graffiti', '2026-07-01')
    expect(after?.shares[1]?.agreements).toMatchObject([
      { id: 'west-graffiti', performer: 'lake-county', performerName: 'Lake County', where: 'all', to: null },
    ])
    expect(coverageOn(lake, 'pothole', '2026-07-01')?.roadOwners).toEqual(['Lake County'])
    expect(coverageOn(lake, 'snow', '2026-07-01')).toBe(undefined)
  })

  it('shows the ground without anybody, and what two bodies both cover', () => {
    const water = coverageOn(lake, 'water-leak', '2026-07-01')
    const county = coverageOn(lake, 'graffiti', '2026-07-01')
    const whole = county?.shares.reduce((sum, { ground }) => sum + ground.squareMeters, 0) ?? 0
    const own = water?.shares.reduce((sum, { ground }) => sum + ground.squareMeters, 0) ?? 0
    expect(km2(water?.gap.squareMeters ?? 0)).toBeCloseTo(km2(whole - own), 1)
    expect(county?.gap.squareMeters).toBe(0)
    // The last one west reaches over the meridian, as no document that is accepted would.
    const overlapping: Documents = {
      ...lake,
      jurisdictions: lake.jurisdictions.map(one => {
        const [boundary] = lake.jurisdictions.find(({ slug }) => slug === 'east')?.boundary ?? []
        return one.slug === 'west' && boundary ? { ...one, boundary: [...one.boundary, boundary] } : one
      }),
    }
    const [overlap] = coverageOn(overlapping, 'graffiti', '2026-07-01')?.overlaps ?? []
    expect(overlap?.bodies).toEqual(['east', 'west'])
    expect(overlap?.ground.squareMeters).toBeGreaterThan(1e7)
  })

  it('changes on the days that the documents name', () => {
    const dated = lakeDocuments(
      lakeFiles({ 'west/boundary.geojson': box(-80.08, 40.02, -80, 40.08, { to: '2027-01-01' }) }),
    )
    expect(comingChanges(dated, '2026-06-01')).toEqual(['2026-07-01', '2027-01-01'])
    const bodies = (day: string) =>
      coverageOn(dated, 'graffiti', day)?.shares.map(({ body, to }) => [body, to])
    expect(bodies('2026-12-31')).toContainEqual(['west', '2027-01-01'])
    expect(bodies('2027-01-01')).toEqual([
      ['east', null],
      ['lake-county', null],
    ])
  })

  it('is what routing answers, at every place', async () => {
    for (const documents of [lake, await bundledDocuments()]) {
      const routing = compileRouting({ region: 'x', version: 1, documents })
      const all: MultiPolygonRings = documents.jurisdictions.flatMap(({ boundary }) =>
        boundary.flatMap(({ coordinates }) => coordinates),
      )
      const [west, south, east, north] = boundsOf(all)
      const services = documents.services.filter(
        ({ layers }) => !layers.some(name => name.startsWith('asset:')),
      )
      for (const { code } of services.slice(0, 6)) {
        const shares = coverageOn(documents, code, '2026-08-12')?.shares ?? []
        const atlas = prepareAtlas({ areas: shares.map(({ ground }) => ground.geometry), segments: [] })
        fc.assert(
          fc.property(
            fc.double({ min: south, max: north, noNaN: true }),
            fc.double({ min: west, max: east, noNaN: true }),
            (lat, long) => {
              const at = Date.parse('2026-08-12T12:00:00-04:00')
              const inquiry = {
                service: code,
                place: { lat, long },
                accuracy: 0,
                at,
                answers: {},
                urgent: false,
              }
              const { accountable } = resolve(routing, inquiry)
              const found = atlas.areasAt(lat, long).map(index => shares[index]?.body)
              expect(found).toEqual(accountable.kind === 'none' ? [] : [accountable.id])
            },
          ),
          { numRuns: 100 },
        )
      }
    }
  })

  it('lists agreements that end within 60 days and have no successor', () => {
    const ending = lakeDocuments(lakeEdited('agreements.yaml', 'from: 2026-07-01', 'to: 2026-07-01'))
    const routing = compileRouting({ region: 'lake', version: 1, documents: ending })
    const at = (day: string) => endings(ending, routing, Date.parse(`${day}T12:00:00-04:00`))
    expect(at('2026-05-01')).toEqual([])
    expect(at('2026-05-03')).toMatchObject([{ to: '2026-07-01', daysLeft: 59, warning: 60 }])
    expect(at('2026-06-24')).toMatchObject([{ daysLeft: 7, warning: 7 }])
    expect(at('2026-07-01')).toEqual([])
  })
})

describe('the administrators of an agreement that ends', () => {
  let app: TestApp
  let mailbox: Mailbox
  afterEach(async () => {
    await app.close()
    await mailbox.close()
  })

  it('get one email each, 60, 30 and 7 days ahead: of the region and of both sides', async () => {
    mailbox = await startMailbox()
    const documents = await bundledDocuments()
    const agreements = {
      agreements: [
        {
          id: 'tree-help',
          title: 'Tree help',
          accountable: 'hollis',
          performer: 'larkfield',
          services: ['graffiti'],
          to: '2026-12-01',
        },
      ],
    }
    const now = Date.parse('2026-09-20T12:00:00-04:00')
    app = await startApp({ documents: { ...documents, agreements }, mail: mailbox.settings, now })
    await addAdministrator(app.platform, 'ellery', { email: 'boss@county.example', name: 'Boss' }, 'test')
    for (const [slug, name, role] of [
      ['hollis', 'ada', 'administrator'],
      ['hollis', 'bob', 'agent'],
      ['larkfield', 'eve', 'administrator'],
      ['pinewood', 'sam', 'administrator'],
    ] as const) {
      if (app.region.jurisdiction(slug) === undefined) continue
      const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', slug)
      const staff = await hire(app, name, `${name}@${slug}.example`)
      await makeGrant(app.platform, db, { staff, role, source: 'command' })
    }
    await app.runJobs()
    const received = () => mailbox.emails.map(({ to }) => to).sort()
    const waitUntil = async (day: string) => {
      while (app.platform.clock.now() < Date.parse(`${day}T12:00:00-04:00`)) {
        app.advance(DAY)
        await app.runJobs()
      }
    }
    await waitUntil('2026-10-01')
    expect(received()).toEqual([])
    const each = ['ada@hollis.example', 'boss@county.example', 'eve@larkfield.example']
    await waitUntil('2026-10-05')
    expect(received()).toEqual(each)
    const [email] = mailbox.emails
    expect(email?.subject).toBe('The agreement “Tree help” ends on November 30, 2026')
    expect(email?.text).toContain('City of Hollis')
    await waitUntil('2026-11-05')
    expect(received()).toHaveLength(6)
    await waitUntil('2026-12-03')
    expect(received()).toEqual([...each, ...each, ...each].sort())
  })
})
