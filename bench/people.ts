import { openTenant } from '../src/core/database/handles.ts'
import { createApp } from '../src/create-app.ts'
import { createClient } from '../src/identity/programs/clients.ts'
import { createKey } from '../src/identity/programs/keys.ts'
import { readSession, startSession } from '../src/identity/sessions/sessions.ts'
import { makeGrant, staffAccess } from '../src/identity/staff/grants.ts'
import { staffOf } from '../src/identity/staff/staff.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import type { Platform } from '../src/platform/platform.ts'
import type { Region } from '../src/regions/runtime/compile.ts'
import { addNote } from '../src/requests/change.ts'
import { noContact } from '../src/requests/draft.ts'
import { submitReport } from '../src/requests/submit.ts'
import { startApp } from '../test/support/app.ts'
import { counted } from '../test/support/trips.ts'
import { type Figure, figure } from './figure.ts'

const SYSTEM = { kind: 'system', reason: 'bench' } as const
const TIMES = 2000
/** A page takes longer, because more is written. */
const PAGE_TIMES = 200
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
 * A request's page of data for an anonymous caller, and for callers with credentials: a key, a token, a staff
 * session. Each is compared in turn with an anonymous call for the same request; the database round trips of
 * both should be equal.
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
    const get =
      (path: string, headers: Record<string, string> = {}) =>
      async () => {
        const answer = await front.request(`http://localhost${path}`, { headers }, { address: '192.0.2.1' })
        if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`)
        await answer.text()
      }
    const db = openTenant(platform, SYSTEM, app.region.slug, slug)
    const { key } = await createKey(platform, db, 'bench', 'work')
    const anonymous = { ask: get(`/api/v1/requests/${id}`), trips }
    const work = `/api/v1/work/requests/${id}`
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
    const cookie = await staffCookie(platform, app.region, slug, id)
    return [
      ...(await beside('by key', { ask: get(work, bearer(key)), trips }, anonymous)),
      ...(await beside(
        'by access token',
        { ask: get(work, bearer(await buyToken(platform, db, front))), trips },
        anonymous,
      )),
      ...(await beside(
        'on its page by staff session',
        { ask: get(`/work/${slug}/requests/${id}`, { cookie }), trips },
        { ask: get(`/cases/${id}`), trips },
        PAGE_TIMES,
      )),
    ]
  } finally {
    await platform.close()
    await app.close()
  }
}

async function beside(name: string, own: Way, anonymous: Way, times = TIMES): Promise<Figure[]> {
  // Fills the caches.
  await own.ask()
  await anonymous.ask()
  const pairs: [Measured, Measured][] = []
  for (let round = 0; round < ROUNDS; round++)
    pairs.push([await measure(own, times), await measure(anonymous, times)])
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  const of = (which: 0 | 1, what: keyof Measured) => median(pairs.map(pair => pair[which][what]))
  return [
    figure(`a request’s data ${name}`, 'µs', of(0, 'microseconds'), of(1, 'microseconds')),
    figure(`a request’s data ${name}: database`, 'round trips', of(0, 'trips'), of(1, 'trips')),
  ]
}

async function measure({ ask, trips }: Way, times: number): Promise<Measured> {
  const [before, startedAt] = [trips(), performance.now()]
  for (let count = 0; count < times; count++) await ask()
  const microseconds = ((performance.now() - startedAt) * 1000) / times
  return { microseconds, trips: (trips() - before) / times }
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
  const input = { name: 'bench', scope: 'work', expiresAt: null } as const
  const { clientId, secret } = await createClient(platform, db, input)
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret }
  const init = { method: 'POST', body: new URLSearchParams(form) }
  const answer = await front.request('http://localhost/oauth/token', init)
  return ((await answer.json()) as { access_token: string }).access_token
}

/** The cookie of a staff member whose page also shows a colleague's name. */
async function staffCookie(platform: Platform, region: Region, slug: string, id: string): Promise<string> {
  const { slug: of } = region
  const at = await staffOf(platform, of, { email: 'somebody@bench.example', name: 'Somebody' })
  const colleague = await staffOf(platform, of, { email: 'colleague@bench.example', name: 'A colleague' })
  const db = openTenant(platform, SYSTEM, of, slug)
  for (const staff of [at, colleague])
    await makeGrant(platform, db, { staff, role: 'supervisor', source: 'command' })
  const session = {
    kind: 'staff',
    shown: [{ method: 'passkey', source: 'mailbox' }],
    device: 'bench',
  } as const
  const written = (holder: string) => startSession(platform, of, { ...session, holder })
  const read = await readSession(platform, of, 'staff', await written(colleague))
  const access = read && (await staffAccess(platform, region, slug, read.signedIn))
  if (access === undefined) throw new Error('the colleague is not let in')
  const note = { text: 'Bring the big roller.', public: false }
  await addNote(openTenant(platform, access, of, slug), id, note, platform.clock.now())
  return `__Host-staff-${of}=${await written(at)}`
}
