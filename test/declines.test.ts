import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { documentValues } from '../src/regions/documents/export.ts'
import { loadRegionValues } from '../src/regions/documents/load.ts'
import { newestRegion } from '../src/regions/runtime/current.ts'
import { applyRegion } from '../src/regions/versions/apply.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'
import { visitor } from './support/visitor.ts'

/* A jurisdiction says who serves what it does not offer. */

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const inHollis = '/report/graffiti/details?lat=38.6&long=-74.3&asked=before'

async function declining(servedBy: string, offers?: readonly string[]) {
  const { documents } = await newestRegion(app.platform, bundled)
  const values = documentValues(documents)
  const before = values.get('hollis/jurisdiction.yaml') ?? {}
  const note = { en: 'Call them before you paint over it.' }
  values.set('hollis/jurisdiction.yaml', {
    ...before,
    ...(offers && { offers }),
    declines: { graffiti: { servedBy, note } },
  })
  return loadRegionValues(bundled, values)
}

describe('a service that a municipality declines', () => {
  it('is served by the next layer, and residents there are told by whom', async () => {
    const before = await newestRegion(app.platform, bundled)
    expect(before.servicesOffered('hollis').map(({ code }) => code)).toContain('graffiti')
    expect(await visitor(app).read(inHollis)).not.toContain('does not provide this service')
    const { documents } = await declining('ellery-county')
    if (documents === undefined) throw new Error('not valid')
    await applyRegion(app.platform, readMigrations(), bundled, documents, { by: 'test' })
    const after = await newestRegion(app.platform, bundled)
    expect(after.servicesOffered('hollis').map(({ code }) => code)).not.toContain('graffiti')
    const page = await visitor(app).read(inHollis)
    expect(page).toContain('does not provide this service')
    expect(page).toContain('Call them before you paint over it.')
    expect(page).toMatch(/handles__name">Ellery County/)
  })

  it.each([
    ['itself', 'hollis', undefined, 'cannot serve what it declines'],
    ['nobody that exists', 'atlantis', undefined, 'atlantis'],
    ['what it also offers', 'ellery-county', ['graffiti'], 'both offers and declines'],
  ])('is refused for %s', async (_, servedBy, offers, message) => {
    const { documents, issues } = await declining(servedBy, offers)
    expect(documents).toBeUndefined()
    const own = issues.filter(({ path }) => path[0] === 'declines')
    expect(own.map(issue => issue.message).join()).toContain(message)
  })

  it('may be served by nobody', async () => {
    expect((await declining('nobody')).documents).toBeDefined()
  })
})
