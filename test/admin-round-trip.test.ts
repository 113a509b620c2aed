import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadRegion } from '../src/regions/documents/load.ts'
import { newestRegion } from '../src/regions/runtime/current.ts'
import { planRegion } from '../src/regions/versions/plan/plan.ts'
import { startApp, type TestApp } from './support/app.ts'
import { administrator, applyDraft, beginDraft, fill } from './support/drafts.ts'
import { deployment } from './support/terminal.ts'
import type { Visitor } from './support/visitor.ts'

/* What is edited on pages leaves as files, and comes back as files, unchanged. */

let app: TestApp
let ana: Visitor
beforeAll(async () => {
  app = await startApp()
  ana = await administrator(app, 'ana@county.example')
})
afterAll(() => app.close())

async function download(version: number): Promise<Map<string, string>> {
  const answer = await ana.get(`/admin/versions/${version}/documents.zip`)
  expect(answer.status).toBe(200)
  const files = unzipSync(new Uint8Array(await answer.arrayBuffer()))
  const texts = Object.entries(files).map(
    ([file, bytes]) => [file.replace('ellery/', ''), new TextDecoder().decode(bytes)] as const,
  )
  return new Map(texts)
}

it('from a page to files, to a plan without changes, to another deployment, byte for byte', async () => {
  const draft = await beginDraft(ana)
  await fill(ana, `${draft}/jurisdictions/hollis/profile`, { 'document.phone': '555-010-0144' })
  await fill(ana, `${draft}/jurisdictions/new`, { 'new.name': 'Newtown', 'new.kind': 'municipality' })
  expect((await applyDraft(app, ana, draft)).status).toBe(303)
  const { snapshot } = await newestRegion(app.platform, 'ellery')
  const files = await download(snapshot.version)
  expect(files.get('hollis/jurisdiction.yaml')).toContain('555-010-0144')
  expect(files.get('newtown/jurisdiction.yaml')).toContain('Newtown')

  const { documents } = loadRegion('ellery', files)
  if (documents === undefined) throw new Error('the downloaded files are refused')
  expect(planRegion(snapshot, documents, app.platform.clock.now()).changes).toEqual([])

  const { write, countyline, tenantsDir } = deployment(app.platform.clock.now())
  write('ellery', files)
  expect((await countyline('apply')).code).toBe(0)
  expect((await countyline('plan')).out).toContain('no changes')
  const [stored] = (await countyline('versions', '--region', 'ellery', '--json')).json as { hash: string }[]
  expect(stored?.hash).toBe(snapshot.hash)
  await countyline('export', '--to', join(tenantsDir, '..', 'exported'))
  for (const [file, text] of files)
    expect(readFileSync(join(tenantsDir, '..', 'exported', 'ellery', file), 'utf8'), file).toBe(text)
})

it('the same version is the same bytes each time, and one that never was is not found', async () => {
  const [one, other] = await Promise.all(
    [1, 2].map(async () => {
      const answer = await ana.get('/admin/versions/1/documents.zip')
      return Buffer.from(await answer.arrayBuffer())
    }),
  )
  expect(one).toEqual(other)
  expect((await ana.get('/admin/versions/99/documents.zip')).status).toBe(404)
})
