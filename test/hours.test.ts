import { expect, onTestFinished, test } from 'vitest'
import type { Documents } from '../src/regions/documents/snapshot.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { summer } from './support/county.ts'
import { signIn } from './support/staff.ts'

const NOON = summer('2026-07-14T12:00')
const NIGHT = summer('2026-07-14T22:00')

async function start(now: number, change = (documents: Documents) => documents): Promise<TestApp> {
  const app = await startApp({ now, documents: change(await bundledDocuments()) })
  onTestFinished(() => app.close())
  return app
}

const text = async (app: TestApp, path: string, cookie?: string) =>
  (await (await app.request(path, cookie === undefined ? {} : { headers: { cookie } })).text())
    .replace(/<(?!\/?(strong|a)\b)[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')

async function who(app: TestApp, service: string, place: string) {
  const [found] = app.region.searchPlaces(place, 1)
  const html = await text(app, `/report/${service}/who?lat=${found?.lat}&long=${found?.long}&accuracy=0`)
  return html.slice(0, html.indexOf('How we found'))
}

const withoutHours =
  (...slugs: readonly string[]) =>
  (documents: Documents): Documents => ({
    ...documents,
    jurisdictions: documents.jurisdictions.map(({ hours, ...rest }) =>
      slugs.includes(rest.slug) || hours === undefined ? rest : { ...rest, hours },
    ),
  })

test('a body that gave no hours is never called open', async () => {
  const app = await start(NOON, withoutHours('hollis', 'ellery-county'))
  const list = await text(app, '/jurisdictions')
  const hollis = list.slice(list.indexOf('City of Hollis'))
  expect(hollis.slice(0, 200)).toContain('Hours not given')
  expect(hollis.slice(0, 200)).not.toContain('Open')
  expect(await text(app, '/')).toContain('<strong>Ellery County</strong> Hours not given')
  const [found] = app.region.searchPlaces('350 Main Street, Port Ellery', 1)
  const county = await text(app, `/report/housing/who?lat=${found?.lat}&long=${found?.long}&accuracy=0`)
  expect(county).not.toContain('Ellery County is open now')
})

test('a body that is open day and night still says so', async () => {
  const app = await start(NIGHT)
  const list = await text(app, '/jurisdictions')
  const water = list.slice(list.indexOf('Quill River Water District'))
  expect(water.slice(0, 200)).toContain('Open 24 hours')
})

test('while the responsible body is closed, the number to call stands beside the name', async () => {
  const app = await start(NIGHT)
  const shown = await who(app, 'fallen-tree', '350 Main Street, Port Ellery')
  expect(shown).toContain(
    'City of Port Ellery is closed now. It will see your report when it opens. If this cannot wait, call Ellery County now: <a class="usa-link" href="tel:555-010-0100">(555) 010-0100</a>',
  )
})

test('who works at night for a closed body is not contradicted', async () => {
  const app = await start(NIGHT)
  const shown = await who(app, 'sewer-backup', '350 Main Street, Port Ellery')
  expect(shown).toContain('Ellery County does this work for City of Port Ellery')
  expect(shown).not.toContain('closed now')
  expect(shown).not.toContain('when it opens')
  expect(shown).toMatch(/If this cannot wait, call Ellery County now: <a [^>]*>\(555\) 010-0100<\/a>/)
})

test('a partner that does the work for a closed city gives its own number only', async () => {
  const app = await start(NIGHT)
  const shown = await who(app, 'street-light', '350 Main Street, Port Ellery')
  expect(shown).toContain('Tidewater Light &amp; Power does this work')
  expect(shown).not.toContain('closed now')
})

test('nothing is said of hours while the body is open', async () => {
  const app = await start(NOON)
  const shown = await who(app, 'fallen-tree', '350 Main Street, Port Ellery')
  expect(shown).not.toMatch(/closed|cannot wait/)
})

test('lists name the body that keeps a report for which no body is responsible', async () => {
  const app = await start(NOON)
  const answer = await app.request('/api/v1/requests', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ service_code: 'noise', lat: 38.53, long: -74.2, answers: { source: 'music' } }),
  })
  const { id: number } = (await answer.json()) as { id: string }
  await app.runJobs()
  for (const path of ['/reports', '/', `/cases/${number}`]) {
    const shown = await text(app, path)
    expect(shown).toContain('Ellery County')
    expect(shown).not.toContain('No public body')
  }
  const geoReport = await (await app.request(`/open311/v2/requests/${number}.json`)).json()
  expect(geoReport).toMatchObject([{ agency_responsible: 'Ellery County' }])
  const clerk = await signIn(app, 'ellery-county', 'agent')
  expect(await text(app, '/work', clerk.cookie)).not.toContain('No public body')
})

test('staff read whose local time it is, not the name of a time zone', async () => {
  const app = await start(NOON)
  const administrator = await signIn(app, 'hollis', 'administrator')
  const shown = await text(app, '/work/hollis/keys', administrator.cookie)
  expect(shown).toContain('Times are local time in City of Hollis.')
  expect(shown).not.toContain('America/')
})

test('of a desk for calls after hours, whose own hours are not given, it is not said that it answers', async () => {
  const app = await start(NIGHT, withoutHours('ellery-county'))
  const [found] = app.region.searchPlaces('350 Main Street, Port Ellery', 1)
  const shown = await text(app, `/report/fallen-tree/who?lat=${found?.lat}&long=${found?.long}&accuracy=0`)
  expect(shown).toContain(
    'City of Port Ellery is closed now. For calls until it opens, it names Ellery County.',
  )
  expect(shown).not.toMatch(/answers calls|Ellery County is open/)
  expect(shown).toContain('If this cannot wait, call Ellery County now:')
})
