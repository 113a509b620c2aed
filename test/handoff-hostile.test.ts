import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTenant, type TenantDb } from '../src/core/database/handles.ts'
import { runDueJobs } from '../src/core/database/run-jobs.ts'
import { jobHandlers } from '../src/create-app.ts'
import { listMessages } from '../src/handoffs/courier/outbox.ts'
import { enqueueMessage, type Message } from '../src/handoffs/messages/messages.ts'
import type { Documents } from '../src/regions/documents/snapshot.ts'
import { bundled, bundledDocuments } from './support/app.ts'
import { type County, startCounty } from './support/county.ts'
import { jpeg } from './support/photos.ts'

/*
 * A receiver takes a case whatever already exists there, whoever has written the message, and whatever became
 * of the service.
 */

let county: County
beforeEach(async () => {
  county = await startCounty()
})
afterEach(() => county.close())

const [SENDER, RECEIVER] = ['port-ellery', 'hollis']
const SYSTEM = { kind: 'system', reason: 'test' } as const
const open = (slug: string): TenantDb => openTenant(county.app.platform, SYSTEM, bundled, slug)
const waiting = (slug: string) => listMessages(open(slug))

async function reported() {
  const uploaded = await county.app.request('/api/v1/media', {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body: jpeg(),
  })
  const { id: photo } = (await uploaded.json()) as { id: string }
  const more = { media: [photo], email: 'reader@example.org', share_contact: true, follow: true }
  const { id } = await county.report('pothole', '350 Main Street, Port Ellery', more)
  return { id, photo }
}

async function pass(id: string): Promise<string> {
  const { body } = await county.offer(SENDER, id, RECEIVER)
  await county.answer(RECEIVER, body.id, 'accept')
  return body.id
}

describe('a case is taken over though', () => {
  test('an earlier version let someone attach its photo to another report there', async () => {
    const { id, photo } = await reported()
    await open(RECEIVER).commit([
      sql`INSERT INTO media (id, request, type, bytes, created_at) VALUES (${photo}, 'stolen', 'image/jpeg', 1, 1)`,
    ])
    await pass(id)
    expect(await waiting(SENDER)).toEqual([])
    const own = await county.own(RECEIVER, id)
    expect(own).toMatchObject({ custody: 'held', photos: [expect.stringContaining(photo)] })
    expect((await county.app.request(`/media/${RECEIVER}/${photo}`)).status).toBe(200)
  })

  test('rows of its numbers are there in every table that it writes to', async () => {
    const { id, photo } = await reported()
    const there = open(RECEIVER)
    const here = { case: id, sender: SENDER, request: 'planted' }
    await there.commit([
      sql`INSERT INTO media (id, request, type, bytes, created_at) VALUES (${photo}, 'planted', 'x', 1, 1)`,
      sql`INSERT INTO share (case_id, jurisdiction, request, status, agency, held, received_at, updated_at, version)
        VALUES (${here.case}, ${here.sender}, ${here.case}, 'closed', 'x', 1, 1, 1, 999)`,
      sql`INSERT INTO duplicate (case_id, other, request, state, round, proposed_at) VALUES (${id}, 'ZZ-1', 'planted', 'asked', 9, 1)`,
      sql`INSERT INTO followed_by (case_id, follower, jurisdiction, round, ended) VALUES (${id}, 'ZZ-1', ${SENDER}, 9, 0)`,
      sql`INSERT INTO event (request, type, actor, at, public, payload, source, source_seq)
        SELECT ${id}, 'note', 'x', 1, 0, '{}', ${SENDER}, value FROM json_each('[1,2,3,4,5,6,7,8,9]')`,
      sql`INSERT INTO follower (id, case_id, email, email_hash, language, created_at) VALUES ('x', ${id}, 'x', 'x', 'en', 1)`,
      sql`INSERT INTO job (kind, key, due_at, created_at) VALUES ('publish', ${`auto-transfer:${id}`}, 1, 1)`,
      sql`INSERT INTO message (id, case_id, receiver, kind, body, created_at, due_at, delivered_at)
        VALUES (${`${RECEIVER}:progress:${id}:1`}, ${id}, ${SENDER}, 'progress', '{}', 1, 1, 1)`,
    ])
    await pass(id)
    expect(await waiting(SENDER)).toEqual([])
    expect(await county.own(RECEIVER, id)).toMatchObject({ custody: 'held', contact: { shared: true } })
  })

  test('the receiver no longer offers the service, and has left, by the time the grant comes', async () => {
    const { id } = await reported()
    const { body } = await county.offer(SENDER, id, RECEIVER)
    const { platform } = county.app
    const { client } = platform.databases
    platform.databases.client = name => {
      if (name.kind !== 'tenant' || name.slug !== RECEIVER) return client(name)
      throw Object.assign(new Error('gone'), { code: 'SQLITE_CANTOPEN' })
    }
    const sender = { kind: 'tenant', region: bundled, slug: SENDER } as const
    const row = await open(SENDER).rows<{ body: string }>(sql`SELECT body FROM message WHERE kind = 'offer'`)
    const offered = JSON.parse(row[0]?.body ?? '') as object
    await open(SENDER).commit([
      sql`UPDATE handoff SET state = 'granted' WHERE id = ${body.id}`,
      sql`UPDATE request SET custody = 'passed', passed_to = ${RECEIVER} WHERE id = ${id}`,
      ...enqueueMessage(
        `${body.id}:grant`,
        id,
        RECEIVER,
        { kind: 'grant', ...offered } as unknown as Message,
        platform.clock.now(),
      ),
    ])
    await runDueJobs(platform, sender, jobHandlers)
    platform.databases.client = client
    await without(await bundledDocuments())
    county.app.advance(3_600_000)
    await county.app.runJobs()
    expect(await waiting(SENDER)).toEqual([])
    const [taken] = await open(RECEIVER).rows(sql`SELECT custody FROM request WHERE case_id = ${id}`)
    expect(taken).toMatchObject({ custody: 'held' })
  })
})

/** From now on the receiver has left, and offers nothing. */
async function without(documents: Documents) {
  const { applyRegion } = await import('../src/regions/versions/apply.ts')
  const { readMigrations } = await import('../src/platform/node/databases/migrations.ts')
  const jurisdictions = documents.jurisdictions.map(jurisdiction =>
    jurisdiction.slug === RECEIVER ? { ...jurisdiction, to: '2026-08-01' } : jurisdiction,
  )
  const { platform } = county.app
  await applyRegion(platform, readMigrations(), bundled, { ...documents, jurisdictions }, { by: 'test' })
}

describe('a message', () => {
  test('of an earlier version, which lacks what was added since, is applied', async () => {
    const { id } = await reported()
    const { body } = await county.offer(SENDER, id, RECEIVER)
    const now = county.app.platform.clock.now()
    const least = {
      kind: 'grant',
      handoff: body.id,
      type: 'transfer',
      sender: SENDER,
      receiver: RECEIVER,
      reason: 'other',
      offeredAt: now,
      content: {
        caseId: id,
        origin: SENDER,
        trail: [SENDER],
        serviceCode: 'pothole',
        serviceName: 'Pothole',
      },
    }
    await open(SENDER).commit([
      sql`UPDATE handoff SET state = 'granted' WHERE id = ${body.id}`,
      sql`UPDATE request SET custody = 'passed', passed_to = ${RECEIVER} WHERE id = ${id}`,
      ...enqueueMessage(`${body.id}:grant`, id, RECEIVER, least as unknown as Message, now),
    ])
    await county.app.runJobs()
    expect(await waiting(SENDER)).toEqual([])
    const [taken] = await open(RECEIVER).rows(sql`SELECT custody, triage FROM request WHERE case_id = ${id}`)
    expect(taken, 'what follows could not be worked out: a person judges it').toMatchObject({
      custody: 'held',
      triage: 1,
    })
  })

  test('of a newer version waits where an operator sees it, until this one is replaced', async () => {
    const { id } = await reported()
    const now = () => county.app.platform.clock.now()
    const newer = { kind: 'of-tomorrow' } as unknown as Message
    await open(SENDER).commit(enqueueMessage('tomorrow', id, RECEIVER, newer, now()))
    for (let tries = 0; tries < 12; tries++) {
      await county.app.runJobs()
      county.app.advance(300_000)
    }
    const [parked] = await waiting(SENDER)
    expect(parked).toMatchObject({ kind: 'of-tomorrow', attempts: 10 })
    // As if a version that supports it ran now.
    await open(SENDER).commit([
      sql`UPDATE message SET kind = 'withdraw', body = ${JSON.stringify({
        handoff: 'X',
        side: 'receiver',
        why: 'withdrawn',
        type: 'transfer',
        sender: SENDER,
        receiver: RECEIVER,
        reason: 'other',
        text: '',
        agreement: null,
        offeredAt: 1,
        answerBy: null,
        content: { caseId: id, serviceCode: 'pothole', serviceName: 'Pothole' },
      })} WHERE id = 'tomorrow'`,
    ])
    county.app.advance(24 * 3_600_000)
    await county.app.runJobs()
    expect(await waiting(SENDER)).toEqual([])
  })

  test('about a case that its origin does not know any more, as from an older backup, changes nothing', async () => {
    const { id } = await reported()
    await pass(id)
    const own = await county.own(RECEIVER, id)
    await open(SENDER).commit([sql`UPDATE request SET id = 'lost', case_id = 'lost' WHERE id = ${id}`])
    await county.change(RECEIVER, own.id, 'acknowledged')
    expect(await waiting(RECEIVER)).toEqual([])
  })
})
