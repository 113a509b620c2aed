import { createApp } from '../src/app.ts'
import { openTenant, openTenantReader } from '../src/core/db.ts'
import { createClient } from '../src/people/clients.ts'
import { makeGrant, staffAccess } from '../src/people/grants.ts'
import { createKey } from '../src/people/keys.ts'
import { readSession, startSession } from '../src/people/sessions.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import type { DatabaseClient, Platform } from '../src/platform/platform.ts'
import type { Region } from '../src/regions/compile.ts'
import { noContact } from '../src/requests/draft.ts'
import { publicCase, wholeCase } from '../src/requests/find.ts'
import { submitReport } from '../src/requests/submit.ts'
import { startApp } from '../test/support/app.ts'
import { type Figure, figure } from './figure.ts'

const SYSTEM = { kind: 'system', reason: 'bench' } as const
const TIMES = 2000
const ROUNDS = 5

interface Way {
  readonly ask: () => Promise<unknown>
  /** Database round trips so far. */
  readonly trips: () => number
}

interface Measured {
  readonly microseconds: number
  readonly trips: number
}

/**
 * One request's page of data as anybody gets it, and as whoever proves who they are: by a key, by a token, by a staff
 * session. Beside each, in turn, the anonymous asking for the same request; and the database round trips of each, which
 * are to be equal.
 */
export async function bench(): Promise<readonly Figure[]> {
  const app = await startApp()
  await app.runJobs()
  await app.platform.close()
  const { platform, trips } = counted(
    nodePlatform({ dataDir: app.dataDir, rateLimits: false, log: () => {} }),
  )
  try {
    const { id, slug } = await report(platform, app.region)
    const front = createApp(platform)
    const get = (path: string, bearer?: string) => async () => {
      const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
      const answer = await front.request(`http://localhost${path}`, { headers }, { address: '192.0.2.1' })
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`)
      await answer.text()
    }
    const db = openTenant(platform, SYSTEM, app.region.slug, slug)
    const { key } = await createKey(platform, db, 'bench', 'work')
    const anonymous = { ask: get(`/api/v1/requests/${id}`), trips }
    const work = `/api/v1/work/requests/${id}`
    return [
      ...(await beside('by key', { ask: get(work, key), trips }, anonymous)),
      ...(await beside(
        'by access token',
        { ask: get(work, await buyToken(platform, db, front)), trips },
        anonymous,
      )),
      ...(await beside(
        'by staff session, without a page',
        { ask: await staffAsks(platform, app.region, slug, id), trips },
        { ask: () => anybodyAsks(platform, app.region, slug, id), trips },
      )),
    ]
  } finally {
    await platform.close()
    await app.close()
  }
}

async function beside(name: string, own: Way, anonymous: Way): Promise<Figure[]> {
  // Once for all that is kept in memory from then on.
  await own.ask()
  await anonymous.ask()
  const pairs: [Measured, Measured][] = []
  for (let round = 0; round < ROUNDS; round++) pairs.push([await measure(own), await measure(anonymous)])
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  const of = (which: 0 | 1, what: keyof Measured) => median(pairs.map(pair => pair[which][what]))
  return [
    figure(`a request’s data ${name}`, 'µs', of(0, 'microseconds'), of(1, 'microseconds')),
    figure(`a request’s data ${name}: database`, 'round trips', of(0, 'trips'), of(1, 'trips')),
  ]
}

async function measure({ ask, trips }: Way): Promise<Measured> {
  const [before, startedAt] = [trips(), performance.now()]
  for (let count = 0; count < TIMES; count++) await ask()
  const microseconds = ((performance.now() - startedAt) * 1000) / TIMES
  return { microseconds, trips: (trips() - before) / TIMES }
}

/** The same platform, with every round trip to a database counted at the port. */
function counted<P extends Platform>(platform: P): { platform: P; trips: () => number } {
  let trips = 0
  const { databases } = platform
  const counting = (client: DatabaseClient): DatabaseClient => ({
    execute: ((...given: Parameters<DatabaseClient['execute']>) => {
      trips++
      return client.execute(...given)
    }) as DatabaseClient['execute'],
    batch: (...given) => {
      trips++
      return client.batch(...given)
    },
    close: () => client.close(),
  })
  const watched = {
    client: (name: Parameters<typeof databases.client>[0]) => counting(databases.client(name)),
    create: databases.create.bind(databases),
    close: () => databases.close(),
  }
  return { platform: { ...platform, databases: watched }, trips: () => trips }
}

async function report(platform: Platform, region: Region): Promise<{ id: string; slug: string }> {
  const service = region.documents.services.find(
    ({ private: hidden, questions }) => !hidden && !questions?.some(({ required }) => required),
  )
  const [long, lat] = region.documents.region.map.center
  const draft = {
    service: service?.code ?? '',
    place: { lat, long },
    accuracy: 0,
    address: '',
    addressId: '',
    zipcode: '',
    description: 'A hole as wide as a door, by the second lamp post.',
    answers: {},
    contact: noContact,
    media: [],
    mediaUrl: '',
    language: 'en',
    channel: 'web',
  } as const
  const { id, jurisdiction } = await submitReport(platform, SYSTEM, region, {
    draft,
    jurisdiction: region.documents.region.intake,
  })
  return { id, slug: jurisdiction }
}

async function buyToken(
  platform: Platform,
  db: Parameters<typeof createClient>[1],
  front: ReturnType<typeof createApp>,
): Promise<string> {
  const wish = { name: 'bench', scope: 'work', expiresAt: null } as const
  const { clientId, secret } = await createClient(platform, db, wish)
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret }
  const init = { method: 'POST', body: new URLSearchParams(form) }
  const answer = await front.request('http://localhost/oauth/token', init)
  return ((await answer.json()) as { access_token: string }).access_token
}

/** What stands behind a staff page: the cookie read, the grants, the request. */
async function staffAsks(platform: Platform, region: Region, slug: string, id: string) {
  const staff = 'bench'
  const wish = { staff, role: 'supervisor', source: 'command' } as const
  await makeGrant(platform, openTenant(platform, SYSTEM, region.slug, slug), wish)
  const session = { kind: 'staff', holder: staff, method: 'passkey', device: 'bench' } as const
  const cookie = await startSession(platform, region.slug, session)
  return async () => {
    const read = await readSession(platform, region.slug, 'staff', cookie)
    const access = read && (await staffAccess(platform, region.slug, slug, read.signedIn))
    const found =
      access && (await wholeCase(platform, openTenantReader(platform, access, region.slug, slug), id))
    if (found === undefined) throw new Error('the request was not shown')
  }
}

async function anybodyAsks(platform: Platform, region: Region, slug: string, id: string): Promise<void> {
  const access = { kind: 'public', region: region.slug } as const
  const found = await publicCase(openTenantReader(platform, access, region.slug, slug), id)
  if (found === undefined) throw new Error('the request was not shown')
}
