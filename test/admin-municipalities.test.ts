import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addAdministrator } from '../src/identity/staff/administrators.ts'
import { startApp, type TestApp } from './support/app.ts'
import { openSession } from './support/staff.ts'
import { type Visitor, visitor } from './support/visitor.ts'

/* A county's municipalities from two files, on the page of a draft, without script. */

let app: TestApp
let ana: Visitor
let draft: string

beforeAll(async () => {
  app = await startApp()
  const input = { email: 'ana@county.example', name: 'Ana' }
  const staff = await addAdministrator(app.platform, 'ellery', input, 'test')
  ana = visitor(app)
  const [name = '', value = ''] = (await openSession(app, staff)).split('=')
  ana.cookies.set(name, value)
  const begun = await ana.post('/admin/drafts', { '/admin/drafts.title': 'Many', '/admin/drafts.to': '' })
  draft = /\/admin\/drafts\/[^/?]+/.exec(begun.headers.get('location') ?? '')?.[0] ?? ''
})
afterAll(() => app.close())

const fixture = (name: string) => readFileSync(new URL(`fixtures/made-up-county/${name}`, import.meta.url))

function upload(table: Uint8Array | string) {
  const form = new FormData()
  form.set('import.county', new File([fixture('municipalities.geojson')], 'county.geojson'))
  form.set('import.table', new File([new Uint8Array(Buffer.from(table))], 'table.csv'))
  return ana.postBody(`${draft}/municipalities/import`, form)
}

const unescaped = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

it('shows each row and its problems, and saves nothing while one has any', async () => {
  const answer = await upload('name,email\nClinton,=cmd\nNowhere,a@b.example\n')
  const page = await answer.text()
  expect(answer.status).toBe(200)
  expect(page).toContain('2 rows have problems.')
  expect(page).toContain('A cell begins like a formula.')
  expect(page).toContain('The boundary file has no area of this name.')
  expect(page).not.toContain('import.save')
  expect(await ana.read(draft)).toContain('There are no changes in this draft yet')
})

it('asks for both files, and names the one that cannot be read', async () => {
  const empty = await ana.post(`${draft}/municipalities/import`, {})
  expect([empty.status, await empty.text()]).toEqual([400, expect.stringContaining('Choose a file.')])
  const wrong = await upload('mayor\nA\n')
  expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('no column')])
})

it('saves all of a Windows-1252 table after its preview', async () => {
  const preview = await (await upload(fixture('particulars.csv'))).text()
  expect(preview).toContain('Save all 4 municipalities in the draft')
  expect(preview).toContain('In the boundary file but not in the table: UNINCORPORATED')
  const county = unescaped(/name="import\.county-text" value="([^"]*)"/.exec(preview)?.[1] ?? '')
  const table = unescaped(/name="import\.table-text" value="([^"]*)"/.exec(preview)?.[1] ?? '')
  const form = new FormData()
  form.set('import.county-text', county)
  form.set('import.table-text', table)
  form.set('import.save', '1')
  const saved = await ana.postBody(`${draft}/municipalities/import`, form)
  expect(saved.status).toBe(303)
  expect(await ana.read(`${draft}/jurisdictions`)).toContain('Doña Ana')
  const boundary = await ana.read(`${draft}/jurisdictions/dona-ana/boundary`)
  expect(boundary).toContain('The boundary is new.')
  expect(await (await upload(fixture('particulars.csv'))).text()).toContain('No change')
})
