import { afterAll } from 'vitest'
import { contractApp } from './contract/app.ts'
import { handoffsContract } from './contract/handoffs.ts'
import { startApp, type TestApp } from './support/app.ts'

let app: TestApp | undefined
afterAll(() => app?.close())

handoffsContract('on Node with embedded files', async () => {
  app ??= await startApp()
  return contractApp({ ...app, key: app.key })
})
