import { expect, it } from 'vitest'
import { workersPlatform } from '../../src/platform/workers.ts'
import { currentRegion } from '../../src/regions/runtime/current.ts'
import { signIn } from '../support/staff.ts'
import { request, startInWorkerd, workerEnv } from './app.ts'

const env = { ...workerEnv, SIGNING_KEY: 'a signing key of the tests alone' }
const own = { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }

it('past requests that an administrator uploads are imported by a job, on a server’s database', async () => {
  const app = await startInWorkerd(env)
  const platform = workersPlatform(env)
  const region = await currentRegion(platform, 'ellery')
  const { cookie } = await signIn({ platform, region }, 'hollis', 'administrator')
  const send = (path: string, body: FormData | URLSearchParams) =>
    request(path, { method: 'POST', body, headers: { ...own, cookie }, redirect: 'manual' }, env)
  const read = async (path: string) => (await request(path, { headers: { cookie } }, env)).text()
  const file = new FormData()
  const table =
    'id,type,created,address\nW-1,Graffiti,2025-07-04,1 Main Street\nW-2,Moon,2025-07-04,1 Main Street\n'
  file.set('past.source', 'old-crm')
  file.set('past.file', new File([table], 'past.csv'))
  const page = (await send('/admin/jurisdictions/hollis/import', file)).headers.get('location') ?? ''
  expect(await read(page)).toContain('1 of 2 rows can be imported')
  const chosen = { id: '0', service: '1', opened: '2', address: '3' }
  const fields = Object.entries(chosen).map(([field, column]) => [`map.column.${field}`, column])
  await send(page, new URLSearchParams([...fields, ['map.do', 'start']]))
  await app.runJobs()
  expect(await read(page)).toContain('1 request imported')
  expect(await read(`${page}/rejects.csv`)).toContain('“Moon” is no service here')
})
