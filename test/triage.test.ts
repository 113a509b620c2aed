import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bundledDocuments } from './support/app.ts'
import { type County, startCounty, type Whole } from './support/county.ts'
import { type Mailbox, startMailbox } from './support/mailbox.ts'
import { type AtWork, signIn } from './support/staff.ts'

const home = 'ellery-county'
const MINUTE = 60_000

let mailbox: Mailbox
let county: County
let agent: AtWork
beforeAll(async () => {
  mailbox = await startMailbox()
  const documents = await bundledDocuments()
  const escalating = { ...documents.region, triage: { within: '2 hours', escalateTo: 'port-ellery' } }
  county = await startCounty({
    mail: mailbox.settings,
    documents: { ...documents, region: escalating },
  })
  agent = await signIn(county.app, home, 'agent')
})
afterAll(async () => {
  await county.close()
  await mailbox.close()
})
beforeEach(() => void mailbox.emails.splice(0))

type Triaged = Whole & {
  urgent: boolean
  triage_reasons: string[]
  triage_since: string | null
  timeline: { type: string }[]
}
const whole = (id: string) => county.whole(home, id) as Promise<Triaged>
const report = async (description: string, answers: object = {}) =>
  (
    await county.report('pothole', '2230 Mill Road', {
      description,
      answers: { size: 'large', lane: 'driving', ...answers },
    })
  ).id
const review = async (id: string, input: object) =>
  county.post(`/api/v1/work/requests/${id}/review`, { version: (await whole(id)).version, ...input }, home)
const page = async (path: string) =>
  (await (await county.app.request(path, { headers: { cookie: agent.cookie } })).text()).replace(
    /<[^>]*>/g,
    ' ',
  )
const send = (path: string, fields: Record<string, string>) =>
  county.app.request(path, {
    method: 'POST',
    headers: { cookie: agent.cookie, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams(fields),
  })
const listed = async (query: string) =>
  [...(await page(`/work?jurisdiction=${home}${query}`)).matchAll(/EC-[2-9A-Z]{5}-[2-9A-Z]{5}/g)].map(String)

describe('why a request needs review', () => {
  test('is shown on its page and in the list: its words, and whose it may be', async () => {
    const id = await report('A tree fell on the wires.')
    expect(await whole(id)).toMatchObject({
      triage: true,
      urgent: true,
      triage_reasons: ['emergency:power-line'],
    })
    expect(await page(`/work/${home}/requests/${id}`)).toContain('It may be an emergency: Power lines down.')
    expect(await page(`/work?jurisdiction=${home}`)).toContain('It may be an emergency: Power lines down.')
  })

  test('what cannot be placed says so, and a corrected location ends only that', async () => {
    const { id } = (
      await county.post(
        '/api/v1/requests',
        {
          service_code: 'pothole',
          address: 'by the river',
          description: 'Gas leak too',
          answers: { size: 'large', lane: 'driving' },
        },
        home,
      )
    ).body
    expect((await whole(id)).triage_reasons).toEqual(['emergency:gas-leak', 'unresolved'])
    const { version } = await whole(id)
    await county.post(`/api/v1/work/requests/${id}/location`, { ...mill(), version }, home)
    expect(await whole(id)).toMatchObject({ triage: true, triage_reasons: ['emergency:gas-leak'] })
  })

  test('crosses with a transfer', async () => {
    const id = await report('gas leak')
    await county.offer(home, id, 'port-ellery')
    const { id: handoff } = await county.newest('port-ellery', 'receiver')
    await county.answer('port-ellery', handoff, 'accept')
    expect(await county.own('port-ellery', id)).toMatchObject({
      urgent: true,
      triage: true,
      triage_reasons: ['emergency:gas-leak'],
    })
  })
})

describe('the list', () => {
  test('begins with what is urgent and unreviewed, then urgent, then to review, then the newest; page by page', async () => {
    const wires = await report('wires down')
    const reviewed = await report('fire')
    await review(reviewed, { urgent: true })
    const raised = await report('deep')
    await review(raised, { urgent: false, review: true })
    county.app.advance(MINUTE)
    const newest = await report('also deep')
    const order = (await listed('')).filter(id => [wires, reviewed, raised, newest].includes(id))
    expect([...new Set(order)]).toEqual([wires, reviewed, raised, newest])
    expect((await listed('&order=newest'))[0]).toBe(newest)
    for (let count = 0; count < 60; count++) await report(`hole ${count}`)
    const [first, after] = await Promise.all([
      listed(''),
      county.app
        .request(`/work?jurisdiction=${home}`, { headers: { cookie: agent.cookie } })
        .then(answer => answer.text())
        .then(html => /after=([\w.-]+)/.exec(html)?.[1] ?? ''),
    ])
    const second = await listed(`&after=${after}`)
    expect(first).toContain(wires)
    expect(second.length).toBeGreaterThan(10)
    expect(second.filter(id => first.includes(id))).toEqual([])
  })

  test('has what waits for review because of a dangerous answer among the urgent, until it is reviewed', async () => {
    const tree = async (blocking: string) =>
      (await county.report('fallen-tree', '2230 Mill Road', { answers: { blocking } })).id
    const [wires, sidewalk] = [await tree('wires'), await tree('sidewalk')]
    expect(await whole(wires)).toMatchObject({ urgent: false, triage: true, triage_reasons: ['answer'] })
    county.app.advance(MINUTE)
    const reviewed = await report('fire')
    await review(reviewed, { urgent: true })
    const raised = await report('deep')
    await review(raised, { urgent: false, review: true })
    const own = [wires, sidewalk, reviewed, raised]
    const order = async () => [...new Set((await listed('')).filter(id => own.includes(id)))]
    // Pages end after 50; the calm one is further on.
    expect((await order()).filter(id => id !== sidewalk)).toEqual([wires, reviewed, raised])
    await review(wires, { urgent: false })
    expect((await order()).filter(id => id !== sidewalk && id !== wires)).toEqual([reviewed, raised])
    expect((await order())[0]).toBe(reviewed)
  })
})

describe('a review', () => {
  test('by a form clears it, keeps who did and what they found, and is done once', async () => {
    const id = await report('fire')
    const { version } = await whole(id)
    const fields = {
      version: String(version),
      once: 'REVIEW1',
      'review.as': 'not-urgent',
      'review.text': 'A barbecue',
    }
    const path = `/work/${home}/requests/${id}/review`
    const [first, second] = [await send(path, fields), await send(path, fields)]
    expect([first.status, second.status]).toEqual([303, 303])
    expect(await whole(id)).toMatchObject({
      triage: false,
      urgent: false,
      triage_reasons: [],
      triage_since: null,
      version: version + 1,
    })
    const shown = await page(`/work/${home}/requests/${id}`)
    expect(shown).toContain('Reviewed: not urgent')
    expect(shown).toContain('A barbecue')
    expect(JSON.stringify(await county.seen(id))).not.toContain('barbecue')
  })

  test('raises what was calm, earlier due, never later', async () => {
    const id = await report('deep')
    const before = (await whole(id)).expected_at ?? ''
    await review(id, { urgent: true })
    const after = await whole(id)
    expect(after).toMatchObject({ urgent: true, triage: false })
    expect((after.expected_at ?? '') <= before).toBe(true)
  })

  test('can ask somebody else to look; work that begins or ends is a review too', async () => {
    const id = await report('deep')
    await send(`/work/${home}/requests/${id}/review`, {
      version: String((await whole(id)).version),
      'review.as': 'later',
    })
    expect(await whole(id)).toMatchObject({ triage: true, urgent: false, triage_reasons: ['staff'] })
    await county.change(home, id, 'in_progress')
    expect(await whole(id)).toMatchObject({ triage: false, triage_reasons: [] })
  })

  test('of two at the same time one is refused, and so is nonsense', async () => {
    const id = await report('fire')
    const { version } = await whole(id)
    const answers = await Promise.all([
      review(id, { urgent: true, version }),
      review(id, { urgent: false, version }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect((await review(id, { urgent: 'very' })).status).toBe(400)
    const nothing = await send(`/work/${home}/requests/${id}/review`, { version: '1', 'review.as': '' })
    expect(nothing.status).toBe(400)
  })
})

describe('what nobody reviews', () => {
  test('is escalated by the region’s rule: first to the jurisdiction, then to the next, then no more', async () => {
    const id = await report('wires down')
    const calm = await report('deep')
    await review(calm, { urgent: false, review: true })
    const about = (to: string, number: string) =>
      mailbox.emailsTo(to).filter(({ text }) => text.includes(`/work/${home}/requests/${number}`)).length
    const own = 'contactcenter@ellerycounty.example'
    const next = 'cityhall@portellery.example'
    const pass = async (minutes: number) => {
      county.app.advance(minutes * MINUTE)
      await county.app.runJobs()
    }
    await pass(14)
    expect([about(own, id), about(next, id)]).toEqual([0, 0])
    await pass(2)
    expect([about(own, id), about(next, id), about(own, calm)]).toEqual([1, 0, 0])
    expect(await page(`/work/${home}/requests/${id}`)).toContain('Not reviewed in time')
    await pass(15)
    expect([about(own, id), about(next, id)]).toEqual([1, 1])
    await pass(100)
    expect([about(own, id), about(next, id), about(own, calm)]).toEqual([1, 1, 1])
    expect(mailbox.emails.map(({ text }) => text).join()).not.toMatch(/wires|deep/)
  })

  test('is left alone once it is reviewed', async () => {
    const id = await report('fire')
    await review(id, { urgent: true })
    county.app.advance(24 * 60 * MINUTE)
    await county.app.runJobs()
    expect(mailbox.emails.filter(({ text }) => text.includes(id))).toEqual([])
    expect((await whole(id)).timeline.map(({ type }) => type)).not.toContain('triage-escalated')
  })
})

function mill() {
  const [found] = county.app.region.searchPlaces('2230 Mill Road', 1)
  return { lat: found?.lat ?? 0, long: found?.long ?? 0 }
}
