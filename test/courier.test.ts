import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { main } from '../src/cli/main.ts'
import { openTenant, type TenantDb } from '../src/core/database/handles.ts'
import { runDueJobs } from '../src/core/database/run-jobs.ts'
import { asProblem } from '../src/core/problem.ts'
import { jobHandlers } from '../src/create-app.ts'
import { accept, withdraw } from '../src/handoffs/answers.ts'
import { listMessages } from '../src/handoffs/courier/outbox.ts'
import { receive } from '../src/handoffs/courier/receive.ts'
import { enqueueMessage, type Message, type ShareUpdate } from '../src/handoffs/messages/messages.ts'
import { offer } from '../src/handoffs/offers.ts'
import { type NodePlatform, nodePlatform } from '../src/platform/node/platform.ts'
import { jobRunner } from '../src/platform/node/runner.ts'
import { type DatabaseName, databaseLabel } from '../src/platform/platform.ts'
import type { Region } from '../src/regions/runtime/compile.ts'
import { listDatabases } from '../src/regions/versions/migrate.ts'
import { type Draft, noContact } from '../src/requests/draft.ts'
import { keeperOf, resolveDraft, submitReport } from '../src/requests/submit.ts'
import { startApp, type TestApp } from './support/app.ts'
import { type Sqld, sqldBinary, startSqld } from './support/sqld.ts'

/*
 * Messages between jurisdictions in transit: when a receiver is unavailable, when one cannot be applied, and in
 * order.
 */

const SYSTEM = { kind: 'system', reason: 'test' } as const
const SERVICE = 'pothole'
const HOUR = 3_600_000
const MINUTE = 60_000

let now = Date.parse('2026-08-12T16:00:00Z')
let app: TestApp
let platform: NodePlatform
let region: Region
let [sender, receiver, other] = ['', '', '']

beforeEach(async () => {
  app = await startApp({ now })
  await app.runJobs()
  await app.platform.close()
  // A second process on the same files, which has none of them open yet.
  platform = nodePlatform({ dataDir: app.dataDir, now: () => now, log: () => {} })
  region = app.region
  sender = keeperOf(region, resolveDraft(region, draft(), now), now)
  const others = region.documents.jurisdictions
    .map(({ slug }) => slug)
    .filter(slug => slug !== sender && region.servicesOffered(slug).some(({ code }) => code === SERVICE))
  ;[receiver = '', other = ''] = others
})
afterEach(async () => {
  await platform.close()
  await app.close()
})

const nameOf = (slug: string): DatabaseName => ({ kind: 'tenant', region: region.slug, slug })
const open = (slug: string): TenantDb => openTenant(platform, SYSTEM, region.slug, slug)
const waiting = (slug: string) => listMessages(open(slug))
const work = (slug: string) => runDueJobs(platform, nameOf(slug), jobHandlers)
const states = (slug: string) =>
  open(slug).rows<{ id: string; side: string; state: string }>(
    sql`SELECT id, side, state FROM handoff WHERE side = 'receiver' ORDER BY offered_at, id`,
  )

/** The handoff's state at the sender. */
async function ownState(id: string): Promise<string | undefined> {
  const rows = await open(sender).rows<{ state: string }>(sql`SELECT state FROM handoff WHERE id = ${id}`)
  return rows[0]?.state
}

function draft(): Draft {
  const [long, lat] = region.documents.region.map.center
  const required = region.service(SERVICE)?.questions?.filter(question => question.required) ?? []
  return {
    service: SERVICE,
    place: { lat, long },
    accuracy: 0,
    address: '',
    addressId: '',
    zipcode: '',
    description: '',
    answers: Object.fromEntries(required.map(({ code, options }) => [code, [options?.[0]?.key ?? '1']])),
    contact: noContact,
    media: [],
    mediaUrl: '',
    language: 'en',
    channel: 'phone',
  }
}

async function offered(to: string): Promise<string> {
  const { id: request } = await submitReport(platform, SYSTEM, region, { draft: draft() })
  const input = { request, version: 1, receiver: to, kind: 'transfer', reason: 'other', text: '' } as const
  return (await offer(platform, open(sender), region, input)).id
}

/**
 * Moves the clock to when the sender's jobs are due next, up to `until`, and runs them each time. Returns how
 * often.
 */
async function workUntil(until: number): Promise<number> {
  for (let rounds = 0; ; rounds++) {
    const { nextDueAt } = await work(sender)
    const next = nextDueAt ?? Infinity
    if (next >= until) {
      now = until
      return rounds
    }
    now = Math.max(now, next)
  }
}

describe('a receiver that is unavailable for an hour', () => {
  const file = () => join(app.dataDir, 'databases', `${databaseLabel(nameOf(receiver))}.db`)

  it('costs an hour and nothing else: others are served meanwhile, and then all arrives, in order and once', async () => {
    renameSync(file(), `${file()}.away`)
    const backAt = now + HOUR
    const first = await offered(receiver)
    await withdraw(platform, open(sender), first, {})
    const [second, third] = [await offered(receiver), await offered(other)]
    await work(sender)
    expect(await states(other)).toEqual([{ id: third, side: 'receiver', state: 'offered' }])

    const tries = await workUntil(backAt)
    expect(tries, 'it is asked now and then, not all the time').toBeLessThan(60)
    const late = await waiting(sender)
    expect(late.map(({ kind }) => kind)).toEqual(['offer', 'withdraw', 'offer'])
    expect(late.every(({ attempts, parkedAt }) => attempts === 0 && parkedAt === null)).toBe(true)

    renameSync(`${file()}.away`, file())
    await workUntil(now + 5 * MINUTE)
    expect(await waiting(sender)).toEqual([])
    const arrived = [
      { id: first, side: 'receiver', state: 'withdrawn' },
      { id: second, side: 'receiver', state: 'offered' },
    ]
    expect(await states(receiver)).toEqual(expect.arrayContaining(arrived))
    const log = await open(receiver).rows(
      sql`SELECT message FROM inbox WHERE sender = ${sender} ORDER BY rowid`,
    )
    expect(log).toHaveLength(3)
  })

  it('is found unavailable once in a round, however much waits for it', async () => {
    renameSync(file(), `${file()}.away`)
    for (let count = 0; count < 5; count++) await offered(receiver)
    let asked = 0
    const client = platform.databases.client
    platform.databases.client = name => {
      if (databaseLabel(name) === databaseLabel(nameOf(receiver))) asked++
      return client(name)
    }
    await work(sender)
    expect(asked).toBe(1)
    platform.databases.client = client
    renameSync(`${file()}.away`, file())
  })

  it('leaves its own work where it was, when it is the sender that comes back', async () => {
    const id = await offered(receiver)
    await work(sender)
    await accept(platform, open(receiver), id, '', {})
    now += HOUR
    await work(receiver)
    await work(sender)
    expect(await states(receiver)).toEqual([{ id, side: 'receiver', state: 'granted' }])
  })
})

describe('an answer given in time', () => {
  it('counts, though the courier brings it after the deadline', async () => {
    const id = await offered(receiver)
    await work(sender)
    await accept(platform, open(receiver), id, '', {})
    now += 10 * 24 * HOUR
    await work(sender)
    expect(await ownState(id)).toBe('offered')
    await work(receiver)
    expect(await ownState(id)).toBe('granted')
  })

  it('is waited for while the receiver is unavailable, and none is given in its place', async () => {
    const id = await offered(receiver)
    await work(sender)
    const client = platform.databases.client
    platform.databases.client = name => {
      if (databaseLabel(name) !== databaseLabel(nameOf(receiver))) return client(name)
      throw Object.assign(new Error('gone'), { code: 'SQLITE_CANTOPEN' })
    }
    now += 10 * 24 * HOUR
    await work(sender)
    expect(await ownState(id)).toBe('offered')
    platform.databases.client = client
    now += HOUR
    await work(sender)
    expect(await ownState(id)).toBe('timed-out')
  })
})

describe('a message that cannot be applied', () => {
  const stray = async (caseId: string, name: string) => {
    const place = { lat: null, long: null, accuracy: 0, address: null, resolution: '{}' }
    const share: ShareUpdate = {
      caseId,
      jurisdiction: sender,
      request: 'ZZ-2',
      status: 'in_progress',
      closeReason: null,
      agency: 'Public Works',
      held: true,
      place,
      receivedAt: now,
      expectedAt: null,
      updatedAt: now,
      version: 1,
    }
    await open(sender).commit(
      enqueueMessage(name, caseId, receiver, { kind: 'progress', share, events: [] }, now),
    )
  }
  const countyline = async (...argv: string[]) => {
    let out = ''
    const write = (text: string) => {
      out += text
    }
    const env = { DATA_DIR: app.dataDir }
    const code = await main(['jobs', ...argv], { env, out: write, err: write, now: () => now })
    return { code, out }
  }

  it('is parked after ten tries where an operator sees it, holds up its own case only, and can be sent again', async () => {
    await stray('ZZ-1', 'stray')
    await stray('ZZ-1', 'after-it')
    const [{ body } = { body: '' }] = await open(sender).rows<{ body: string }>(
      sql`SELECT body FROM message WHERE id = 'stray'`,
    )
    await open(sender).commit([sql`UPDATE message SET body = '{' WHERE id = 'stray'`])
    const id = await offered(receiver)
    await workUntil(now + 2 * HOUR)
    expect((await states(receiver)).map(handoff => handoff.id)).toEqual([id])
    const left = await waiting(sender)
    expect(left.map(({ id, attempts }) => [id, attempts])).toEqual([
      ['stray', 10],
      ['after-it', 0],
    ])
    expect(left[0]?.parkedAt).not.toBeNull()

    const { out } = await countyline('--parked')
    const number = `m${left[0]?.seq}`
    expect(out).toMatch(
      new RegExp(`^${databaseLabel(nameOf(sender))} ${number} progress to ${receiver}: parked .*10 tries`),
    )
    expect(out.trim().split('\n')).toHaveLength(1)

    const { id: known } = await submitReport(platform, SYSTEM, region, {
      draft: draft(),
      jurisdiction: receiver,
    })
    await open(sender).commit([
      sql`UPDATE message SET body = json_set(${body}, '$.share.caseId', ${known}) WHERE delivered_at IS NULL`,
    ])
    const retried = await countyline('--retry', number, '--database', databaseLabel(nameOf(sender)))
    expect(retried).toMatchObject({ code: 0 })
    await work(sender)
    expect(await waiting(sender)).toEqual([])
    const [share] = await open(receiver).rows(sql`SELECT request, status FROM share WHERE case_id = ${known}`)
    expect(share).toMatchObject({ request: 'ZZ-2', status: 'in_progress' })
    expect((await countyline('--retry', 'm999', '--database', databaseLabel(nameOf(sender)))).code).toBe(1)
  })

  it('because it speaks in another’s name is refused, whatever it says', async () => {
    const id = await offered(receiver)
    await work(sender)
    const [row] = await open(sender).rows<{ body: string }>(
      sql`SELECT body FROM message WHERE kind = 'offer'`,
    )
    const stolen = JSON.parse(row?.body ?? '') as object
    const forged = [
      { kind: 'grant', ...stolen },
      { kind: 'withdraw', side: 'receiver', why: 'withdrawn', ...stolen },
      { kind: 'grant', ...stolen, sender: other },
      { kind: 'withdraw', side: 'receiver', why: 'withdrawn', ...stolen, sender: other },
      { kind: 'progress', share: { jurisdiction: sender }, events: [] },
    ] as unknown as Message[]
    for (const [at, message] of forged.entries()) {
      const envelope = { id: `forged-${at}`, sender: other, message }
      await expect(receive(platform, region, receiver, envelope)).rejects.toMatchObject({
        slug: 'not-allowed',
      })
    }
    const decision = { kind: 'decision', handoff: id, holder: other, text: '' } as const
    await receive(platform, region, sender, { id: 'forged', sender: other, message: decision })
    const answer = {
      kind: 'answer',
      handoff: id,
      accepted: true,
      reason: null,
      text: '',
      counter: null,
    } as const
    const envelope = { id: 'forged-answer', sender: other, message: { ...answer, answeredAt: now } }
    await receive(platform, region, sender, envelope)
    expect(await states(receiver)).toEqual([{ id, side: 'receiver', state: 'offered' }])
    expect(await ownState(id)).toBe('offered')
  })
})

describe('by itself, on the Node timer', () => {
  it('an accepted offer is granted and its origin told, when the job runs', async () => {
    now = Date.now()
    const runner = jobRunner(platform, jobHandlers)
    runner.start(() => listDatabases(platform))
    try {
      const id = await offered(receiver)
      await expect.poll(() => states(receiver), { timeout: 20_000 }).toMatchObject([{ id, state: 'offered' }])
      await accept(platform, open(receiver), id, '', {})
      const granted = () =>
        open(sender).rows(sql`SELECT 1 FROM share WHERE jurisdiction = ${receiver} AND held`)
      await expect.poll(granted, { timeout: 20_000 }).toHaveLength(1)
    } finally {
      await runner.stop()
    }
  })
})

describe.skipIf(sqldBinary() === undefined)('with a libSQL server that is killed and comes back', () => {
  it('everything that was on its way arrives', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'countyline-courier-'))
    const sqld: Sqld = await startSqld({ folder })
    const remote = await startApp({ now, remote: { url: sqld.url, adminUrl: sqld.adminUrl } })
    const local = platform
    try {
      platform = remote.platform
      const id = await offered(receiver)
      await sqld.kill()
      expect(await work(sender).catch(asProblem)).toMatchObject({ slug: 'database-unavailable' })
      now += HOUR
      remote.advance(HOUR)
      await sqld.start()
      await work(sender)
      expect(await states(receiver)).toEqual([{ id, side: 'receiver', state: 'offered' }])
    } finally {
      platform = local
      await remote.close()
      await sqld.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
