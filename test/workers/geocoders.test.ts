import { expect, inject, it } from 'vitest'
import { geocodersOf } from '../../src/places/geocoders/geocoders.ts'
import { workersPlatform } from '../../src/platform/workers.ts'
import { house } from '../support/geocoder-answers.ts'
import { workerEnv } from './app.ts'

/* The requests of geocoders from a worker; test/geocoders.test.ts has all that does not depend on the runtime. */

const outside = inject('outside')
const platform = workersPlatform({ ...workerEnv, OUTBOUND_ALLOW: new URL(outside).host })
const bounds = { bbox: [-80.1, 40, -79.9, 40.1], contains: () => true } as const

async function places(path: string, within: number): Promise<unknown> {
  const document = { kind: 'photon', url: `${outside}/${path}`, attribution: 'OpenStreetMap' } as const
  const [photon] = geocodersOf(platform, [document], { region: 'lake', bounds, within })
  return photon?.forward('2230 mill rd', 1)
}

it('a worker gets places from a geocoder', async () => {
  expect(await places('photon', 5000)).toMatchObject([{ ...house, source: 'OpenStreetMap' }])
})

it.each(['nothing', 'the beginning only', 'a redirect', 'ten megabytes', 'a page in HTML'])(
  'a worker gets no answer, and no error, from a geocoder that sends %s',
  async name => {
    const within = ['nothing', 'the beginning only'].includes(name) ? 50 : 5000
    expect(await places(`geocoder/${encodeURIComponent(name)}`, within)).toBeUndefined()
  },
)
