import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { bundled, bundledDocuments } from './support/app.ts'
import { type County, startCounty } from './support/county.ts'
import { startMailbox } from './support/mailbox.ts'
import { jpeg } from './support/photos.ts'
import { codeIn, ResidentBrowser } from './support/resident.ts'

const DAY = 24 * 3_600_000
const HOUR = 3_600_000
const MILL = '2230 Mill Road, Port Ellery'

let county: County
let mailbox: Awaited<ReturnType<typeof startMailbox>>
beforeAll(async () => {
  mailbox = await startMailbox()
  county = await startCounty({ mail: mailbox.settings })
})
afterAll(async () => {
  await county.close()
  await mailbox.close()
})

const page = async (path: string) => (await county.app.request(path)).text()

function say(id: string, fields: Readonly<Record<string, string | Blob>> = { words: 'The hole is back.' }) {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  return county.app.request(`/cases/${id}/reopen`, { method: 'POST', body })
}

/** A pothole in the county's own road, closed. */
async function closed(service = 'pothole', more: object = {}): Promise<string> {
  const { id, jurisdiction } = await county.report(service, MILL, more)
  county.app.advance(HOUR)
  const { status } = await county.change(jurisdiction, id, 'closed', { reason: 'completed' })
  expect(status).toBe(200)
  county.app.advance(HOUR)
  return id
}

/** The same, transferred to Hollis and closed there. */
async function closedElsewhere(): Promise<string> {
  const { id } = await county.report('pothole', MILL)
  await county.offer('ellery-county', id, 'hollis')
  const { id: handoff } = await county.newest('hollis', 'receiver')
  await county.answer('hollis', handoff, 'accept')
  county.app.advance(HOUR)
  const { id: share } = await county.own('hollis', id)
  await county.change('hollis', share, 'closed', { reason: 'completed' })
  county.app.advance(HOUR)
  return id
}

const photo = () => new Blob([jpeg()], { type: 'image/jpeg' })

describe('a closed report', () => {
  test('is reopened by one tap with a word, and the word is on its timeline', async () => {
    const id = await closed()
    const shown = await page(`/cases/${id}`)
    expect(shown).toContain('Is the problem still there?')
    expect(shown).toContain(`action="/cases/${id}/reopen"`)
    const answer = await say(id)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/cases/${id}?done=reopened`])
    await county.app.runJobs()
    const after = await page(`/cases/${id}?done=reopened`)
    expect(after).toContain('The report is open again')
    expect(after).toContain('Reopened. A resident says it is not fixed.')
    expect(after).toContain('The hole is back.')
    expect(after).not.toContain('Is the problem still there?')
    expect(await county.seen(id)).toMatchObject({ status: 'submitted' })
    const whole = await county.whole('ellery-county', id)
    expect(whole).toMatchObject({ status: 'submitted', triage: true })
    expect(Date.parse(whole.expected_at ?? '')).toBeGreaterThan(county.app.platform.clock.now())
  })

  test('is reopened with a photo alone, which its page then shows', async () => {
    const id = await closed()
    expect((await say(id, { words: '', photos: photo() })).status).toBe(303)
    expect(await page(`/cases/${id}`)).toContain('/media/ellery-county/')
    expect(await county.seen(id)).toMatchObject({ status: 'submitted' })
  })

  test('needs a word or a photo, and keeps the photo if the words are too long', async () => {
    const id = await closed()
    const empty = await say(id, { words: ' ' })
    expect(empty.status).toBe(400)
    expect(await empty.text()).toContain('Write a few words, or add a photo.')
    const long = await say(id, { words: 'x'.repeat(2001), photos: photo() })
    const html = await long.text()
    expect(long.status).toBe(400)
    expect(html).toContain('2,000 characters')
    const [, kept = ''] = /name="media" value="([^"]+)"/.exec(html) ?? []
    expect((await say(id, { words: 'Better', media: kept })).status).toBe(303)
    expect(await page(`/cases/${id}`)).toContain(kept)
  })

  test('is reopened once for each closing, however often it is sent', async () => {
    const id = await closed()
    const once = 'ABCDEFGH'
    const answers = await Promise.all([1, 2, 3].map(() => say(id, { words: 'Back', once })))
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303])
    await Promise.all([say(id, { words: 'Others too' }), say(id, { words: 'Me too' })])
    const told = async () =>
      (await county.whole('ellery-county', id)).timeline.filter(({ type }) => type === 'not-fixed')
    expect(await told()).toHaveLength(1)
    county.app.advance(HOUR)
    await county.change('ellery-county', id, 'closed', { reason: 'completed' })
    county.app.advance(HOUR)
    await say(id, { words: 'And back again' })
    expect(await told()).toHaveLength(2)
  })

  test('goes to whoever holds it now, with the words and the photo', async () => {
    const id = await closedElsewhere()
    expect((await say(id, { words: 'Still a hole', photos: photo() })).status).toBe(303)
    expect(await page(`/cases/${id}`)).toContain('We told City of Hollis that this is not fixed.')
    await say(id, { words: 'Sent twice' })
    await county.app.runJobs()
    const share = await county.own('hollis', id)
    expect(share).toMatchObject({ status: 'submitted', triage: true, custody: 'held' })
    expect(share.timeline.filter(({ type }) => type === 'not-fixed')).toMatchObject([
      { text: 'Still a hole', public: true },
    ])
    expect(share).toMatchObject({ photos: [expect.stringContaining('/media/hollis/')] })
    const after = await page(`/cases/${id}`)
    expect(after).toContain('Still a hole')
    expect(after).not.toContain('We told City of Hollis')
    expect(await county.seen(id)).toMatchObject({ status: 'submitted' })
    expect(await county.whole('ellery-county', id)).toMatchObject({ custody: 'passed' })
  })

  test('reaches a holder that took it over from another meanwhile', async () => {
    const id = await closedElsewhere()
    const share = await county.own('hollis', id)
    // Hollis reopens it and passes it on before the origin's message is delivered.
    await say(id, { words: 'Still a hole' })
    const db = openTenant(county.app.platform, { kind: 'system', reason: 'test' }, bundled, 'ellery-county')
    await db.commit([
      sql`UPDATE message SET due_at = ${county.app.platform.clock.now() + DAY} WHERE kind = 'reopen'`,
    ])
    await county.change('hollis', share.id, 'acknowledged', { text: 'Our own check' })
    await county.offer('hollis', share.id, 'port-ellery')
    await county.answer('port-ellery', (await county.newest('port-ellery', 'receiver')).id, 'accept')
    county.app.advance(2 * DAY)
    await county.app.runJobs()
    const held = await county.own('port-ellery', id)
    expect(held).toMatchObject({ status: 'acknowledged', custody: 'held' })
    expect(held.timeline.filter(({ type }) => type === 'not-fixed')).toMatchObject([{ text: 'Still a hole' }])
    expect(await page(`/cases/${id}`)).toContain('A resident says it is not fixed')
  })

  test('after the period a follow-up is filed that names it, at the same place', async () => {
    const id = await closed()
    county.app.advance(31 * DAY)
    const shown = await page(`/cases/${id}`)
    expect(shown).not.toContain(`/cases/${id}/reopen`)
    const [, link = ''] = /href="([^"]*\/report\/pothole\/details\?[^"]*)"/.exec(shown) ?? []
    const form = await page(link.replaceAll('&amp;', '&'))
    expect(form).toContain(`This is still a problem after report ${id}.`)
    expect(form).toContain('name="lat"')
    expect((await say(id)).status).toBe(303)
    expect(await county.seen(id)).toMatchObject({ status: 'closed' })
  })

  test('has the period that its service gives', async () => {
    const documents = await bundledDocuments()
    const within =
      (code: string, reopenWithin: '90 days' | 'never') => (service: (typeof documents.services)[0]) =>
        service.code === code ? { ...service, reopenWithin } : service
    const services = documents.services.map(within('pothole', '90 days')).map(within('graffiti', 'never'))
    const own = await startCounty({ documents: { ...documents, services } })
    const before = county
    county = own
    try {
      const pothole = await closed()
      const graffiti = await closed('graffiti')
      expect(await page(`/cases/${graffiti}`)).toContain('Report it again')
      county.app.advance(80 * DAY)
      expect(await page(`/cases/${pothole}`)).toContain(`/cases/${pothole}/reopen`)
    } finally {
      county = before
      await own.close()
    }
  })

  test('is not reopened as a duplicate, nor while it is open', async () => {
    const { id } = await county.report('pothole', MILL)
    expect(await page(`/cases/${id}`)).not.toContain('/reopen')
    expect((await say(id)).headers.get('location')).toBe(`/cases/${id}?done=reopened`)
    expect((await county.whole('ellery-county', id)).timeline.map(({ type }) => type)).not.toContain(
      'not-fixed',
    )
  })

  test('that is private is reopened only by whoever reported it, signed in', async () => {
    const resident = new ResidentBrowser((path, init) => county.app.request(path, init))
    const code = async () => {
      await county.app.runJobs()
      return codeIn(mailbox.emailsTo('ada@example.org').at(-1)?.text)
    }
    await resident.signIn('ada@example.org', code)
    const place = county.app.region.searchPlaces(MILL, 1)[0]
    const answer = await resident.post('/report/housing/send', {
      lat: String(place?.lat),
      long: String(place?.long),
      'answers.trouble': 'heat',
    })
    const id = /cases\/([\w-]+)/.exec(answer.headers.get('location') ?? '')?.[1] ?? ''
    await county.app.runJobs()
    const keeper = county.app.region.caseNumber(id)?.jurisdiction?.slug ?? ''
    county.app.advance(HOUR)
    await county.change(keeper, id, 'closed', { reason: 'completed' })
    county.app.advance(HOUR)
    expect(await page(`/cases/${id}`)).not.toContain('/reopen')
    expect((await say(id)).status).toBe(404)
    expect(await resident.text(`/cases/${id}`)).toContain(`/cases/${id}/reopen`)
    expect((await resident.post(`/cases/${id}/reopen`, { words: 'Still cold' })).status).toBe(303)
    expect(await county.whole(keeper, id)).toMatchObject({ status: 'submitted' })
  })

  test('nearby is not offered as one that need not be reported again', async () => {
    const { id } = await county.report('graffiti', 'Hollis Common')
    await county.change('hollis', id, 'closed', { reason: 'completed' })
    const { lat, long } = county.app.region.searchPlaces('Hollis Common', 1)[0] ?? {}
    const form = await page(`/report/graffiti/details?lat=${lat}&long=${long}&accuracy=0`)
    expect(form).toContain(`/cases/${id}`)
    expect(form).not.toContain('You do not need to report it again')
    expect(form).toContain('tell us that it is not fixed')
    const listed = await (
      await county.app.request(`/api/v1/nearby?service_code=graffiti&lat=${lat}&long=${long}`)
    ).json()
    expect(listed).toMatchObject({ requests: [{ id, status: 'closed' }] })
  })
})

describe('a reopening that sounds like an emergency', () => {
  const hidden = (html: string) =>
    Object.fromEntries(
      [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    )

  test('is watched for while it is typed, as a report is', async () => {
    expect(await page(`/cases/${await closed()}`)).toContain('<emergency-watch data-field="reopen-form"')
  })

  test.each([
    ['en', 'still there, gas leak', 'Call 911'],
    ['es', 'sigue igual, fuga de gas', 'Llame al 911'],
    ['ht', 'gaz ap koule toujou', 'Rele 911'],
  ])('in %s is not accepted before the page has said whom to call: "%s"', async (lang, words, call) => {
    const id = await closed()
    const body = new URLSearchParams({ words })
    const answer = await county.app.request(`/cases/${id}/reopen?lang=${lang}`, { method: 'POST', body })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain(call)
    expect(await county.seen(id)).toMatchObject({ status: 'closed' })
  })

  test('is accepted anyway with all that was typed: urgent, and for review with its topic', async () => {
    const id = await closed()
    const calm = await county.whole('ellery-county', id)
    expect(calm).toMatchObject({ urgent: false })
    const first = await (
      await say(id, { words: 'still there,\ngas leak', photos: photo(), once: 'GAS1' })
    ).text()
    expect(first).toContain('This may be an emergency. Call first.')
    const kept = hidden(first)
    const edited = await (await say(id, { ...kept, edit: 'yes' })).text()
    expect(edited).toMatch(/>still there,\ngas leak<\/textarea>/)
    expect(edited).toContain(`name="media" value="${kept.media}"`)
    expect((await say(id, { ...kept, anyway: 'yes' })).status).toBe(303)
    const whole = await county.whole('ellery-county', id)
    expect(whole).toMatchObject({
      status: 'submitted',
      urgent: true,
      triage: true,
      triage_reasons: ['emergency:gas-leak', 'not-fixed'],
    })
    expect(Date.parse(whole.expected_at ?? '')).toBeGreaterThan(county.app.platform.clock.now())
    const shown = await page(`/cases/${id}?done=reopened`)
    expect(shown).toContain(String(kept.media))
    expect(shown).toContain('Leave the building now.')
    expect(shown).toContain('gas leak</p>')
  })

  test('about the writer’s own life is read by staff, and by nobody else', async () => {
    const id = await closed()
    const words = 'Nobody helps. I want to kill myself'
    expect(await (await say(id, { words })).text()).toContain('tel:988')
    await say(id, { words, anyway: 'yes' })
    await county.app.runJobs()
    const [thanks, others] = [await page(`/cases/${id}?done=reopened`), await page(`/cases/${id}`)]
    expect(thanks).toContain('tel:988')
    expect(others).toContain('Reopened. A resident says it is not fixed.')
    for (const shown of [thanks, others, JSON.stringify(await county.seen(id))])
      expect(shown).not.toMatch(/kill myself|Nobody helps/)
    expect(others).not.toContain('tel:988')
    const whole = await county.whole('ellery-county', id)
    expect(whole).toMatchObject({ urgent: true, triage_reasons: ['emergency:self-harm', 'not-fixed'] })
    expect(whole.timeline).toContainEqual(expect.objectContaining({ text: words, public: false }))
  })

  test('of a case that another jurisdiction holds is urgent there, its private words too', async () => {
    const id = await closedElsewhere()
    await say(id, { words: 'I want to kill myself', anyway: 'yes' })
    await county.app.runJobs()
    expect(await county.own('hollis', id)).toMatchObject({
      urgent: true,
      triage_reasons: ['emergency:self-harm', 'not-fixed'],
    })
    expect(await page(`/cases/${id}`)).not.toContain('kill myself')
  })

  test.each(['held here', 'held by another jurisdiction'])(
    'with a photo, %s: it is for staff only',
    async where => {
      const [id, holder] =
        where === 'held here' ? [await closed(), 'ellery-county'] : [await closedElsewhere(), 'hollis']
      await say(id, { words: 'I want to kill myself', anyway: 'yes', photos: photo() })
      await county.app.runJobs()
      const held = await county.own(holder, id)
      expect(held).toMatchObject({ photos: [expect.stringContaining(`/media/${holder}/`)] })
      const [shown = ''] = (held as unknown as { photos: string[] }).photos
      expect((await county.app.request(shown)).status).toBe(404)
      expect(await page(`/cases/${id}`)).not.toContain('/media/')
      expect(JSON.stringify(await county.seen(id))).not.toContain('/media/')
      const answer = await county.app.request(
        `/open311/v2/requests/${id}.json?jurisdiction_id=ellery-county&extensions=true`,
      )
      expect(await answer.text()).not.toContain('/media/')
    },
  )

  test('as a follow-up after the period is checked as every report is', async () => {
    const id = await closed()
    county.app.advance(31 * DAY)
    const [, link = ''] =
      /href="[^"]*\/report\/pothole\/details\?([^"]*)"/.exec(await page(`/cases/${id}`)) ?? []
    const fields = new URLSearchParams(link.replaceAll('&amp;', '&'))
    fields.append('answers.size', 'large')
    fields.append('answers.lane', 'driving')
    fields.set('description', `${fields.get('description')} gas leak`)
    const answer = await county.app.request('/report/pothole/send', { method: 'POST', body: fields })
    expect(await answer.text()).toContain('This may be an emergency. Call first.')
  })
})
