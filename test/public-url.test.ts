import { expect, it } from 'vitest'
import { hostAddress } from '../src/regions/runtime/site.ts'
import { bundledDocuments } from './support/app.ts'
import { deployment } from './support/terminal.ts'

it.each([
  ['http://localhost:8311', 'chicago.localhost', 'http://chicago.localhost:8311'],
  ['https://311.example', 'lake.example', 'https://lake.example'],
  ['https://311.example:8443', 'lake.example', 'https://lake.example:8443'],
  ['http://10.0.0.7:8080', 'lake.test', 'http://lake.test:8080'],
  // Not set: nothing is known of hosts elsewhere.
  ['http://localhost:8311', '311.lake.example', 'https://311.lake.example'],
])('with PUBLIC_URL %s, a link to %s begins with %s', (publicUrl, host, address) => {
  expect(hostAddress({ publicUrl }, host)).toBe(address)
})

it('links that the command prints have the scheme and port of PUBLIC_URL', async () => {
  const { exportRegion } = await import('../src/regions/documents/export.ts')
  const documents = await bundledDocuments()
  const on = deployment(undefined, { PUBLIC_URL: 'http://localhost:9123' })
  const region = { ...documents.region, hosts: ['ellery.localhost'], jurisdictionHosts: {} }
  on.write('ellery', exportRegion({ ...documents, region }))
  expect((await on.countyline('apply')).code).toBe(0)
  const { out } = await on.countyline(
    'administrators',
    'add',
    '--region',
    'ellery',
    '--email',
    'a@b.example',
    '--as',
    'o',
  )
  expect(out).toContain('http://ellery.localhost:9123/sign-in/link/')
})
