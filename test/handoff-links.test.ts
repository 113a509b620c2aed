import { afterEach, describe, expect, test } from 'vitest'
import { type County, startCounty } from './support/county.ts'

/* S12: custody of a case is transferred while a duplicate link with another case is proposed or confirmed. */

let county: County
afterEach(() => county.close())

interface Link {
  of: string
  state: string
  survivor: string | null
}
const links = async (jurisdiction: string, id: string) =>
  (await county.get<{ links: Link[] }>(`/api/v1/work/requests/${id}/duplicates`, jurisdiction)).links
const state = async (jurisdiction: string, id: string) =>
  (await links(jurisdiction, id)).map(({ state }) => state)
const propose = (as: string, id: string, of: string) =>
  county.post(`/api/v1/work/requests/${id}/duplicates`, { of }, as)
const answer = (as: string, id: string, of: string, confirmed: boolean) =>
  county.post(`/api/v1/work/requests/${id}/duplicates/${of}/answer`, { confirmed }, as)
const unlink = (as: string, id: string, of: string) =>
  county.post(`/api/v1/work/requests/${id}/duplicates/${of}/unlink`, {}, as)

/** An older case of the city's and a newer one of another's. */
async function two() {
  county = await startCounty()
  const { id: older } = await county.report('pothole', '350 Main Street, Port Ellery')
  county.app.advance(3_600_000)
  const { id: newer, jurisdiction } = await county.report('pothole', 'Hollis Common')
  expect(jurisdiction).toBe('hollis')
  return { older, newer }
}

/** Transfers a request by offer and acceptance; returns its number at the receiver. */
async function pass(from: string, id: string, to: string): Promise<string> {
  const { case: number } = await county.whole(from, id)
  const { body } = await county.offer(from, id, to)
  await county.answer(to, body.id, 'accept')
  return (await county.own(to, number)).id
}

describe('the new holder has the link, and the old one no longer:', () => {
  test.each([
    [true, 'confirmed', 'closed'],
    [false, 'declined', 'submitted'],
  ])('what was asked is the new holder’s to answer (%s)', async (yes, outcome, status) => {
    const { older, newer } = await two()
    await propose('hollis', newer, older)
    expect(await state('port-ellery', older)).toEqual(['asked'])
    const passed = await pass('port-ellery', older, 'larkfield')
    expect(await state('port-ellery', older)).toEqual(['passed'])
    expect(await state('larkfield', passed)).toEqual(['asked'])
    expect(await answer('port-ellery', older, newer, yes)).toMatchObject({
      status: 409,
      body: { state: 'passed' },
    })
    expect((await answer('larkfield', passed, newer, yes)).status).toBe(200)
    expect(await state('larkfield', passed)).toEqual([outcome])
    expect(await state('hollis', newer)).toEqual([outcome])
    // Hollis is responsible for its place, the new holder for nothing: the case of Hollis survives.
    expect((await county.seen(older)).status).toBe(status)
    expect((await county.seen(newer)).status).toBe('submitted')
  })

  test('what was proposed is answered to the new holder, by whoever asks the old one', async () => {
    const { older, newer } = await two()
    await propose('port-ellery', older, newer)
    const passed = await pass('port-ellery', older, 'larkfield')
    expect(await state('larkfield', passed)).toEqual(['proposed'])
    await answer('hollis', newer, older, true)
    expect(await links('larkfield', passed)).toMatchObject([{ state: 'confirmed', survivor: older }])
    expect(await state('port-ellery', older)).toEqual(['passed'])
    expect((await county.seen(newer)).status).toBe('closed')
  })

  test('what was proposed may be taken back by the new holder, though the other case was transferred too', async () => {
    const { older, newer } = await two()
    await propose('port-ellery', older, newer)
    const mine = await pass('port-ellery', older, 'larkfield')
    const theirs = await pass('hollis', newer, 'ellery-county')
    expect(await state('ellery-county', theirs)).toEqual(['asked'])
    expect((await unlink('larkfield', mine, newer)).status).toBe(200)
    expect(await state('ellery-county', theirs)).toEqual(['unlinked'])
    expect(await state('hollis', newer)).toEqual(['passed'])
  })

  test.each(['larkfield', 'hollis'])('what was confirmed is undone on both sides, by %s', async by => {
    const { older, newer } = await two()
    await propose('port-ellery', older, newer)
    await answer('hollis', newer, older, true)
    const passed = await pass('port-ellery', older, 'larkfield')
    expect(await unlink('port-ellery', older, newer)).toMatchObject({
      status: 409,
      body: { state: 'passed' },
    })
    expect(await state('hollis', newer)).toEqual(['confirmed'])
    const undone = by === 'hollis' ? await unlink(by, newer, older) : await unlink(by, passed, newer)
    expect(undone.status).toBe(200)
    expect(await state('larkfield', passed)).toEqual(['unlinked'])
    expect(await state('hollis', newer)).toEqual(['unlinked'])
    expect((await county.seen(newer)).status).toBe('submitted')
  })

  test('custody that comes back brings the link back, as it stands by then', async () => {
    const { older, newer } = await two()
    await propose('hollis', newer, older)
    const passed = await pass('port-ellery', older, 'larkfield')
    await answer('larkfield', passed, newer, false)
    const { body } = await county.offer('larkfield', passed, 'port-ellery')
    await county.answer('ellery-county', body.id, 'decide', { holder: 'port-ellery' })
    expect(await state('port-ellery', older)).toEqual(['declined'])
    expect(await state('larkfield', passed)).toEqual(['passed'])
    await propose('hollis', newer, older)
    expect(await state('port-ellery', older)).toEqual(['asked'])
    expect((await answer('port-ellery', older, newer, true)).body).toMatchObject({ survivor: older })
  })

  test('whoever holds both by then answers for both', async () => {
    const { older, newer } = await two()
    await propose('hollis', newer, older)
    const passed = await pass('port-ellery', older, 'hollis')
    expect((await answer('hollis', passed, newer, true)).status).toBe(200)
    expect(await state('hollis', passed)).toEqual(['confirmed'])
    expect(await state('hollis', newer)).toEqual(['confirmed'])
    const closed = await Promise.all([older, newer].map(async id => (await county.seen(id)).status))
    expect(closed.sort()).toEqual(['closed', 'submitted'])
  })

  test('a share of a case takes no link with it', async () => {
    const { older, newer } = await two()
    await propose('hollis', newer, older)
    const { body } = await county.offer('port-ellery', older, 'ellery-county', {
      kind: 'share',
      reason: 'needs-several',
    })
    await county.answer('ellery-county', body.id, 'accept')
    expect(await links('ellery-county', (await county.own('ellery-county', older)).id)).toEqual([])
    expect(await state('port-ellery', older)).toEqual(['asked'])
  })
})
