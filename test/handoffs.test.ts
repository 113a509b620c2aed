import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTenant } from '../src/core/db.ts'
import { accept, decide, refuse, withdraw } from '../src/handoffs/answers.ts'
import { offer } from '../src/handoffs/offers.ts'
import { changeStatus } from '../src/requests/change.ts'
import { startApp, type TestApp } from './support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const system = { kind: 'system', reason: 'test' } as const
const db = (slug: string) => openTenant(app.platform, system, app.region.slug, slug)

it('smoke', async () => {
  const [long, lat] = app.region.documents.region.map.center
  const answer = await app.request('/api/v1/requests', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ service_code: 'graffiti', lat, long, answers: { surface: 'wall' } , description: 'x'}) })
  const filed = await answer.json() as any
  expect(answer.status, JSON.stringify(filed)).toBe(201)
  const a = filed.jurisdiction
  const b = app.region.documents.jurisdictions.map(j => j.slug).find(s => s !== a && app.region.servicesOffered(s).some(x => x.code === 'graffiti')) ?? ''
  const o = await offer(app.platform, db(a), app.region, { request: filed.id, version: 1, receiver: b, kind: 'transfer', reason: 'other', text: 'yours' })
  await app.runJobs()
  await accept(app.platform, db(b), o.id, '', {})
  await app.runJobs()
  const list = await (await app.request('/api/v1/requests')).json()
  console.log(JSON.stringify(list), await (await app.request(`/api/v1/requests/${filed.id}`)).text())
  const { sql } = await import('drizzle-orm')
  for (const s of [a, b]) console.log(s, JSON.stringify(await db(s).rows(sql`select id, case_id, custody, trail, status, case_status, agency_responsible, version from request`)), JSON.stringify(await db(s).rows(sql`select type, public, source, source_seq from event order by seq`)), JSON.stringify(await db(s).rows(sql`select * from share`)), JSON.stringify(await db(s).rows(sql`select id, state, side from handoff`)), JSON.stringify(await db(s).rows(sql`select id, delivered_at, last_error from message`)))
})
