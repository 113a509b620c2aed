import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { main } from '../src/cli/main.ts'
import { openTenant } from '../src/core/database/handles.ts'
import { runDueJobs } from '../src/core/database/run-jobs.ts'
import { jobHandlers } from '../src/create-app.ts'
import { listMessages } from '../src/handoffs/courier/outbox.ts'
import { decideSettlement } from '../src/handoffs/courier/settle.ts'
import { databaseLabel } from '../src/platform/platform.ts'
import { bundled } from './support/app.ts'
import { type County, startCounty } from './support/county.ts'
import { signIn } from './support/staff.ts'

/* A message between jurisdictions that cannot be applied: who is informed, and how an operator settles it. */

let county: County
beforeEach(async () => {
  county = await startCounty()
})
afterEach(() => county.close())

const [SENDER, RECEIVER, OTHER] = ['port-ellery', 'hollis', 'larkfield']
const MINUTE = 60_000
const nameOf = (slug: string) => ({ kind: 'tenant', region: bundled, slug }) as const
const execute = (slug: string, statement: string) =>
  county.app.platform.databases.client(nameOf(slug)).execute(statement)
const open = (slug: string) =>
  openTenant(county.app.platform, { kind: 'system', reason: 'test' }, bundled, slug)
const waiting = (slug: string) => listMessages(open(slug))

/** From now on nothing can be inserted into this table there. */
const poison = (slug: string, table: string) =>
  execute(slug, `CREATE TRIGGER poison BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'poisoned'); END`)
const repair = (slug: string) => execute(slug, 'DROP TRIGGER poison')

/** An hour in which the jobs run every five minutes: long enough for ten tries. */
async function tenTries() {
  for (let minutes = 0; minutes < 60; minutes += 5) {
    county.app.advance(5 * MINUTE)
    for (const slug of [SENDER, RECEIVER]) await runDueJobs(county.app.platform, nameOf(slug), jobHandlers)
  }
}

/** Moves the clock, then runs everything due. */
async function later(minutes: number) {
  county.app.advance(minutes * MINUTE)
  await county.app.runJobs()
}

async function countyline(...argv: string[]) {
  let [out, err] = ['', '']
  const code = await main(['jobs', ...argv], {
    env: { DATA_DIR: county.app.dataDir },
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    now: county.app.platform.clock.now,
  })
  await county.app.runJobs()
  return { code, out, err }
}
const settle = (option: string, id: string, slug: string = SENDER) =>
  countyline(option, id, '--database', databaseLabel(nameOf(slug)), '--as', 'olga')

/** A case of the sender's that the receiver has accepted, but whose grant cannot be applied there. */
async function stuck(more: object = {}) {
  const { id } = await county.report('pothole', '350 Main Street, Port Ellery')
  const { body } = await county.offer(SENDER, id, RECEIVER, more)
  await poison(RECEIVER, 'request')
  await county.answer(RECEIVER, body.id, 'accept')
  await tenTries()
  const [message] = await waiting(SENDER)
  return { id, handoff: body.id, message: `m${message?.seq}` }
}

const handoffState = async (slug: string, handoff: string, side: string) =>
  (await county.get<{ state: string }>(`/api/v1/work/handoffs/${handoff}?side=${side}`, slug)).state

async function page(id: string): Promise<string> {
  const { cookie } = await signIn(county.app, SENDER, 'supervisor')
  const answer = await county.app.request(`/work/${SENDER}/requests/${id}`, { headers: { cookie } })
  expect(answer.status).toBe(200)
  return answer.text()
}

test('what is parked ends the list with exit code 1, until all of it is retried', async () => {
  const { message } = await stuck()
  const parked = await countyline('--parked')
  expect(parked.code).toBe(1)
  expect(parked.out).toContain(` ${message} `)
  for (const wrong of [['--retry'], ['--all'], ['--retry', '17', '--all']])
    expect((await countyline(...wrong)).err).toContain('Use --retry ID, or --retry --all.')
  await repair(RECEIVER)
  const retried = await countyline('--retry', '--all')
  expect(retried.code).toBe(0)
  expect(retried.out).toMatch(
    new RegExp(`^Due now in ${databaseLabel(nameOf(SENDER))}: \\d jobs?, 1 message\\.`),
  )
  expect(await waiting(SENDER)).toEqual([])
  expect(await countyline('--parked')).toMatchObject({ code: 0, out: 'No jobs are waiting.\n' })
  expect((await countyline('--retry', '--all')).out).toBe('Nothing is parked.\n')
})

describe('a grant that cannot be applied', () => {
  test('is an alarm, and the sender’s staff read it on the request', async () => {
    const { id, message } = await stuck()
    const alarms = county.app.logged.filter(({ event }) => event === 'message-parked')
    expect(alarms).toMatchObject([
      {
        level: 'error',
        fields: {
          database: databaseLabel(nameOf(SENDER)),
          message: Number(message.slice(1)),
          to: RECEIVER,
          kind: 'grant',
          problem: 'fault',
        },
      },
    ])
    expect(await page(id)).toContain('We could not deliver this request to City of Hollis')
    const whole = await county.get<{ undelivered: unknown }>(`/api/v1/work/requests/${id}`, SENDER)
    expect(whole.undelivered).toMatchObject([{ receiver: RECEIVER, kind: 'grant' }])
    await later(24 * 60)
    expect(county.app.logged.filter(({ event }) => event === 'message-parked')).toHaveLength(2)
  })

  test('is applied by itself within a day, once what kept it is put right', async () => {
    const { id, handoff } = await stuck()
    await repair(RECEIVER)
    await later(24 * 60)
    expect(await handoffState(RECEIVER, handoff, 'receiver')).toBe('granted')
    expect(await county.own(RECEIVER, id)).toMatchObject({ custody: 'held' })
    expect(await page(id)).not.toContain('We could not deliver this request')
  })

  test('is taken back by an operator: the sender holds it as before, the log names who did it, the public reads no word', async () => {
    const { id, handoff, message } = await stuck()
    const seenBefore = await county.seen(id)
    const said = await settle('--return', message)
    expect(said).toMatchObject({ code: 0, err: '' })
    expect(said.out).toContain(`${SENDER} holds the request again`)
    const own = await county.whole(SENDER, id)
    expect(own).toMatchObject({
      custody: 'held',
      passed_to: null,
      status: 'submitted',
      triage: true,
      agency_responsible: 'City of Port Ellery',
    })
    expect(own.timeline.at(-1)).toMatchObject({
      type: 'undelivered',
      actor: 'operator:olga',
      public: false,
      receiver: RECEIVER,
      settled: 'return',
    })
    expect(await page(id)).toContain('Could not be delivered to City of Hollis.')
    const seen = await county.seen(id)
    expect(seen.timeline).toEqual(seenBefore.timeline)
    expect(seen).toMatchObject({ status: 'submitted', agency_responsible: 'City of Port Ellery' })
    expect(await handoffState(SENDER, handoff, 'sender')).toBe('withdrawn')
    expect(await waiting(SENDER)).toEqual([])
    expect((await countyline('--parked')).out).toBe('No jobs are waiting.\n')

    await repair(RECEIVER)
    await later(3 * 24 * 60)
    expect(await handoffState(RECEIVER, handoff, 'receiver')).toBe('withdrawn')
    await expect(county.own(RECEIVER, id), 'the receiver never has it').rejects.toThrow('no share')
    const lent = await county.get(`/api/v1/work/handoffs/${handoff}?side=receiver`, RECEIVER)
    expect(lent, 'what it was lent is erased').toMatchObject({ subject: null })
    const { body } = await county.offer(SENDER, id, OTHER)
    await county.answer(OTHER, body.id, 'accept')
    expect(await county.own(OTHER, id)).toMatchObject({ custody: 'held' })
  })

  test('of a share is taken back too, and the sender goes on with its own', async () => {
    const { id, handoff, message } = await stuck({ kind: 'share' })
    expect((await settle('--return', message)).code).toBe(0)
    expect(await handoffState(SENDER, handoff, 'sender')).toBe('withdrawn')
    expect(await county.whole(SENDER, id)).toMatchObject({ custody: 'held', triage: false })
  })

  test('whose message cannot even be read is taken back', async () => {
    const { id, message } = await stuck()
    await open(SENDER).commit([sql`UPDATE message SET body = '{' WHERE delivered_at IS NULL`])
    expect((await settle('--return', message)).code).toBe(0)
    expect(await county.whole(SENDER, id)).toMatchObject({ custody: 'held', status: 'submitted' })
  })

  test('that had been applied, with only the news of it lost, stays where it is', async () => {
    const { id, handoff, message } = await stuck()
    await repair(RECEIVER)
    await later(24 * 60)
    await open(SENDER).commit([
      sql`UPDATE message SET delivered_at = NULL WHERE seq = ${Number(message.slice(1))}`,
    ])
    const said = await settle('--return', message)
    expect(said.out).toContain('has already been applied. Nothing was changed')
    expect(await handoffState(SENDER, handoff, 'sender')).toBe('granted')
    expect(await county.whole(SENDER, id)).toMatchObject({ custody: 'passed', passed_to: RECEIVER })
    expect(await county.own(RECEIVER, id)).toMatchObject({ custody: 'held' })
  })

  test('is taken back when the receiver can be reached, and not before', async () => {
    const { id, message } = await stuck()
    const { databases } = county.app.platform
    const { client } = databases
    databases.client = name => {
      if (name.kind !== 'tenant' || name.slug !== RECEIVER) return client(name)
      throw Object.assign(new Error('gone'), { code: 'SQLITE_CANTOPEN' })
    }
    const now = () => county.app.platform.clock.now()
    const decide = () =>
      decideSettlement(open(SENDER), Number(message.slice(1)), 'return', 'operator:olga', now())
    expect(await decide()).toBe(true)
    county.app.advance(MINUTE)
    await runDueJobs(county.app.platform, nameOf(SENDER), jobHandlers)
    expect(await county.whole(SENDER, id)).toMatchObject({ custody: 'passed' })
    databases.client = client
    expect((await waiting(SENDER))[0]).toMatchObject({ settlement: 'return', deliveredAt: null })
    await later(10)
    expect(await county.whole(SENDER, id)).toMatchObject({ custody: 'held' })
  })

  test('leaves what had been said about duplicates with whoever holds the case', async () => {
    const { id } = await county.report('pothole', '350 Main Street, Port Ellery')
    const { id: other } = await county.report('pothole', 'Larkfield', {}, `/j/${OTHER}`)
    await county.post(`/api/v1/work/requests/${id}/duplicates`, { of: other }, SENDER)
    const { body } = await county.offer(SENDER, id, RECEIVER)
    await poison(RECEIVER, 'request')
    await county.answer(RECEIVER, body.id, 'accept')
    // The answer goes to the sender, and waits behind the grant.
    await county.post(`/api/v1/work/requests/${other}/duplicates/${id}/answer`, { confirmed: false }, OTHER)
    await tenTries()
    const [message] = await waiting(SENDER)
    await settle('--return', `m${message?.seq}`)
    await later(10)
    const { links } = await county.get<{ links: { state: string }[] }>(
      `/api/v1/work/requests/${id}/duplicates`,
      SENDER,
    )
    expect(links).toMatchObject([{ of: other, state: 'declined' }])
    expect(await waiting(SENDER)).toEqual([])
  })
})

describe('a message that hands nothing over', () => {
  test('is dropped by an operator: an answer, and the offer ends as if nobody had answered', async () => {
    const { id } = await county.report('pothole', '350 Main Street, Port Ellery')
    const { body } = await county.offer(SENDER, id, RECEIVER)
    await execute(
      SENDER,
      `CREATE TRIGGER poison BEFORE UPDATE ON handoff BEGIN SELECT RAISE(ABORT, 'poisoned'); END`,
    )
    await county.answer(RECEIVER, body.id, 'accept')
    await tenTries()
    await repair(SENDER)
    const [message] = await waiting(RECEIVER)
    expect(message?.kind).toBe('answer')
    expect((await settle('--return', `m${message?.seq}`, RECEIVER)).err).toContain('that transfers a request')
    expect((await settle('--skip', `m${message?.seq}`, RECEIVER)).out).toContain(
      'it will not be delivered to',
    )
    await later(10 * 24 * 60)
    expect(await handoffState(SENDER, body.id, 'sender')).toBe('timed-out')
    expect(await handoffState(RECEIVER, body.id, 'receiver')).toBe('timed-out')
    expect(await county.whole(SENDER, id)).toMatchObject({ custody: 'held' })
  })

  test('and one that hands a request over cannot be dropped, nor one settled that has not given up', async () => {
    const { id, message } = await stuck()
    expect(await settle('--skip', message)).toMatchObject({ code: 1 })
    expect(await settle('--return', 'm9999')).toMatchObject({ code: 1 })
    expect(await settle('--return', '17')).toMatchObject({ code: 1 })
    expect(await countyline('--return', message)).toMatchObject({ code: 1 })
    const both = await countyline('--return', message, '--retry', message, '--database', 'x')
    expect(both.code).toBe(1)
    expect((await countyline('--retry', message, '--database', databaseLabel(nameOf(SENDER)))).code).toBe(0)
    expect((await settle('--return', message)).code, 'it has ten new tries').toBe(1)
    expect(await county.whole(SENDER, id)).toMatchObject({ custody: 'passed' })
  })
})
