import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { type PublicReport, publish } from './support/public-reports.ts'

const report = (index: number, rest: Partial<PublicReport> = {}): PublicReport => ({
  id: `EC-${index}`,
  jurisdiction: 'port-ellery',
  status: index % 2 === 0 ? 'closed' : 'submitted',
  lat: 38.5 + index * 0.00001,
  long: -74.3,
  requestedAt: 1_000_000 + index,
  ...rest,
})

interface Points {
  readonly points: readonly [id: string, status: string, long: number, lat: number][]
  readonly isAll: boolean
}

let app: TestApp
beforeAll(async () => {
  app = await startApp()
  const many = Array.from({ length: 5_200 }, (_, index) => report(index))
  const hollis = report(9_000, { jurisdiction: 'hollis', lat: 38.9, status: 'in_progress' })
  await publish(app.platform, 'ellery', [...many, hollis, report(9_001, { lat: null, long: null })])
})
afterAll(() => app.close())

async function points(query = ''): Promise<Points> {
  return (await (await app.request(`/reports/points${query}`)).json()) as Points
}

describe('the points of the map of reports', () => {
  it('are the newest that have a place, and say that there are more', async () => {
    const all = await points()
    expect(all.isAll).toBe(false)
    expect(all.points).toHaveLength(5_000)
    expect(all.points.slice(0, 2)).toEqual([
      ['EC-9000', 'in_progress', -74.3, 38.9],
      ['EC-5199', 'submitted', -74.3, 38.55199],
    ])
  })

  it('follow the filters of the list', async () => {
    expect(await points('?jurisdiction=hollis')).toEqual({
      points: [['EC-9000', 'in_progress', -74.3, 38.9]],
      isAll: true,
    })
    const closed = await points('?status=closed')
    expect(new Set(closed.points.map(([, status]) => status))).toEqual(new Set(['closed']))
    expect(closed).toMatchObject({ isAll: true, points: { length: 2_600 } })
    expect((await points('?group=no-such-group')).points).toHaveLength(5_000)
  })

  it('are those in a box, and no box is refused', async () => {
    expect((await points('?bbox=-74.4,38.8,-74.2,39')).points).toHaveLength(1)
    expect((await app.request('/reports/points?bbox=1,2,3')).status).toBe(400)
  })

  it('are those of a jurisdiction on its own site', async () => {
    const answer = await app.request('/r/ellery/j/hollis/reports/points')
    expect(((await answer.json()) as Points).points).toHaveLength(1)
  })
})
