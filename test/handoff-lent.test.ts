import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrateDatabase } from '../src/core/database/migrate.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { bundled } from './support/app.ts'
import { type County, startCounty } from './support/county.ts'
import { jpeg } from './support/photos.ts'

/*
 * What an offer shares of a private request is erased at a receiver that does not take it, once the offer has
 * ended.
 */

let county: County
beforeAll(async () => {
  county = await startCounty()
})
afterAll(() => county.close())

const [SENDER, RECEIVER, OTHER, ARBITRATOR] = ['port-ellery', 'hollis', 'larkfield', 'ellery-county']
const DAYS = 24 * 3_600_000
/** Text of the resident and of the sender's staff. */
const secrets = ['A landlord in room nine', 'Her sister called us'] as const

interface Lent {
  readonly id: string
  readonly handoff: string
  readonly photo: string
}

let numbered = 0

async function report(): Promise<{ id: string; photo: string; words: string }> {
  const uploaded = await county.app.request('/api/v1/media', {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body: jpeg(),
  })
  const { id: photo } = (await uploaded.json()) as { id: string }
  const words = `${secrets[0]} ${++numbered}.`
  const more = { description: words, media: [photo] }
  const { id } = await county.report('housing', '350 Main Street, Port Ellery', more, `/j/${SENDER}`)
  return { id, photo, words }
}

async function offered(change: object = {}): Promise<Lent> {
  const { id, photo, words } = await report()
  const { body } = await county.offer(SENDER, id, RECEIVER, { text: `${secrets[1]}.`, ...change })
  expect(await county.dump(RECEIVER), 'it is lent while the offer stands').toContain(words)
  expect(await photoSeen(RECEIVER, photo, body.id)).toBe(200)
  return { id, handoff: body.id, photo }
}

/** Before the arbitrator: two have refused it. */
async function disputed(): Promise<Lent> {
  const { id, photo, words } = await report()
  let handoff = ''
  for (const to of [RECEIVER, OTHER]) {
    handoff = (await county.offer(SENDER, id, to, { text: `${secrets[1]}.` })).body.id
    await county.answer(to, handoff, 'refuse', { reason: 'outside-our-limits', text: 'Not here.' })
  }
  expect(await county.dump(ARBITRATOR)).toContain(words)
  return { id, handoff, photo }
}

async function photoSeen(jurisdiction: string, photo: string, handoff: string): Promise<number> {
  const key = await county.app.key(jurisdiction, 'work')
  const path = `/media/${jurisdiction}/${photo}?handoff=${handoff}`
  return (await county.app.request(path, { headers: { authorization: `Bearer ${key}` } })).status
}

async function expectErased(jurisdiction: string, { id, handoff, photo }: Lent, state: string) {
  const kept = await county.dump(jurisdiction)
  for (const secret of [...secrets, photo]) expect(kept).not.toContain(secret)
  expect(await photoSeen(jurisdiction, photo, handoff)).toBe(404)
  const side = jurisdiction === ARBITRATOR ? 'arbitrator' : 'receiver'
  const left = await county.get<object>(`/api/v1/work/handoffs/${handoff}?side=${side}`, jurisdiction)
  expect(left).toMatchObject({
    state,
    case: id,
    sender: SENDER,
    reason: { code: 'not-our-asset' },
    service_code: 'housing',
    text: '',
    subject: null,
  })
}

describe('what an offer lent is erased at its receiver when', () => {
  test('the receiver refuses it', async () => {
    const lent = await offered()
    await county.answer(RECEIVER, lent.handoff, 'refuse', { reason: 'outside-our-limits', text: 'No.' })
    await expectErased(RECEIVER, lent, 'refused')
  })

  test('the sender withdraws it', async () => {
    const lent = await offered()
    await county.answer(SENDER, lent.handoff, 'withdraw')
    await expectErased(RECEIVER, lent, 'withdrawn')
  })

  test('the sender closes the request, though the receiver has accepted', async () => {
    const lent = await offered()
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await county.app.key(RECEIVER, 'work')}`,
    }
    const path = `/api/v1/work/handoffs/${lent.handoff}/accept`
    await county.app.request(path, { method: 'POST', headers, body: '{}' })
    await county.change(SENDER, lent.id, 'closed', { reason: 'completed', text: '' })
    await expectErased(RECEIVER, lent, 'withdrawn')
  })

  test('nobody answers in time', async () => {
    const lent = await offered()
    county.app.advance(10 * DAYS)
    await county.app.runJobs()
    await expectErased(RECEIVER, lent, 'timed-out')
  })

  test('it was to work on it too, and is withdrawn', async () => {
    const lent = await offered({ kind: 'share' })
    await county.answer(SENDER, lent.handoff, 'withdraw')
    await expectErased(RECEIVER, lent, 'withdrawn')
  })
})

describe('what a dispute lent is erased at the arbitrator when', () => {
  test('it is decided, for either', async () => {
    const kept = await disputed()
    await county.answer(ARBITRATOR, kept.handoff, 'decide', { holder: SENDER, text: 'Yours.' })
    await expectErased(ARBITRATOR, kept, 'kept')
    const given = await disputed()
    await county.answer(ARBITRATOR, given.handoff, 'decide', { holder: OTHER, text: 'Theirs.' })
    await expectErased(ARBITRATOR, given, 'granted')
    await expect(county.own(OTHER, given.id)).resolves.toMatchObject({ custody: 'held' })
  })

  test('the sender withdraws it', async () => {
    const lent = await disputed()
    await county.answer(SENDER, lent.handoff, 'withdraw')
    await expectErased(ARBITRATOR, lent, 'withdrawn')
  })

  test('the arbitrator does not decide in time', async () => {
    const lent = await disputed()
    county.app.advance(10 * DAYS)
    await county.app.runJobs()
    await expectErased(ARBITRATOR, lent, 'timed-out')
  })
})

describe('who may read on', () => {
  test('the sender does, in full, and who took it does', async () => {
    const refused = await offered()
    await county.answer(RECEIVER, refused.handoff, 'refuse', { reason: 'outside-our-limits', text: 'No.' })
    const own = await county.newest(SENDER, 'sender')
    expect(own.subject?.description).toContain(secrets[0])
    const taken = await offered()
    await county.answer(RECEIVER, taken.handoff, 'accept')
    const theirs = await county.newest(RECEIVER, 'receiver')
    expect(theirs.subject?.description).toContain(secrets[0])
    expect(await photoSeen(RECEIVER, taken.photo, taken.handoff)).toBe(200)
  })
})

describe('data from before', () => {
  test('loses what had been lent when it is migrated; what stands and what was taken stays', async () => {
    const { platform } = county.app
    const name = { kind: 'tenant', region: bundled, slug: 'old-town' } as const
    const all = readMigrations()
    const before = all.tenant.findIndex(migration => migration.name.includes('erase_lent'))
    await migrateDatabase(platform, name, { ...all, tenant: all.tenant.slice(0, before) })
    const client = platform.databases.client(name)
    const content = JSON.stringify({
      serviceCode: 'housing',
      serviceName: 'Housing',
      description: secrets[0],
    })
    const appeal = JSON.stringify({ text: secrets[1], tried: [{ receiver: 'hollis', text: secrets[1] }] })
    const rows: string[][] = [
      ['1', 'receiver', 'refused', content, secrets[1]],
      ['2', 'receiver', 'timed-out', 'no JSON', secrets[1]],
      ['3', 'arbitrator', 'kept', content, appeal],
      ['4', 'arbitrator', 'granted', content, 'no JSON'],
      ['5', 'receiver', 'offered', '{"description":"stands"}', ''],
      ['6', 'receiver', 'granted', '{"description":"taken"}', ''],
      ['7', 'sender', 'refused', '{"description":"own"}', ''],
    ]
    for (const row of rows)
      await client.execute({
        sql: `INSERT INTO handoff (id, side, state, content, text, kind, case_id, sender, receiver, reason, offered_at)
          VALUES (?, ?, ?, ?, ?, 'transfer', 'OT-1', 'a', 'b', 'other', 1)`,
        args: row,
      })
    await migrateDatabase(platform, name, all)
    const { rows: left } = await client.execute('SELECT id, content, text FROM handoff ORDER BY id')
    const kept = JSON.stringify(left)
    for (const secret of secrets) expect(kept).not.toContain(secret)
    for (const word of ['stands', 'taken', 'own']) expect(kept).toContain(word)
    expect(JSON.parse(String(left[0]?.content))).toEqual({
      caseId: 'OT-1',
      serviceCode: 'housing',
      serviceName: 'Housing',
      erased: true,
    })
    expect(JSON.parse(String(left[2]?.text))).toEqual({ text: '', tried: [{ receiver: 'hollis' }] })
  })
})
