import { afterEach, describe, expect, test } from 'vitest'
import { bundledDocuments } from './support/app.ts'
import { type County, type Handoff, startCounty } from './support/county.ts'

/* Custody scenarios between two jurisdictions that must agree: a split case, a dispute, what may be disclosed. */

let county: County
const start = async (options?: Parameters<typeof startCounty>[0]) => {
  county = await startCounty(options)
  return county
}
afterEach(() => county.close())

const MAIN_STREET = '350 Main Street, Port Ellery'

async function listed(base = ''): Promise<string[]> {
  const found = await county.get<{ service_request_id: string }[]>(`${base}/open311/v2/requests.json`)
  return found.map(({ service_request_id }) => service_request_id)
}
const page = async (id: string) => (await county.app.request(`/cases/${id}`)).text()
const held = async (...bodies: [string, string][]) =>
  Promise.all(bodies.map(async ([slug, id]) => (await county.whole(slug, id)).custody))

describe('S10 one incident, two jurisdictions', () => {
  /** A city park's tree blocks a county road: the city asks the county to work on its part. */
  async function split(more: object = {}) {
    await start()
    const { id } = await county.report('fallen-tree', MAIN_STREET, more)
    const input = { kind: 'share', reason: 'needs-several', text: 'The crown lies on your road.' }
    await county.offer('port-ellery', id, 'ellery-county', input)
    const offer = await county.newest('ellery-county', 'receiver')
    await county.answer('ellery-county', offer.id, 'accept')
    const { id: share } = await county.own('ellery-county', id)
    return { id, share }
  }

  test('one case, two requests: each with its own number, status and time', async () => {
    const { id, share } = await split()
    expect(share).not.toBe(id)
    await county.change('ellery-county', share, 'in_progress')
    expect(await held(['port-ellery', id], ['ellery-county', share])).toEqual(['held', 'held'])
    expect((await county.seen(id)).shares).toMatchObject([
      { jurisdiction: 'port-ellery', agency: 'City of Port Ellery', status: 'submitted' },
      { jurisdiction: 'ellery-county', agency: 'Ellery County', status: 'in_progress' },
    ])
    expect((await county.whole('port-ellery', id)).status).toBe('submitted')
    expect((await county.seen(id)).status).toBe('in_progress')
  })

  test('closing one does not close the case; closing both does', async () => {
    const { id, share } = await split()
    await county.change('port-ellery', id, 'closed', { reason: 'completed', text: 'The trunk is gone.' })
    expect((await county.seen(id)).status).not.toBe('closed')
    expect((await county.get<{ status: string }[]>(`/open311/v2/requests/${id}.json`))[0]?.status).toBe(
      'open',
    )
    await county.change('ellery-county', share, 'closed', { reason: 'no-action' })
    expect(await county.seen(id)).toMatchObject({ status: 'closed' })
    expect(await page(id)).toContain('The work is done.')
  })

  test('neither may alter the other’s', async () => {
    const { id, share } = await split()
    const close = { to: 'closed', reason: 'completed', version: 1 }
    expect((await county.post(`/api/v1/work/requests/${share}/status`, close, 'port-ellery')).status).toBe(
      404,
    )
    expect((await county.post(`/api/v1/work/requests/${id}/status`, close, 'ellery-county')).status).toBe(404)
  })

  test('the public timeline joins both, with who did what; private notes stay', async () => {
    const { id, share } = await split()
    const note = (as: string, of: string, text: string, isPublic: boolean) =>
      county.post(`/api/v1/work/requests/${of}/notes`, { text, public: isPublic }, as)
    await note('ellery-county', share, 'The road is shut until noon.', true)
    await note('ellery-county', share, 'Ask Dana for the big saw.', false)
    await note('port-ellery', id, 'The stump stays.', true)
    const { timeline } = await county.seen(id)
    expect(timeline.map(({ type, jurisdiction, text }) => [type, jurisdiction, text ?? ''])).toEqual([
      ['submitted', 'port-ellery', ''],
      ['received', 'ellery-county', ''],
      ['note', 'ellery-county', 'The road is shut until noon.'],
      ['note', 'port-ellery', 'The stump stays.'],
    ])
    expect(await county.dump('port-ellery')).not.toContain('big saw')
    const shown = await page(id)
    expect(shown).toContain('Ellery County is also working on it')
    expect(shown).toContain('More than one agency is needed')
  })

  test('counted once as a case, twice as requests', async () => {
    const { id, share } = await split()
    expect(await listed()).toEqual([id])
    expect([...(await listed('/j/port-ellery')), ...(await listed('/j/ellery-county'))]).toEqual([id, share])
  })

  test('whoever has a share already takes the rest into it: one request a body and case', async () => {
    const { id, share } = await split()
    const input = { reason: 'not-our-asset' }
    const { body } = await county.offer('port-ellery', id, 'ellery-county', input)
    await county.answer('ellery-county', body.id, 'accept')
    expect((await county.own('ellery-county', id)).id).toBe(share)
    expect((await county.seen(id)).shares).toMatchObject([{ jurisdiction: 'ellery-county' }])
  })
})

describe('S11 handoff refused', () => {
  const outside = { reason: 'outside-our-limits', text: 'Not on our side.' }

  test('offer, refuse, offer, refuse: then the arbitrator has the whole trace, a deadline and the last word', async () => {
    await start()
    const { id } = await county.report('pothole', MAIN_STREET)
    await county.offer('port-ellery', id, 'hollis', { text: 'By your sign.' })
    const first = await county.newest('hollis', 'receiver')
    await county.answer('hollis', first.id, 'refuse', { ...outside, counter: 'larkfield' })
    expect(await county.newest('port-ellery', 'sender')).toMatchObject({
      state: 'refused',
      answer: { reason: { code: 'outside-our-limits' }, text: 'Not on our side.', counter: 'larkfield' },
    })
    expect(await held(['port-ellery', id])).toEqual(['held'])

    await county.offer('port-ellery', id, 'larkfield')
    const second = await county.newest('larkfield', 'receiver')
    await county.answer('larkfield', second.id, 'refuse', outside)
    expect((await county.newest('port-ellery', 'sender')).state).toBe('appealed')
    expect(await held(['port-ellery', id])).toEqual(['held'])

    const appeal = await county.newest('ellery-county', 'arbitrator')
    expect(appeal.tried.map(({ receiver, state, counter }) => [receiver, state, counter])).toEqual([
      ['hollis', 'refused', 'larkfield'],
      ['larkfield', 'refused', null],
    ])
    expect(Date.parse(appeal.answer_by ?? '')).toBeGreaterThan(county.app.platform.clock.now())

    const decided = await county.answer('ellery-county', appeal.id, 'decide', {
      holder: 'hollis',
      text: 'The sign stands in Hollis.',
    })
    expect(decided.status).toBe(200)
    expect((await county.whole('port-ellery', id)).passed_to).toBe('hollis')
    expect((await county.own('hollis', id)).custody).toBe('held')
    expect((await county.seen(id)).agency_responsible).toBe('City of Hollis')
  })

  test('A to B and back to A is the arbitrator’s to decide', async () => {
    await start()
    const { id } = await county.report('pothole', MAIN_STREET)
    await pass('port-ellery', id, 'hollis')
    const { id: own } = await county.own('hollis', id)
    const { body } = await county.offer('hollis', own, 'port-ellery')
    expect(body.state).toBe('appealed')
    expect((await county.own('hollis', id)).custody).toBe('held')
    await county.answer('ellery-county', body.id, 'decide', { holder: 'port-ellery', text: 'Your street.' })
    expect(await held(['port-ellery', id], ['hollis', own])).toEqual(['held', 'passed'])
    expect((await county.seen(id)).holders.map(({ jurisdiction }) => jurisdiction)).toEqual([
      'port-ellery',
      'hollis',
      'port-ellery',
    ])
  })

  test('the arbitrator may leave it where it is', async () => {
    await start()
    const { id } = await county.report('pothole', MAIN_STREET)
    for (const receiver of ['hollis', 'larkfield']) await refused(id, receiver)
    const { id: appeal } = await county.newest('ellery-county', 'arbitrator')
    await county.answer('ellery-county', appeal, 'decide', { holder: 'port-ellery', text: 'It is yours.' })
    expect((await county.newest('port-ellery', 'sender')).state).toBe('kept')
    expect(await held(['port-ellery', id])).toEqual(['held'])
    const again = await county.answer('ellery-county', appeal, 'decide', { holder: 'hollis' })
    expect(again).toMatchObject({ status: 409, body: { state: 'kept' } })
  })

  test('an offer that nobody answers in time goes back to its sender, and a late answer is told so', async () => {
    await start()
    const { id } = await county.report('pothole', MAIN_STREET)
    const { body } = await county.offer('port-ellery', id, 'hollis')
    const due = Date.parse(String(body.answer_by))
    county.app.advance(due - county.app.platform.clock.now() - 1)
    await county.app.runJobs()
    expect((await county.newest('port-ellery', 'sender')).state).toBe('offered')
    county.app.advance(1)
    await county.app.runJobs()
    expect((await county.newest('port-ellery', 'sender')).state).toBe('timed-out')
    expect(await held(['port-ellery', id])).toEqual(['held'])
    expect(await county.answer('hollis', body.id, 'accept')).toMatchObject({
      status: 409,
      body: { state: 'timed-out' },
    })
  })

  test('an offer to one that has left is refused, with who is the right one', async () => {
    const documents = await bundledDocuments()
    const jurisdictions = documents.jurisdictions.map(body =>
      body.slug === 'hollis' ? { ...body, to: '2026-08-01' } : body,
    )
    await start({ documents: { ...documents, jurisdictions } })
    const { id } = await county.report('pothole', MAIN_STREET)
    const { status, body } = await county.offer('port-ellery', id, 'hollis')
    expect([status, body.detail]).toEqual([400, 'City of Hollis no longer uses this site.'])
    const elsewhere = await county.geoReport('port-ellery', 'pothole', '2230 Mill Road, Port Ellery')
    const hint = await county.offer('port-ellery', elsewhere, 'hollis')
    expect(hint.body.detail).toContain('Ellery County (ellery-county) is the right one')
  })

  test('repeated refusals of one service at one place propose a correction to the routing data', async () => {
    await start()
    const corrections = () => county.get<{ corrections: object[] }>('/api/v1/work/corrections', 'port-ellery')
    const first = await county.report('pothole', MAIN_STREET)
    await refused(first.id, 'hollis', 'larkfield')
    expect((await corrections()).corrections).toEqual([])
    const second = await county.report('pothole', MAIN_STREET)
    await refused(second.id, 'hollis', 'larkfield')
    expect((await corrections()).corrections).toMatchObject([
      { service_code: 'pothole', times: 2, refused_by: ['hollis'], proposed: ['larkfield'] },
    ])
  })

  async function pass(from: string, id: string, to: string): Promise<Handoff> {
    await county.offer(from, id, to)
    const offer = await county.newest(to, 'receiver')
    await county.answer(to, offer.id, 'accept')
    return offer
  }

  async function refused(id: string, receiver: string, counter?: string): Promise<void> {
    const { body } = await county.offer('port-ellery', id, receiver)
    const answer = await county.answer(receiver, body.id, 'refuse', { ...outside, counter })
    expect(answer.status).toBe(200)
  }
})

describe('S14 privacy on crossing', () => {
  const reporter = { first_name: 'Rosalind', email: 'rosalind@example.org', phone: '+1 305 555 0199' }

  test('without consent no contact detail crosses, not in an offer and not with custody; private notes never do', async () => {
    await start()
    const { id } = await county.report('pothole', MAIN_STREET, reporter)
    const note = { text: 'She sounded upset.' }
    await county.post(`/api/v1/work/requests/${id}/notes`, note, 'port-ellery')
    const { body } = await county.offer('port-ellery', id, 'hollis')
    await county.answer('hollis', body.id, 'accept')
    const kept = await county.dump('hollis')
    expect(kept).toContain(id)
    for (const secret of ['Rosalind', 'rosalind@example.org', '555 0199', 'upset'])
      expect(kept).not.toContain(secret)
    expect(await county.whole('port-ellery', id)).toMatchObject({ contact: { shared: false } })
    expect((await county.own('hollis', id)).contact).toBeNull()
  })

  test('with consent, recorded, they cross when custody does, and not before', async () => {
    await start()
    const { id } = await county.report('pothole', MAIN_STREET, { ...reporter, share_contact: true })
    const { body } = await county.offer('port-ellery', id, 'hollis')
    expect(await county.dump('hollis')).not.toContain('rosalind@example.org')
    await county.answer('hollis', body.id, 'accept')
    expect((await county.own('hollis', id)).contact).toMatchObject({ email: reporter.email, shared: true })
  })

  test('only answers to questions that the receiver asks cross over', async () => {
    await start()
    const body = { answers: { route: 'orange', kind: ['trash'] } }
    const { id } = await county.report('missed-collection', 'Hollis Common', body, '/j/hollis')
    await county.offer('hollis', id, 'larkfield')
    expect(await county.dump('hollis')).toContain('What color is the sticker')
    expect((await county.newest('larkfield', 'receiver')).subject?.description).toBe('')
    expect(await county.dump('larkfield')).not.toContain('What color is the sticker')
  })

  test('the web form asks for it plainly, and unticked means no', async () => {
    await start()
    const form = await (
      await county.app.request('/report/noise/details?q=&lat=38.5931&long=-74.2946&address=here')
    ).text()
    expect(form).toContain('If another agency takes over my report, share my contact details with it.')
    expect(form).not.toMatch(/name="shareContact"[^>]*checked/)
  })
})
