import { expect, it, onTestFinished } from 'vitest'
import { openPublicRegion, openTenant } from '../src/core/database/handles.ts'
import { jobHandlers } from '../src/create-app.ts'
import { seedDemonstrations } from '../src/demonstration/seed.ts'
import { handoff } from '../src/handoffs/schema.ts'
import { accountFor } from '../src/identity/accounts.ts'
import { listPublicRequests } from '../src/requests/list/public-index.ts'
import { duplicate, request } from '../src/requests/schema.ts'
import { bundledDocuments, startApp } from './support/app.ts'
import { visitor } from './support/visitor.ts'

const DAY = 86_400_000

const documents = await bundledDocuments()
const few = {
  demo: true,
  documents: { ...documents, demonstration: { reports: documents.demonstration?.reports.slice(-7) ?? [] } },
}

async function startDemo(options: Parameters<typeof startApp>[0] = few) {
  const app = await startApp(options)
  onTestFinished(() => app.close())
  const seed = () => seedDemonstrations(app.platform, jobHandlers)
  const reports = () => listPublicRequests(openPublicRegion(app.platform, app.region.slug), { limit: 500 })
  return { ...app, seed, reports }
}

it('opens on months of reports in every state, with transfers and duplicates, and nothing of it in the future', async () => {
  const app = await startDemo({ demo: true })
  await app.seed()
  const failed = app.logged.filter(({ event }) =>
    /demonstration-.*failed|not-seeded|job-(failed|parked)/.test(event),
  )
  expect(failed).toEqual([])
  const now = app.platform.clock.now()
  const reports = await app.reports()
  expect(reports.length).toBeGreaterThan(40)
  expect(new Set(reports.map(({ status }) => status))).toEqual(
    new Set(['submitted', 'acknowledged', 'in_progress', 'closed']),
  )
  const times = reports.flatMap(({ requestedAt, updatedAt }) => [requestedAt, updatedAt])
  expect(Math.max(...times)).toBeLessThanOrEqual(now)
  expect(Math.min(...times)).toBeLessThan(now - 60 * DAY)
  expect(reports.some(({ status, expectedAt }) => status !== 'closed' && (expectedAt ?? now) < now)).toBe(
    true,
  )
  const states = new Set<string>()
  const links = new Set<string>()
  for (const { slug } of app.region.documents.jurisdictions) {
    const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, app.region.slug, slug)
    for (const { state } of await db.select().from(handoff)) states.add(state)
    for (const { state } of await db.select().from(duplicate)) links.add(state)
    for (const { receivedAt } of await db.select().from(request)) expect(receivedAt).toBeLessThanOrEqual(now)
  }
  expect([...states]).toEqual(expect.arrayContaining(['offered', 'granted', 'refused']))
  expect([...links]).toEqual(expect.arrayContaining(['confirmed', 'proposed', 'asked']))
  const home = await visitor(app).read('/')
  expect(home).not.toContain('No reports yet')
})

it('is the same each time, and is made once', async () => {
  const [one, other] = [await startDemo(), await startDemo()]
  await one.seed()
  await other.seed()
  const shown = async (app: typeof one) =>
    (await app.reports()).map(({ id: _, seq: __, mediaUrl: ___, statusNotes, ...rest }) => rest)
  expect(await shown(one)).toEqual(await shown(other))
  await one.seed()
  expect(await shown(one)).toEqual(await shown(other))
})

it('writes nothing where anybody has reported, where there is a real account, or without a demonstration', async () => {
  const app = await startDemo()
  await accountFor(
    { ...app.platform, demo: false },
    'ellery',
    { kind: 'email', value: 'ana@home.example' },
    'en',
  )
  await app.seed()
  expect(await app.reports()).toEqual([])
})

it('shows what it would have sent: a resident signs in with the code of the mailbox', async () => {
  const app = await startDemo()
  await app.seed()
  const browser = visitor(app)
  await browser.post('/account/sign-in', { address: 'ana.ruiz@mail.example' })
  await app.runJobs()
  const mailbox = await browser.read('/demo/mailbox')
  const [, code = ''] = /ana\.ruiz@mail\.example.*?\b(\d{4} ?\d{4})\b/s.exec(mailbox) ?? []
  expect(code).not.toBe('')
})

it('has no mailbox without a demonstration, nor beside anybody real in any region', async () => {
  const off = await startDemo({})
  expect((await visitor(off).get('/demo/mailbox')).status).toBe(404)
  const app = await startDemo()
  expect((await visitor(app).get('/demo/mailbox')).status).toBe(200)
  await accountFor(
    { ...app.platform, demo: false },
    'ellery',
    { kind: 'email', value: 'ana@home.example' },
    'en',
  )
  app.advance(3_000)
  expect((await visitor(app).get('/demo/mailbox')).status).toBe(503)
})
