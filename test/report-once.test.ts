import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import * as reading from '../src/regions/inquiry.ts'
import * as draft from '../src/requests/draft.ts'
import * as routing from '../src/routing/resolve.ts'
import { startApp, type TestApp } from './support/app.ts'
import { entryPoints } from './support/entry-points.ts'

vi.mock('../src/routing/resolve.ts', { spy: true })
vi.mock('../src/requests/draft.ts', { spy: true })
vi.mock('../src/regions/inquiry.ts', { spy: true })

let app: TestApp
let key: string
beforeAll(async () => {
  app = await startApp()
  key = await app.key('hollis')
})
afterAll(() => app.close())
beforeEach(() => vi.clearAllMocks())

test.each(
  entryPoints(
    () => app,
    () => key,
  ),
)('a report by $name is read, checked and routed once', async ({ send }) => {
  const { status } = await send()
  expect(status).toBeLessThan(400)
  expect(reading.readPlace).toHaveBeenCalledOnce()
  expect(draft.draftErrors).toHaveBeenCalledOnce()
  expect(routing.resolve).toHaveBeenCalledOnce()
})
