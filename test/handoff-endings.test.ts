import { afterEach, describe, expect, test } from 'vitest'
import { type County, startCounty, summer } from './support/county.ts'

/*
 * How an offer ends without an acceptance: it has become pointless, or the time is up. Whatever waited for that
 * goes on.
 */

let county: County
const start = async (options?: Parameters<typeof startCounty>[0]) => {
  county = await startCounty(options)
  return county
}
afterEach(() => county.close())

const MAIN_STREET = '350 Main Street, Port Ellery'
const custody = async (jurisdiction: string, id: string) => (await county.whole(jurisdiction, id)).custody
const stateOf = async (jurisdiction: string, id: string, side: string) => {
  const { handoffs } = await county.get<{ handoffs: { id: string; state: string }[] }>(
    `/api/v1/work/handoffs?side=${side}`,
    jurisdiction,
  )
  return handoffs.find(handoff => handoff.id === id)?.state
}
async function refusedBy(...receivers: string[]) {
  const { id } = await county.report('pothole', MAIN_STREET)
  let handoff = ''
  for (const receiver of receivers) {
    const { body } = await county.offer('port-ellery', id, receiver)
    handoff = body.id
    await county.answer(receiver, handoff, 'refuse', { reason: 'outside-our-limits', text: 'Not here.' })
  }
  return { id, handoff }
}

describe('what is on offer is taken back, and whoever has it before them hears, when', () => {
  test('its sender closes it', async () => {
    await start()
    const { id } = await county.report('pothole', MAIN_STREET)
    const { body } = await county.offer('port-ellery', id, 'hollis')
    await county.change('port-ellery', id, 'closed', { reason: 'completed', text: 'Filled.' })
    expect(await stateOf('port-ellery', body.id, 'sender')).toBe('withdrawn')
    expect(await stateOf('hollis', body.id, 'receiver')).toBe('withdrawn')
    expect(await county.answer('hollis', body.id, 'accept')).toMatchObject({
      status: 409,
      body: { state: 'withdrawn' },
    })
    expect(await county.seen(id)).toMatchObject({
      status: 'closed',
      agency_responsible: 'City of Port Ellery',
    })
  })

  test('its sender closes it while a yes is on its way, which comes to nothing', async () => {
    await start()
    const { id } = await county.report('pothole', MAIN_STREET)
    const { body } = await county.offer('port-ellery', id, 'hollis')
    const key = await county.app.key('hollis', 'work')
    const accepted = await county.app.request(`/api/v1/work/handoffs/${body.id}/accept`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: '{}',
    })
    expect(accepted.status).toBe(200)
    await county.change('port-ellery', id, 'closed', { reason: 'completed' })
    expect(await stateOf('hollis', body.id, 'receiver')).toBe('withdrawn')
    expect(await custody('port-ellery', id)).toBe('held')
    await expect(county.own('hollis', id)).rejects.toThrow('no share')
    expect(await county.answer('hollis', body.id, 'refuse', { reason: 'other' })).toMatchObject({
      status: 409,
      body: { state: 'withdrawn' },
    })
  })

  test('its sender closes it while it is before the arbitrator', async () => {
    await start()
    const { id, handoff } = await refusedBy('hollis', 'larkfield')
    expect(await stateOf('ellery-county', handoff, 'arbitrator')).toBe('appealed')
    await county.change('port-ellery', id, 'closed', { reason: 'not-found' })
    expect(await stateOf('ellery-county', handoff, 'arbitrator')).toBe('withdrawn')
    const late = await county.answer('ellery-county', handoff, 'decide', { holder: 'hollis' })
    expect(late).toMatchObject({ status: 409, body: { state: 'withdrawn' } })
  })

  test('it is closed as a duplicate', async () => {
    await start()
    const { id: older } = await county.report('graffiti', MAIN_STREET)
    county.app.advance(3_600_000)
    const { id } = await county.report('graffiti', MAIN_STREET)
    const { body } = await county.offer('port-ellery', id, 'hollis')
    await county.post(`/api/v1/work/requests/${id}/duplicates`, { of: older }, 'port-ellery')
    expect(await county.seen(id)).toMatchObject({ status: 'closed' })
    expect(await stateOf('port-ellery', body.id, 'sender')).toBe('withdrawn')
    expect(await stateOf('hollis', body.id, 'receiver')).toBe('withdrawn')
  })

  test('it passes to another: whom its sender had asked to work on it too is asked no longer', async () => {
    await start()
    const { id } = await county.report('fallen-tree', MAIN_STREET)
    const input = { kind: 'share', reason: 'needs-several' }
    const { body: shared } = await county.offer('port-ellery', id, 'hollis', input)
    const { body: passed } = await county.offer('port-ellery', id, 'ellery-county')
    await county.answer('ellery-county', passed.id, 'accept')
    expect(await custody('port-ellery', id)).toBe('passed')
    expect(await stateOf('port-ellery', shared.id, 'sender')).toBe('withdrawn')
    expect(await stateOf('hollis', shared.id, 'receiver')).toBe('withdrawn')
  })
})

describe('an arbitrator who misses the deadline', () => {
  test('leaves it with the sender, for a person’s judgment; both hear, and a late decision is told so', async () => {
    await start()
    const { id, handoff } = await refusedBy('hollis', 'larkfield')
    const { answer_by } = await county.newest('port-ellery', 'sender')
    const due = Date.parse(answer_by ?? '')
    county.app.advance(due - county.app.platform.clock.now() - 1)
    await county.app.runJobs()
    expect(await stateOf('port-ellery', handoff, 'sender')).toBe('appealed')
    county.app.advance(1)
    await county.app.runJobs()
    expect(await stateOf('port-ellery', handoff, 'sender')).toBe('kept')
    const kept = await county.whole('port-ellery', id)
    expect(kept).toMatchObject({ custody: 'held', triage: true })
    expect(kept.timeline.at(-1)).toMatchObject({
      type: 'decided',
      holder: 'port-ellery',
      text: 'The arbitrator did not decide in time. The request stays with you.',
    })
    expect(await stateOf('ellery-county', handoff, 'arbitrator')).toBe('timed-out')
    expect(await county.answer('ellery-county', handoff, 'decide', { holder: 'hollis' })).toMatchObject({
      status: 409,
      body: { state: 'timed-out' },
    })
    expect(await custody('port-ellery', id)).toBe('held')
  })

  test('may be asked again, with a new deadline', async () => {
    await start()
    const { id } = await refusedBy('hollis', 'larkfield')
    const { answer_by: first } = await county.newest('port-ellery', 'sender')
    county.app.advance(Date.parse(first ?? '') - county.app.platform.clock.now())
    await county.app.runJobs()
    const { body } = await county.offer('port-ellery', id, 'hollis')
    await county.answer('hollis', body.id, 'refuse', { reason: 'outside-our-limits' })
    const again = await county.newest('port-ellery', 'sender')
    expect(again.state).toBe('appealed')
    expect(Date.parse(again.answer_by ?? '')).toBeGreaterThan(Date.parse(first ?? ''))
    const decided = await county.answer('ellery-county', body.id, 'decide', { holder: 'hollis' })
    expect(decided.status).toBe(200)
    expect((await county.own('hollis', id)).custody).toBe('held')
  })

  test('has decided in time when the decision is still on its way', async () => {
    await start()
    const { id, handoff } = await refusedBy('hollis', 'larkfield')
    const key = await county.app.key('ellery-county', 'work')
    const { answer_by } = await county.newest('port-ellery', 'sender')
    const decided = await county.app.request(`/api/v1/work/handoffs/${handoff}/decide`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ holder: 'hollis' }),
    })
    expect(decided.status).toBe(200)
    // The sender's own jobs run first, as they would if the courier were late.
    county.app.advance(Date.parse(answer_by ?? '') - county.app.platform.clock.now())
    await county.app.runJobs()
    expect(await stateOf('port-ellery', handoff, 'sender')).toBe('granted')
    expect((await county.own('hollis', id)).custody).toBe('held')
  })
})

describe('on offer elsewhere when the city opens, it is returned as soon as that offer', () => {
  async function offeredAtNight() {
    await start({ now: summer('2026-07-14T22:00') })
    const { id } = await county.report('sewer-backup', MAIN_STREET)
    const { id: own } = await county.own('ellery-county', id)
    const { body } = await county.offer('ellery-county', own, 'hollis')
    await county.at('2026-07-15T08:00')
    expect(await custody('port-ellery', id)).toBe('passed')
    return { id, own, handoff: body.id, due: Date.parse(String(body.answer_by)) }
  }
  const isBack = async (id: string, own: string) => {
    expect(await custody('port-ellery', id)).toBe('held')
    expect(await custody('ellery-county', own)).toBe('passed')
    expect(await county.newest('port-ellery', 'receiver')).toMatchObject({ reason: { code: 'after-hours' } })
  }

  test('is refused', async () => {
    const { id, own, handoff } = await offeredAtNight()
    await county.answer('hollis', handoff, 'refuse', { reason: 'outside-our-limits' })
    await isBack(id, own)
  })

  test('is withdrawn', async () => {
    const { id, own, handoff } = await offeredAtNight()
    await county.answer('ellery-county', handoff, 'withdraw')
    await isBack(id, own)
  })

  test('is answered by nobody in time', async () => {
    const { id, own, handoff, due } = await offeredAtNight()
    county.app.advance(due - county.app.platform.clock.now() - 1)
    await county.app.runJobs()
    expect(await stateOf('ellery-county', handoff, 'sender')).toBe('offered')
    county.app.advance(1)
    await county.app.runJobs()
    expect(await stateOf('ellery-county', handoff, 'sender')).toBe('timed-out')
    // The time was up in the evening, when the city had closed again.
    expect(await custody('ellery-county', own)).toBe('held')
    await county.at('2026-07-17T08:00')
    await isBack(id, own)
  })

  test('and not at all if it is accepted', async () => {
    const { id, own, handoff } = await offeredAtNight()
    await county.answer('hollis', handoff, 'accept')
    expect(await custody('port-ellery', id)).toBe('passed')
    expect(await custody('ellery-county', own)).toBe('passed')
    expect((await county.own('hollis', id)).custody).toBe('held')
    county.app.advance(3 * 86_400_000)
    await county.app.runJobs()
    expect((await county.own('hollis', id)).custody).toBe('held')
  })
})
