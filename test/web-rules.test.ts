import { afterAll, beforeAll } from 'vitest'
import { webContract } from './contract/web.ts'
import { startApp, type TestApp } from './support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

webContract('on Node', async () => app.request)
