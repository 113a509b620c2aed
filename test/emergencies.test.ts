import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { emergencyNotice } from '../src/regions/emergencies/notice.ts'
import { startApp, type TestApp } from './support/app.ts'
import { lakeEdited, lakeRegion } from './support/lake.ts'
import { hollis, items, post, pothole } from './support/open311.ts'
import { jpeg } from './support/photos.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())
beforeEach(() => void app.logged.splice(0))

const SECRET = 'gas leak and a fire, wires down'
const rows = (query: ReturnType<typeof sql>) =>
  openTenant(app.platform, { kind: 'system', reason: 'test' }, 'ellery', 'hollis').rows<
    Record<string, unknown>
  >(query)
const countHere = async () => (await rows(sql`SELECT count(*) AS n FROM request`))[0]?.n
const marked = async (id: string) =>
  (
    await rows(sql`SELECT urgent, triage, triage_reasons AS reasons, private FROM request WHERE id = ${id}`)
  )[0]

const answers = { 'answers.size': 'large', 'answers.lane': 'driving' }
const form = {
  ...hollis,
  ...answers,
  description: SECRET,
  firstName: 'Ana',
  email: 'ana@example.org',
  shareContact: 'yes',
  once: 'ONCE1',
}
const send = (fields: Record<string, string>, lang = 'en') =>
  app.request(`/report/pothole/send?lang=${lang}`, { method: 'POST', body: new URLSearchParams(fields) })

/** The advice that a page shows, without what it hides. */
function advice(html: string): string {
  const shown = html.replace(/<(p|li|div)\b[^>]*\bhidden\b[\s\S]*?<\/\1>/g, '')
  return (
    /<div class="usa-alert usa-alert--emergency emergency"[\s\S]*?<\/div><\/div><\/div>/.exec(shown)?.[0] ??
    ''
  )
}
function hiddenFields(html: string): [string, string][] {
  const inner = /<form class="report-form"[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  return [...inner.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, value],
  )
}

describe('the search for a service', () => {
  test.each([
    ['en', 'gas leak', ['Gas leak', 'tel:911']],
    ['en', 'I want to kill myself', ['You are not alone', 'tel:988', 'sms:988', 'tel:911']],
    ['es', 'disparos', ['Alguien está en peligro', 'Llame al 911']],
    ['ht', 'fil kouran atè', ['Fil kouran tonbe', 'Rele 911']],
    ['en', 'fuga de gas', ['Gas leak']],
  ])('in %s shows above the results what to do about "%s"', async (lang, typed, texts) => {
    const html = await (await app.request(`/report?lang=${lang}&q=${encodeURIComponent(typed)}`)).text()
    for (const text of texts) expect(advice(html)).toContain(text)
    expect(html.indexOf('emergency-watch')).toBeLessThan(html.indexOf('class="choices"'))
  })

  test.each(['fire hydrant', 'gas bill', 'kill weeds'])('shows nothing of the kind for "%s"', async typed => {
    expect(advice(await (await app.request(`/report?q=${encodeURIComponent(typed)}`)).text())).toBe('')
  })

  test('gives the script the words once, to be kept by the browser', async () => {
    const answer = await app.request('/emergency-words.json')
    expect(answer.headers.get('cache-control')).toContain('max-age')
    expect(await answer.json()).toContainEqual(expect.objectContaining({ id: 'gas-leak' }))
  })
})

describe('a report that sounds like an emergency', () => {
  test('is not filed before the page has said what to do and whom to call', async () => {
    const before = await countHere()
    const answer = await send(form)
    const html = await answer.text()
    expect(answer.status).toBe(200)
    expect(html).toContain('This may be an emergency. Call first.')
    for (const text of ['Gas leak', 'Fire', 'Power lines down', 'tel:911'])
      expect(advice(html)).toContain(text)
    expect(html).toContain('File it anyway')
    expect(await countHere()).toBe(before)
  })

  test('is filed anyway with all that was typed and its photos, once, urgent and for review', async () => {
    const body = new FormData()
    for (const [name, value] of Object.entries({ ...form, once: 'ONCE2' })) body.append(name, value)
    body.append('photos', new File([jpeg()], 'wires.jpg'))
    const page = await app.request('/report/pothole/send', { method: 'POST', body })
    const kept = [...hiddenFields(await page.text()), ['anyway', 'yes']] as [string, string][]
    const again = () =>
      app.request('/report/pothole/send', { method: 'POST', body: new URLSearchParams(kept) })
    const [first, second] = [await again(), await again()]
    expect([first.status, second.headers.get('location')]).toEqual([303, first.headers.get('location')])
    const path = first.headers.get('location') ?? ''
    const id = /cases\/([\w-]+)/.exec(path)?.[1] ?? ''
    expect(await marked(id)).toEqual({
      urgent: 1,
      triage: 1,
      reasons: '["emergency:fire","emergency:gas-leak","emergency:power-line"]',
      private: 0,
    })
    const [row] = await rows(
      sql`SELECT description, answers, (SELECT count(*) FROM media WHERE request = ${id}) AS photos,
        (SELECT shared FROM person WHERE person.id = request.person) AS shared FROM request WHERE id = ${id}`,
    )
    expect(row).toMatchObject({ description: SECRET, photos: 1, shared: 1 })
    expect(String(row?.answers)).toContain('driving')
    const filed = await (await app.request(path)).text()
    expect(advice(filed)).toContain('Gas leak')
    expect(filed).toContain('We have it and marked it urgent.')
  })

  test('can be changed instead, with all that was typed', async () => {
    const kept = Object.fromEntries(hiddenFields(await (await send({ ...form, once: 'ONCE3' })).text()))
    const html = await (await send({ ...kept, edit: 'yes' })).text()
    expect(html).toContain(`>${SECRET}</textarea>`)
    expect(html).toContain('value="ana@example.org"')
  })

  test('is told so in another language on the same page', async () => {
    const kept = Object.fromEntries(hiddenFields(await (await send({ ...form, once: 'ONCE4' })).text()))
    expect(await (await send({ ...kept, speak: 'es' }, 'es')).text()).toContain('Enviarlo de todos modos')
  })

  test('is shown to nobody else if it is about the reporter’s own life', async () => {
    const answer = await send({ ...form, once: 'ONCE5', description: 'I want to kill myself', anyway: 'yes' })
    const id = /cases\/([\w-]+)/.exec(answer.headers.get('location') ?? '')?.[1] ?? ''
    expect(await marked(id)).toMatchObject({ private: 1, urgent: 1 })
    await app.runJobs()
    const listed = await (await app.request('/api/v1/requests?limit=200')).text()
    expect(listed).not.toContain(id)
    expect(advice(await (await app.request(`/cases/${id}?thanks=1`)).text())).toContain('tel:988')
    expect(advice(await (await app.request(`/cases/${id}`)).text())).toBe('')
  })

  test('is seen in the address too, from the words for the place to the sending of it', async () => {
    const address = 'gas leak at 2230 Mill Road'
    const search = new URLSearchParams({ q: address })
    const where = await (await app.request(`/report/pothole?${search}`)).text()
    expect(where).toContain('<emergency-watch data-field="field-address"')
    expect(advice(where)).toContain('Gas leak')
    const query = new URLSearchParams({ address })
    expect(advice(await (await app.request(`/report/pothole/details?${query}`)).text())).toContain('Gas leak')
    const fields = { address, ...answers, once: 'ONCE7' }
    expect(advice(await (await send(fields)).text())).toContain('Gas leak')
    const filed = await send({ ...fields, anyway: 'yes' })
    const id = /cases\/([\w-]+)/.exec(filed.headers.get('location') ?? '')?.[1] ?? ''
    const [row] = await openTenant(
      app.platform,
      { kind: 'system', reason: 'test' },
      'ellery',
      app.region.caseNumber(id)?.jurisdiction?.slug ?? '',
    ).rows(sql`SELECT urgent, triage_reasons AS reasons FROM request WHERE id = ${id}`)
    expect(row).toEqual({ urgent: 1, reasons: '["emergency:gas-leak","unresolved"]' })
  })

  test('leaves none of its words in the log', async () => {
    await send({ ...form, once: 'ONCE6', anyway: 'yes' })
    expect(JSON.stringify(app.logged)).not.toMatch(/gas|wires|fire/)
  })
})

describe('programs', () => {
  test('GeoReport accepts it, marks it urgent, and says so first in service_notice', async () => {
    const [receipt] = await items(
      post(app, '/open311/v2/requests.json', {
        api_key: await app.key('hollis'),
        ...pothole,
        ...hollis,
        description: SECRET,
      }),
    )
    expect(receipt?.service_notice).toMatch(/^This may be an emergency\. Call first\. Call 911\./)
    expect(receipt?.service_notice).toContain('We marked this report urgent.')
    expect(await marked(String(receipt?.service_request_id))).toMatchObject({ urgent: 1, triage: 1 })
  })

  describe('an answer that points to danger', () => {
    const tree = { 'attribute[blocking]': 'wires', service_code: 'fallen-tree' }

    test.each([
      ['en', /^Is someone hurt or in danger right now\? Call 911 first\. /],
      ['es', /^¿Hay alguien herido o en peligro en este momento\? Llame primero al 911\. /],
    ])(
      'in %s begins service_notice with the emergency number, and is routed as before',
      async (lang, notice) => {
        const sent = { api_key: await app.key('hollis'), ...hollis, ...tree }
        const [receipt] = await items(post(app, `/open311/v2/requests.json?lang=${lang}`, sent))
        expect(receipt?.service_notice).toMatch(notice)
        expect(await marked(String(receipt?.service_request_id))).toMatchObject({
          urgent: 0,
          triage: 1,
          reasons: '["answer"]',
        })
        const calm = { ...sent, 'attribute[blocking]': 'sidewalk' }
        const [other] = await items(post(app, '/open311/v2/requests.json', calm))
        expect(other?.service_notice).not.toContain('911')
      },
    )

    test('is thanked for with the emergency number', async () => {
      const answer = await app.request('/report/fallen-tree/send', {
        method: 'POST',
        body: new URLSearchParams({ ...hollis, 'answers.blocking': 'wires', once: 'TREE1' }),
      })
      const path = answer.headers.get('location') ?? ''
      expect(path).toContain('thanks=1')
      const shown = await (await app.request(path)).text()
      expect(shown).toContain('Is someone hurt or in danger right now?')
      expect(shown).toContain('href="tel:911"')
    })

    test('is told so by the JSON API', async () => {
      const place = { lat: Number(hollis.lat), long: Number(hollis.long) }
      const answer = await app.request('/api/v1/requests', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ service_code: 'fallen-tree', ...place, answers: { blocking: 'wires' } }),
      })
      expect(await answer.json()).toMatchObject({
        urgent: false,
        emergency: { topics: [], notice: expect.stringContaining('Call 911') },
      })
    })
  })

  test.each([
    ['en', SECRET, /Call 911\..*Gas leak: Leave the building now/],
    ['es', 'fuga de gas', /Llame al 911\..*Fuga de gas: /],
    ['ht', 'gaz ap koule', /Rele 911\..*Gaz k ap chape: /],
  ])('the JSON API does the same in %s', async (lang, description, notice) => {
    const report = (more: object) =>
      app.request('/api/v1/requests', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'accept-language': lang },
        body: JSON.stringify({
          service_code: 'pothole',
          lat: Number(hollis.lat),
          long: Number(hollis.long),
          answers: { size: 'large', lane: 'driving' },
          description,
          ...more,
        }),
      })
    const tried = (await (await report({ dry_run: true })).json()) as Record<string, unknown>
    expect(tried).toMatchObject({ urgent: true, emergency: { notice: expect.stringMatching(notice) } })
    const filed = (await (await report({})).json()) as { id: string; urgent: boolean }
    expect(filed).toMatchObject({ urgent: true, emergency: { topics: expect.arrayContaining(['gas-leak']) } })
    expect(await marked(filed.id)).toMatchObject({ urgent: 1 })
    const calm = await (await report({ description: 'Deep.' })).json()
    expect(calm).toMatchObject({ urgent: false, emergency: null })
  })
})

describe('a region’s document', () => {
  const region = lakeRegion(
    lakeEdited(
      'region.yaml',
      'intake: lake-county',
      `emergencies:
  - id: gas-leak
    call: [emergency, { name: Lake Gas, phone: "+1 555 010 0155" }]
  - id: dam
    name: Dam break
    advice: Go to high ground.
    words: { en: [dam broke] }
intake: lake-county`,
    ),
  )

  test('replaces whom to call of a shipped topic, and keeps its words', () => {
    const topics = region.emergencies.topicsIn('fuga de gas')
    expect(emergencyNotice(region, 'en', topics)).toContain('Call 911. Call Lake Gas: (555) 010-0155.')
  })

  test('adds a topic of its own, recognized with a typing mistake', () => {
    expect(region.emergencies.topicsIn('the dam borke').map(({ id }) => id)).toEqual(['dam'])
  })
})
