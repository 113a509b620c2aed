import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MultiPolygonRings } from '../src/core/geometry.ts'
import { bytesSource } from '../src/places/import/bytes.ts'
import type { Documents, Snapshot } from '../src/regions/documents/snapshot.ts'
import { localDay } from '../src/regions/runtime/calendar.ts'
import { compileRouting } from '../src/regions/runtime/routing.ts'
import { requestsIn } from '../src/requests/rehearsal/read-file.ts'
import { trialOf } from '../src/requests/rehearsal/trial.ts'
import { emptyRehearsal, type PastRequest, rehearse } from '../src/routing/rehearsal/rehearsal.ts'
import { resolve } from '../src/routing/resolve.ts'
import { square } from './support/geojson.ts'
import { lakeDocuments } from './support/lake.ts'

const NOW = Date.parse('2026-06-01T12:00:00-04:00')
const ZONE = 'America/New_York'
const lake = lakeDocuments()
const current: Snapshot = { region: 'lake', version: 1, hash: '', documents: lake }

function withBoundary(documents: Documents, slug: string, geometry: MultiPolygonRings, from?: string) {
  return {
    ...documents,
    jurisdictions: documents.jurisdictions.map(one =>
      one.slug === slug
        ? { ...one, boundary: [{ properties: from === undefined ? {} : { from }, coordinates: geometry }] }
        : one,
    ),
  }
}

function past(id: string, service: string, [lat, long]: readonly [number, number], at: string): PastRequest {
  const inquiry = {
    service,
    place: { lat, long },
    accuracy: 0,
    at: Date.parse(at),
    answers: {},
    urgent: false,
  }
  return { id, inquiry, address: null, isPrivate: false }
}

function rehearsed(next: Documents, requests: readonly PastRequest[], day?: string) {
  const into = emptyRehearsal()
  const trial = trialOf(current, next, NOW, { day })
  rehearse(into, trial, requests)
  return { ...into, days: trial.days }
}

describe('a rehearsal', () => {
  test('of the same documents moves nothing', () => {
    const result = rehearsed(lake, [past('1', 'graffiti', [40.05, -80.04], '2026-01-05T10:00:00-05:00')])
    expect(result).toMatchObject({ total: 1, moved: 0, unrouted: {}, days: ['2026-06-01'] })
    expect(Object.values(result.matrices)).toEqual([[], [], []])
  })

  test('says from whom to whom, from which day, and why', () => {
    // West moves away altogether on January 1: what fell there goes to the county.
    const next = withBoundary(lake, 'west', [[square(-80.08, 40.02, 0.01)]], '2027-01-01')
    const both: Documents = {
      ...next,
      jurisdictions: next.jurisdictions.map(one => {
        const [was] = lake.jurisdictions.find(({ slug }) => slug === one.slug)?.boundary ?? []
        return one.slug === 'west' && was !== undefined
          ? { ...one, boundary: [{ ...was, properties: { to: '2027-01-01' } }, ...one.boundary] }
          : one
      }),
    }
    const requests = [
      past('a', 'graffiti', [40.06, -80.04], '2026-01-05T10:00:00-05:00'),
      past('b', 'graffiti', [40.025, -80.075], '2026-01-05T10:00:00-05:00'),
    ]
    const result = rehearsed(both, requests)
    expect(result.days).toEqual(['2026-06-01', '2027-01-01'])
    expect(result).toMatchObject({ total: 2, moved: 1 })
    const [cell, ...more] = result.matrices.accountable
    expect(more).toEqual([])
    expect(cell).toMatchObject({
      from: { id: 'west' },
      to: { id: 'lake-county' },
      count: 1,
      days: { '2027-01-01': 1 },
      examples: [{ id: 'a', service: 'graffiti', day: '2027-01-01' }],
    })
    const codes = (side: 'from' | 'to') => cell?.examples[0]?.[side].trace.map(({ code }) => code) ?? []
    expect(codes('from')).toContain('performed-by')
    expect(codes('to')).toContain('unincorporated')
    expect(rehearsed(both, requests, '2026-12-31').moved).toBe(0)
  })

  test('counts a private request and shows nothing of it', () => {
    const next = withBoundary(lake, 'west', [[square(-80.08, 40.02, 0.01)]])
    const request = past('p', 'graffiti', [40.06, -80.04], '2026-01-05T10:00:00-05:00')
    const { matrices } = rehearsed(next, [{ ...request, isPrivate: true }])
    expect(matrices.accountable).toMatchObject([{ count: 1, examples: [] }])
  })

  test('says why a request cannot be routed by either version', () => {
    const at = '2026-01-05T10:00:00-05:00'
    const known = past('1', 'graffiti', [40.05, -80.04], at)
    const change = (more: object): PastRequest => ({ ...known, inquiry: { ...known.inquiry, ...more } })
    expect(
      rehearsed(lake, [
        past('2', 'snow', [40.05, -80.04], at),
        change({ place: null }),
        change({ place: { lat: Number.NaN, long: -80 } }),
        change({ at: Number.NaN }),
        past('3', 'graffiti', [10, 10], at),
      ]).unrouted,
    ).toEqual({
      'unknown-service': 1,
      'no-location': 1,
      'unusable-location': 1,
      'unusable-time': 1,
      nobody: 1,
    })
  })

  test('keeps the local hour and, where it can, the weekday, because opening hours decide whom to contact', () => {
    const { instantOn } = trialOf(current, lake, NOW)
    fc.assert(
      fc.property(fc.integer({ min: Date.parse('2024-01-01'), max: NOW }), at => {
        const shifted = instantOn(at, '2026-06-01')
        const local = (instant: number) =>
          new Intl.DateTimeFormat('en', {
            timeZone: ZONE,
            weekday: 'short',
            hour: '2-digit',
            minute: '2-digit',
            second: '2-digit',
            hour12: false,
          }).format(instant)
        expect(local(shifted)).toBe(local(at))
        expect(localDay(shifted, ZONE) >= '2026-06-01').toBe(true)
        expect(localDay(shifted, ZONE) <= '2026-06-07').toBe(true)
      }),
    )
  })

  test('equals routing every request twice, whatever moves', () => {
    const rect = fc
      .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 6 }))
      .map(([x, y, size]): MultiPolygonRings => [[square(-80.08 + x / 100, 40.02 + y / 100, size / 100)]])
    const day = fc.constantFrom(undefined, '2026-06-20', '2027-03-01')
    const place = fc.tuple(
      fc.double({ min: 40, max: 40.1, noNaN: true }),
      fc.double({ min: -80.1, max: -79.9, noNaN: true }),
    )
    const request = fc
      .tuple(
        fc.constantFrom('graffiti', 'pothole', 'water-leak', 'unknown'),
        place,
        fc.integer({ min: Date.parse('2025-06-01'), max: NOW }),
        fc.boolean(),
      )
      .map(
        ([service, [lat, long], at, isPlaced]): PastRequest => ({
          id: `${service} ${at}`,
          address: null,
          isPrivate: false,
          inquiry: {
            service,
            place: isPlaced ? { lat, long } : null,
            accuracy: 0,
            at,
            answers: {},
            urgent: false,
          },
        }),
      )
    fc.assert(
      fc.property(
        rect,
        day,
        fc.boolean(),
        fc.array(request, { maxLength: 30 }),
        (geometry, from, noAgreements, requests) => {
          const changed = withBoundary(lake, 'west', geometry, from)
          const next = noAgreements ? { ...changed, agreements: {} } : changed
          const trial = trialOf(current, next, NOW)
          const [before, after] = [
            compileRouting(current),
            compileRouting({ region: 'lake', version: 2, documents: next }),
          ]
          const expected = { accountable: new Map(), performer: new Map(), desk: new Map() }
          let moved = 0
          for (const { inquiry } of requests) {
            let isMoved = false
            for (const role of ['accountable', 'performer', 'desk'] as const) {
              for (const on of trial.days) {
                const at = trial.instantOn(inquiry.at, on)
                const [old, then] = [before, after].map(one => resolve(one, { ...inquiry, at })[role].id)
                if (old === then) continue
                const key = `${old} ${then} ${on}`
                expected[role].set(key, (expected[role].get(key) ?? 0) + 1)
                isMoved = true
                break
              }
            }
            if (isMoved) moved++
          }
          const found = rehearsed(next, requests)
          expect([found.total, found.moved]).toEqual([requests.length, moved])
          for (const role of ['accountable', 'performer', 'desk'] as const) {
            const cells = found.matrices[role].flatMap(({ from, to, days }) =>
              Object.entries(days).map(([on, count]) => [`${from.id} ${to.id} ${on}`, count]),
            )
            expect(new Map(cells as [string, number][])).toEqual(expected[role])
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe('a file of past requests', () => {
  const read = async (text: string) => {
    const requests: PastRequest[] = []
    const source = bytesSource('file', new TextEncoder().encode(text))
    for await (const batch of requestsIn(source, { zone: ZONE, now: NOW })) requests.push(...batch)
    return requests
  }
  const row = {
    service: 'graffiti',
    place: { lat: 40.05, long: -80.04 },
    accuracy: 0,
    at: Date.parse('2026-01-05T10:00:00-05:00'),
    answers: {},
    urgent: false,
  }

  test('may be CSV, with a time in local time, and blank and wrong values', async () => {
    const requests = await read(
      [
        'service_request_id,service_code,lat,long,requested_datetime,address',
        '7,graffiti,40.05,-80.04,2026-01-05T10:00:00,"1 Oak St, West"',
        ',graffiti,,,,',
        ',graffiti,north,-80.04,yesterday,',
      ].join('\n'),
    )
    expect(requests).toEqual([
      { id: '7', inquiry: row, address: '1 Oak St, West', isPrivate: false },
      { id: '#2', inquiry: { ...row, place: null, at: NOW }, address: null, isPrivate: false },
      {
        id: '#3',
        inquiry: { ...row, place: { lat: Number.NaN, long: -80.04 }, at: Number.NaN },
        address: null,
        isPrivate: false,
      },
    ])
  })

  test('may be what a GeoReport server answered, in JSON or XML', async () => {
    const fields = {
      service_request_id: 7,
      service_code: 'graffiti',
      lat: 40.05,
      long: -80.04,
      requested_datetime: '2026-01-05T10:00:00-05:00',
      address: null,
    }
    const expected = [{ id: '7', inquiry: row, address: null, isPrivate: false }]
    expect(await read(JSON.stringify([fields]))).toEqual(expected)
    const xml = Object.entries(fields).map(([name, value]) => `<${name}>${value ?? ''}</${name}>`)
    expect(
      await read(
        `<?xml version="1.0"?><service_requests><request>${xml.join('')}</request></service_requests>`,
      ),
    ).toEqual(expected)
  })

  test.each([
    ['service_code,lat\nx,1\n', 'no column "long"'],
    ['{"services":[]}', 'no service requests'],
    ['[{"service_code":', 'neither XML nor JSON'],
    ['nothing', 'does not name several columns'],
    ['<!DOCTYPE x><service_requests/>', 'document type'],
  ])('that cannot be read is refused by name: %s', async (text, why) => {
    await expect(read(text)).rejects.toMatchObject({ detail: expect.stringContaining(why) })
  })
})
