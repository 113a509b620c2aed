import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type County, startCounty } from './support/county.ts'
import { type AtWork, signIn } from './support/staff.ts'

/* What the sender of an offer reads of an answer that is no. */

const home = 'ellery-county'
const city = 'port-ellery'

let county: County
let agent: AtWork
let supervisor: AtWork

beforeAll(async () => {
  county = await startCounty()
  agent = await signIn(county.app, home, 'agent')
  supervisor = await signIn(county.app, city, 'supervisor', { name: 'Rosa Lind' })
})
afterAll(() => county.close())

const get = (path: string, as: AtWork) => county.app.request(path, { headers: { cookie: as.cookie } })

async function send(path: string, as: AtWork, fields: Record<string, string>): Promise<Response> {
  const answer = await county.app.request(path, {
    method: 'POST',
    headers: { cookie: as.cookie, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams(fields),
  })
  await county.app.runJobs()
  return answer
}

/** The text of a page or a part of it, without markup. */
const plain = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
const words = async (path: string, as: AtWork) => plain(await (await get(path, as)).text())

/** The section of the transfers' page under this heading. */
async function section(name: string, as = agent): Promise<string> {
  const html = await (await get(`/work/${home}/handoffs`, as)).text()
  return plain(new RegExp(`<section aria-labelledby="${name}">.*?</section>`, 's').exec(html)?.[0] ?? '')
}

async function declined(kind: 'transfer' | 'share', more = {}) {
  const { id } = await county.report('pothole', '2230 Mill Road')
  const { body } = await county.offer(home, id, city, { kind })
  const answer = {
    'refuse.reason': 'not-our-asset',
    'refuse.text': 'The county owns it',
    'refuse.kind': kind,
    ...more,
  }
  const sent = await send(`/work/${city}/handoffs/${body.id}/refuse`, supervisor, answer)
  return { id, handoff: body.id, sent }
}

describe('a declined transfer', () => {
  test('is in the sender’s list: who declined, in which role, why, whom they suggest, what to do next', async () => {
    const { id, handoff } = await declined('transfer', { 'refuse.counter': 'hollis' })
    const list = await section('declined')
    expect(list).toContain('City of Port Ellery (Supervisor) declined the transfer')
    expect(list).toMatch(/Reason: \S/)
    expect(list).toContain('The county owns it')
    expect(list).toContain('Suggested agency: City of Hollis')
    expect(list).toContain(
      `You still have this request. Work on it, or transfer it to another agency. Open request ${id}`,
    )
    const page = await words(`/work/${home}/handoffs/${handoff}?side=sender`, agent)
    expect(page).toContain('City of Port Ellery (Supervisor) declined the transfer')
    expect(page).toContain(`Open request ${id}`)
    expect(page).not.toContain('Rosa Lind')
  })

  test('is credited in the timeline to the body and role, never to the platform', async () => {
    const { id } = await declined('transfer')
    const timeline = await words(`/work/${home}/requests/${id}`, agent)
    expect(timeline).toMatch(
      /City of Port Ellery \(Supervisor\) declined the transfer: .*? · City of Port Ellery The county owns it/,
    )
  })

  test('needs attention until somebody acts on the request', async () => {
    const { id } = await declined('transfer')
    const count = async () =>
      Number(/(\d+) declined or not answered/.exec(await words('/work', agent))?.[1] ?? 0)
    const before = await count()
    expect(before).toBeGreaterThan(0)
    county.app.advance(60_000)
    await county.change(home, id, 'acknowledged')
    expect(await count()).toBe(before - 1)
    expect(await section('declined')).not.toContain(id)
    expect(await section('answered')).toContain(id)
  })

  test('by a program is credited to the body', async () => {
    const { id } = await county.report('pothole', '2230 Mill Road')
    const { body } = await county.offer(home, id, city)
    await county.answer(city, body.id, 'refuse', { reason: 'not-our-asset', text: '' })
    expect(await words(`/work/${home}/handoffs/${body.id}?side=sender`, agent)).toContain(
      'City of Port Ellery declined the transfer',
    )
  })

  test('the second one is with the arbitrator, and still says who declined and why', async () => {
    const { id } = await declined('transfer')
    const { body } = await county.offer(home, id, 'hollis')
    await county.answer('hollis', body.id, 'refuse', { reason: 'outside-our-limits', text: 'Far away' })
    const pending = await section('pending')
    expect(pending).toContain('With the arbitrator')
    expect(pending).toContain('City of Hollis declined the transfer')
    expect(pending).toContain('Far away')
  })
})

describe('a declined share', () => {
  test('is worded as a share on both sides', async () => {
    const { id, handoff, sent } = await declined('share')
    const to = sent.headers.get('location') ?? ''
    expect(plain(await (await get(to, supervisor)).text())).toContain('Share declined.')
    const list = await section('declined')
    expect(list).toContain('City of Port Ellery (Supervisor) declined the share')
    expect(list).toContain('You still do this work alone.')
    const timeline = await words(`/work/${home}/requests/${id}`, agent)
    expect(timeline).toContain('Share offered to City of Port Ellery')
    expect(timeline).toContain('declined the share')
    expect(timeline).not.toMatch(/Transfer (sent|declined)|declined the transfer/)
    for (const [body, side, as] of [
      [home, 'sender', agent],
      [city, 'receiver', supervisor],
    ] as const) {
      const page = await words(`/work/${body}/handoffs/${handoff}?side=${side}`, as)
      expect(page).toContain('Reason for the share')
      expect(page).not.toMatch(/Reason for the transfer|declined the transfer/)
    }
  })

  test('so is one that is offered or canceled', async () => {
    const { id } = await county.report('pothole', '2230 Mill Road')
    const { version } = await county.whole(home, id)
    const sent = await send(`/work/${home}/requests/${id}/offer`, agent, {
      version: String(version),
      'offer.receiver': city,
      'offer.kind': 'share',
      'offer.reason': 'not-our-asset',
    })
    expect(await words(sent.headers.get('location') ?? '', agent)).toContain('Share sent.')
    // Offered in the same instant as others: the newest may be one of those.
    const handoff = (await county.whole(home, id)).handoffs[0]?.id
    const withdrawn = await send(`/work/${home}/handoffs/${handoff}/withdraw`, agent, {
      'withdraw.kind': 'share',
    })
    expect(await words(withdrawn.headers.get('location') ?? '', agent)).toContain('Share canceled.')
    expect(await words(`/work/${home}/requests/${id}`, agent)).toContain('Share canceled')
  })
})

describe('routing corrections', () => {
  test('lead on to the requests, and say what may be done', async () => {
    const path = `/work/${city}/corrections`
    expect(await words(path, supervisor)).toContain('it is listed here')
    const ids: string[] = []
    for (let count = 0; count < 2; count++) {
      const { id } = await county.report('pothole', '350 Main Street, Port Ellery')
      const { body } = await county.offer(city, id, 'hollis')
      await county.answer('hollis', body.id, 'refuse', { reason: 'not-our-asset', text: '', counter: home })
      ids.push(id)
    }
    const html = await (await get(path, supervisor)).text()
    for (const id of ids) expect(html).toContain(`href="/work/${city}/requests/${id}#actions"`)
    expect(plain(html)).toMatch(
      /What you can do: .* Declined 2 times by City of Hollis Suggested agency: Ellery County/,
    )
    const auditor = await signIn(county.app, city, 'auditor')
    expect(await words(`/work/${city}/audit?request=${ids[0]}&kind=saw`, auditor)).toContain(
      'Viewed transfer',
    )
  })
})

describe('a duplicate of one’s own', () => {
  const two = async () => {
    const { id: first } = await county.report('pothole', '2230 Mill Road')
    county.app.advance(60_000)
    const { id: second } = await county.report('pothole', '2230 Mill Road')
    return { first, second }
  }
  const statusOf = async (id: string) => (await county.whole(home, id)).status

  test('is asked about first, with the one that stays open; then it is linked, and can be undone at once', async () => {
    const { first, second } = await two()
    const path = `/work/${home}/requests/${second}`
    const asked = await send(`${path}/duplicates`, agent, { 'duplicates.of': first.toLowerCase() })
    const confirm = asked.headers.get('location') ?? ''
    expect(confirm).toBe(`${path}/duplicate?of=${first}`)
    expect([await statusOf(first), await statusOf(second)]).toEqual(['submitted', 'submitted'])
    const html = await (await get(confirm, agent)).text()
    expect(plain(html)).toMatch(
      new RegExp(`Stays open Pothole ${first} .* Closes as a duplicate Pothole ${second}`),
    )
    const stays = /name="duplicates.stays" value="([^"]+)"/.exec(html)?.[1] ?? ''
    expect(stays).toBe(first)
    const linked = await send(`${path}/duplicates`, agent, {
      'duplicates.of': first,
      'duplicates.stays': stays,
    })
    expect(linked.headers.get('location')).toBe(`${path}?done=duplicate-confirmed`)
    expect([await statusOf(first), await statusOf(second)]).toEqual(['submitted', 'closed'])
    const done = await (await get(`${path}?done=duplicate-confirmed`, agent)).text()
    expect(plain(done)).toContain('Marked as a duplicate. You can undo this.')
    expect(done).toContain('>Undo<')
    await send(`${path}/unlink`, agent, { 'unlink.of': first })
    expect(await statusOf(second)).toBe('submitted')
  })

  test('asks again when another would stay open than the one shown', async () => {
    const { first, second } = await two()
    const path = `/work/${home}/requests/${second}`
    const sent = await send(`${path}/duplicates`, agent, {
      'duplicates.of': first,
      'duplicates.stays': second,
    })
    expect(sent.headers.get('location')).toBe(`${path}/duplicate?of=${first}`)
    expect(await statusOf(second)).toBe('submitted')
  })

  test('one of another agency is still for that agency to decide', async () => {
    const { first, second } = await two()
    const { body } = await county.offer(home, first, city)
    await county.answer(city, body.id, 'accept', { text: '' })
    const path = `/work/${home}/requests/${second}`
    expect((await get(`${path}/duplicate?of=${first}`, agent)).headers.get('location')).toBe(path)
    const sent = await send(`${path}/duplicates`, agent, { 'duplicates.of': first })
    expect(sent.headers.get('location')).toBe(`${path}?done=duplicate-proposed`)
  })
})

test('an offer that nobody answered in time says so', async () => {
  const { id } = await county.report('pothole', '2230 Mill Road')
  await county.offer(home, id, city)
  county.app.advance(30 * 24 * 3_600_000)
  await county.app.runJobs()
  const list = await section('declined', await signIn(county.app, home, 'agent'))
  expect(list).toContain('City of Port Ellery did not answer in time')
  expect(list).toContain(`Open request ${id}`)
})
