import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApp, type TestApp } from './support/app.ts'
import { lakeDocuments } from './support/lake.ts'
import { items } from './support/open311.ts'
import { signIn } from './support/staff.ts'

/* A service without a deadline: no page, email or answer says when it will be done, and none is worked out. */

const place = { lat: '40.07', long: '-80.05' }

let app: TestApp
beforeAll(async () => {
  app = await startApp({ documents: lakeDocuments(), slug: 'lake' })
})
afterAll(() => app.close())

const get = async (path: string, cookie = '') =>
  (await app.request(`/r/lake${path}`, { headers: { cookie } })).text()
const json = async (path: string) => JSON.parse(await get(path)) as Record<string, unknown>

async function report(service: string, answers: Readonly<Record<string, string>> = {}): Promise<string> {
  const body = new URLSearchParams({ ...place, accuracy: '0', ...answers })
  const sent = await app.request(`/r/lake/report/${service}/send`, { method: 'POST', body })
  const [, id] = /\/cases\/([\w-]+)/.exec(sent.headers.get('location') ?? '') ?? []
  return id ?? ''
}

async function saidOf(service: string, answers: Readonly<Record<string, string>> = {}) {
  const query = new URLSearchParams({ ...place, accuracy: '0' })
  const id = await report(service, answers)
  await app.runJobs()
  const { cookie } = await signIn(app, 'west', 'supervisor')
  const [open311] = await items(app.request(`/r/lake/open311/v2/requests/${id}.json`))
  return {
    before: await get(`/report/${service}/who?${query}`),
    details: await get(`/report/${service}/details?${query}`),
    case: await get(`/cases/${id}`),
    open311: open311?.expected_datetime,
    json: (await json(`/api/v1/requests/${id}`)).expected_at,
    staff: await get(`/work/west/requests/${id}`, cookie),
    queue: await get('/work', cookie),
  }
}

it('promises nothing for it anywhere', async () => {
  const said = await saidOf('graffiti')
  for (const page of [said.before, said.details, said.case]) {
    expect(page).toContain('West')
    expect(page).not.toContain('Expected by')
  }
  expect([said.open311, said.json]).toEqual([null, null])
  expect(said.staff).toContain('West')
  expect(said.staff).not.toContain('Due date</dt>')
  expect(said.queue).toContain('No due date')
})

it('promises what it does where there is a deadline', async () => {
  const said = await saidOf('pothole', { 'answers.size': 'small' })
  for (const page of [said.before, said.details, said.case]) expect(page).toContain('Expected by')
  expect([said.open311, said.json]).toEqual([
    expect.stringMatching(/^2026-/),
    expect.stringMatching(/^2026-/),
  ])
  expect(said.staff).toContain('Due date')
})
