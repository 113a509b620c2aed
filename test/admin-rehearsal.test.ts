import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { editDocuments } from '../src/admin/drafts/drafts.ts'
import { openRegion, openTenant } from '../src/core/database/handles.ts'
import { type DocumentValue, documentValues } from '../src/regions/documents/export.ts'
import { administrator, fieldsOf } from './support/administrators.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'
import { draftSmallerTown, reportGraffiti } from './support/smaller-town.ts'
import type { Visitor } from './support/visitor.ts'

/* A draft is rehearsed with the region's own requests; its plan and the coverage are shown on maps and in tables. */

const system = { kind: 'system', reason: 'test' } as const
let app: TestApp
let ana: Visitor
let draft: string
let sent: string[]

beforeAll(async () => {
  app = await startApp()
  ana = await administrator(app, 'ana@county.example')
  sent = await reportGraffiti(app)
  const hollis = openTenant(app.platform, system, bundled, 'hollis')
  await hollis.commit([sql`UPDATE request SET private = 1 WHERE id = ${sent[3]}`])
  draft = `/admin/drafts/${await draftSmallerTown(app)}`
})
afterAll(() => app.close())

async function rehearse() {
  const page = await ana.read(`${draft}/rehearsal`)
  return ana.post(`${draft}/rehearsal`, fieldsOf(page, `${draft}/rehearsal`))
}

describe('a rehearsal', () => {
  it('runs in the background, and says who would lose what to whom, with reasons', async () => {
    expect(await ana.read(`${draft}/plan`)).toContain('Not rehearsed yet')
    expect((await rehearse()).status).toBe(303)
    const waiting = await ana.get(`${draft}/rehearsal`)
    expect(waiting.headers.get('refresh')).toBe('3')
    expect(await waiting.text()).toContain('<progress')
    await app.runJobs()
    const page = await ana.read(`${draft}/rehearsal`)
    expect(page).toContain('4 of 4 requests would go to someone else')
    expect(page).toContain('Responsible agency: 4 requests move')
    expect(page).toContain('→ Nobody')
    expect(page).toContain('4 open requests would have another responsible agency')
    for (const id of sent.slice(0, 3)) expect(page).toContain(id)
    expect(page).not.toContain(sent[3])
    expect(page).toContain('class="area-map__point"')
    expect(page).toContain('We found no agency responsible for this here.')
  })

  it('says in the log of the jurisdiction who asked, and which requests became examples', async () => {
    const db = openTenant(app.platform, system, bundled, 'hollis')
    const rows = await db.rows<{ actor: string; requests: string }>(
      sql`SELECT actor, requests FROM access_log WHERE view = 'list' ORDER BY seq`,
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]?.actor).toMatch(/^staff:/)
    expect((JSON.parse(rows[0]?.requests ?? '[]') as string[]).sort()).toEqual(sent.slice(0, 3).sort())
  })

  it('puts its numbers beside the areas of the plan', async () => {
    const plan = await ana.read(`${draft}/plan`)
    expect(plan).not.toContain('Not rehearsed yet')
    expect(plan).toMatch(
      /Nobody is responsible<\/td><td>[^<]*Graffiti[\s\S]*?<td class="table__number">4<\/td>/,
    )
    expect(plan).toMatch(/Loses ground<\/td><td>City of Hollis/)
    expect(plan).toContain('area-map__area--gap')
    expect(plan).toContain('4 of 4 requests would go to someone else')
  })

  it('is out of date once the draft has changed', async () => {
    const db = openRegion(app.platform, system, bundled)
    const doing = { by: 'system:test', at: app.platform.clock.now() }
    const id = draft.split('/').at(-1) ?? ''
    const edit = (value: DocumentValue | undefined) => ({ ...value, phone: '312' }) as DocumentValue
    await editDocuments(db, id, documentValues(app.region.documents), [{ file: 'region.yaml', edit }], doing)
    expect(await ana.read(`${draft}/rehearsal`)).toContain('This rehearsal is out of date')
    expect(await ana.read(`${draft}/plan`)).toContain('Not rehearsed yet')
  })

  it('of a draft that changes while it runs ends, and stays out of date', async () => {
    expect((await rehearse()).status).toBe(303)
    const db = openRegion(app.platform, system, bundled)
    await db.commit([sql`UPDATE draft SET revision = revision + 1`])
    await app.runJobs()
    expect(await ana.read(`${draft}/rehearsal`)).toContain('This rehearsal is out of date')
    expect((await ana.post(`${draft}/rehearsal`, { version: '0' })).status).toBe(409)
  })
})

describe('coverage', () => {
  it('shows who is responsible for a service on a day', async () => {
    const page = await ana.read('/admin/coverage?service=graffiti&date=2027-01-01')
    expect(page).toContain('On January 1, 2027')
    expect(page).toContain('<th scope="row">City of Hollis</th>')
    expect(page).toContain('area-map__area--share')
  })

  it.each(['yesterday', '2026-02-30', '"><script>'])('shows today for %s', async date => {
    const page = await ana.read(`/admin/coverage?service=graffiti&date=${encodeURIComponent(date)}`)
    expect(page).toContain('On August 12, 2026')
    expect(page).toContain('Enter a day')
    expect(page).not.toContain('"><script>')
  })

  it('shows nothing for a service that does not exist', async () => {
    expect((await ana.get('/admin/coverage?service=nothing')).status).toBe(200)
  })
})
