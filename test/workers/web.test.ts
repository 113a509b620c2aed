import { webContract } from '../contract/web.ts'
import { request, startInWorkerd } from './app.ts'

webContract('on Workers', async () => {
  await startInWorkerd()
  return request
})
