import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

// Larkfield annexed it on July 1, 2026: the county's until midnight there, which is 04:00 UTC.
test.each([
  ['2026-06-30T23:59:59', 'ellery-county'],
  ['2026-06-30 23:59', 'ellery-county'],
  ['2026-06-30', 'ellery-county'],
  ['2026-07-01', 'larkfield'],
  ['2026-07-01T00:00:00', 'larkfield'],
  ['2026-07-01T03:59:59Z', 'ellery-county'],
])('a routing question as of %s is asked in the region’s time', async (at, accountable) => {
  const [place] = app.region.searchPlaces('196 Harvest Way, Larkfield', 1)
  const query = { service_code: 'noise', lat: String(place?.lat), long: String(place?.long), at }
  const answer = await app.request(`/api/v1/route?${new URLSearchParams(query)}`)
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ accountable: { id: accountable } })
})

test.each(['yesterday', '2026-02-30', '2026-07-01T25:00'])('%s is no time', async at => {
  const answer = await app.request(`/api/v1/route?service_code=noise&lat=38.6&long=-74.3&at=${at}`)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ fields: [{ field: 'at', code: 'not-a-date' }] })
})
