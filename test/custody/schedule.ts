import { openTenant } from '../../src/core/database/handles.ts'
import type { JobHandler } from '../../src/core/database/jobs.ts'
import { runDueJobs } from '../../src/core/database/run-jobs.ts'
import { Problem } from '../../src/core/problem.ts'
import { syncOriginJob } from '../../src/handoffs/automatic/sync-origin.ts'
import { timeoutJob } from '../../src/handoffs/automatic/timeout.ts'
import { courierJob } from '../../src/handoffs/courier/courier.ts'
import { envelopeOf, type MessageRow } from '../../src/handoffs/courier/outbox.ts'
import { receive } from '../../src/handoffs/courier/receive.ts'
import { type Draft, noContact } from '../../src/requests/draft.ts'
import { publishJob } from '../../src/requests/list/public-index.ts'
import { submitReport } from '../../src/requests/submit.ts'
import { type CustodyAction, chooseAct, inWords, perform } from './acts.ts'
import { park, plantPhoto, retryTask, sendPhoto, settleTask, stealTask, undelivered } from './adversaries.ts'
import { errorsOf, holderErrors, look, type Seen, settledErrors, tenant } from './check.ts'
import { Model } from './model.ts'
import { Dice } from './random.ts'
import { appliesMessage, type Ending, NOON, SERVICE, settlesMessage, type Task, type World } from './world.ts'

export interface Finding {
  readonly seed: number
  readonly errors: readonly string[]
  readonly steps: readonly string[]
}

const SYSTEM = { kind: 'system', reason: 'test' } as const
const LEASE_MILLISECONDS = 31_000
const ROUNDS = 200

/**
 * Plays one random schedule on a new case, lets everything settle, and checks. Undefined: no violation. A world
 * can play a seed only once: the case would have the same number again.
 */
export async function playSchedule(world: World, seed: number): Promise<Finding | undefined> {
  const dice = new Dice(seed)
  const { platform, region, slugs, clock } = world
  const steps: string[] = []
  const errors: string[] = []
  const actionResults: CustodyAction[] = []
  const applied = new Set<string>()
  const parts = new Map<string, Seen>(slugs.map(slug => [slug, { requests: [], handoffs: [] }]))
  clock.now = NOON
  world.warnings.length = 0
  const poison = new Map<string, boolean>()
  const settled = new Set<string>()
  const parkedByHand = new Set<string>()
  const poisonRate = dice.chance(0.25) ? 0.2 : 0
  world.poisons = (sender, message) => {
    const [, kind, row] = message.split(':')
    const isOurs = [...parts.values()].some(({ requests }) => requests.some(({ id }) => id === row))
    // Late progress messages of an earlier case are no part of this one.
    if (kind === 'progress' && !isOurs) return false
    const name = `${message} of ${sender}`
    const known = poison.get(name) ?? (poisonRate > 0 && dice.chance(poisonRate))
    poison.set(name, known)
    return known
  }

  const origin = dice.pick(slugs)
  const photo = `PHOTO${seed}`
  await sendPhoto(world, photo)
  const draft = draftOf(photo)
  const caseId = await file()
  const arbitrator = region.documents.region.handoffs?.arbitrator ?? region.documents.region.intake
  const model = new Model(origin, caseId, arbitrator)
  parts.set(origin, await look(world, origin, caseId))

  for (let left = dice.between(3, 12); left > 0 && errors.length === 0; left--) await step()
  if (errors.length === 0) await settle()
  if (errors.length === 0) errors.push(...(await settledErrors(world, model, origin, caseId, photo)))
  return errors.length === 0 ? undefined : { seed, errors, steps }

  function draftOf(photo: string): Draft {
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
      media: [photo],
      mediaUrl: '',
      language: 'en',
      channel: 'phone',
    }
  }

  async function file(): Promise<string> {
    let id = ''
    const run = async () => {
      id = (await submitReport(platform, SYSTEM, region, { draft, jurisdiction: origin })).id
    }
    const task = { name: 'file', dies: undefined, committed: async () => {}, run }
    const [ending] = await world.run([task], dice, true)
    if (ending?.ended === 'failed') throw ending.error
    return id
  }

  async function step(): Promise<void> {
    const what = dice.weighted([
      [10, 'alone'],
      [5, 'together'],
      [1, 'wait'],
      [1, 'plant'],
    ] as const)
    if (what === 'plant') {
      steps.push(await plantPhoto(world, dice, photo))
      return
    }
    if (what === 'wait') {
      clock.now += dice.pick([1_000, LEASE_MILLISECONDS, 3_600_000, 3 * 86_400_000])
      steps.push(`the clock stands at ${new Date(clock.now).toISOString()}`)
      return
    }
    const count = what === 'alone' ? 1 : dice.between(2, 3)
    const tasks: Task[] = []
    while (tasks.length < count) tasks.push(await chooseTask(what === 'alone'))
    const endings = await world.run(tasks, dice, dice.chance(0.5))
    const described = tasks.map(({ name, dies }, at) => `${name}: ${said(endings[at], dies)}`)
    steps.push(described.join('\n    meanwhile '))
    clock.now += dice.between(0, 400)
  }

  async function chooseTask(isAlone: boolean): Promise<Task> {
    const kind = dice.weighted([
      [10, 'act'],
      [2, 'again'],
      [4, 'deliver'],
      [6, 'jobs'],
      [1, 'steal'],
      [2, 'settle'],
    ] as const)
    const dies = dice.chance(0.25) ? { write: dice.between(1, 4), before: dice.chance(0.5) } : undefined
    if (kind === 'again' && actionResults.length > 0) return actTask(dice.pick(actionResults), dies, false)
    if (kind === 'deliver') {
      const sender = dice.pick(slugs)
      const [sent = []] = await world.read(tenant(world, sender), [
        {
          sql: 'SELECT id, receiver, kind, body FROM message WHERE receiver IN (SELECT value FROM json_each(?)) AND case_id = ? ORDER BY seq',
          args: [JSON.stringify(slugs), caseId],
        },
      ])
      if (sent.length > 0) return deliverTask(sender, dice.pick(sent) as unknown as MessageRow, dies, isAlone)
    }
    if (kind === 'steal') {
      const keys = actionResults.map(({ key }) => key)
      return stealTask(world, dice, draft, keys, dies, errors)
    }
    if (kind === 'settle') {
      const waiting = (await undelivered(world, caseId)).filter(({ kind }) => kind !== 'progress')
      if (waiting.length > 0) {
        const message = dice.pick(waiting)
        await park(world, message)
        parkedByHand.add(`${message.id} of ${message.sender}`)
        return settleTask(world, message, dies)
      }
    }
    if (kind === 'jobs') return jobsTask(dice.pick(slugs), dies, isAlone)
    const act = chooseAct({ model, dice, slugs, origin, caseId }, actionResults.length)
    const [rows = []] = await world.read(tenant(world, act.at), [
      { sql: 'SELECT version FROM request WHERE id = ?', args: ['row' in act ? act.row : ''] },
    ])
    const actionResult = {
      act,
      version: Number(rows[0]?.version ?? 1),
      key: `${caseId} ${actionResults.length}`,
      isWritten: false,
    }
    actionResults.push(actionResult)
    return actTask(actionResult, dies, isAlone)
  }

  function actTask(actionResult: CustodyAction, dies: Task['dies'], mustSucceed: boolean): Task {
    const { act } = actionResult
    const wasWritten = actionResult.isWritten
    const isDue = mustSucceed && model.allows(act)
    return {
      name: `${wasWritten ? 'again ' : ''}${inWords(act)}`,
      dies,
      async committed(database, statements) {
        if (actionResult.isWritten) errors.push(`written twice: ${inWords(act)}`)
        if (!model.allows(act)) errors.push(`the protocol does not allow: ${inWords(act)}`)
        actionResult.isWritten = true
        const insert = statements.find(({ sql }) => sql.startsWith('INSERT INTO handoff'))
        if (errors.length === 0) model.apply(act, String(insert?.args[0]))
        await observe(database)
      },
      async run() {
        try {
          await perform(world, actionResult)
        } catch (error) {
          const isRefusal = error instanceof Problem && error.status < 500
          if (!isRefusal || wasWritten) throw error
          if (isDue) errors.push(`refused (${error.slug} ${error.detail ?? ''}): ${inWords(act)}`)
          throw error
        }
        if (!actionResult.isWritten) errors.push(`acknowledged, but not written: ${inWords(act)}`)
      },
    }
  }

  function deliverTask(sender: string, row: MessageRow, dies: Task['dies'], mustSucceed: boolean): Task {
    const name = `${row.id} of ${sender} is delivered to ${row.receiver}`
    return {
      name,
      dies,
      committed: messageCommitted,
      async run() {
        const from = openTenant(platform, { kind: 'system', reason: 'courier' }, region.slug, sender)
        const envelope = await envelopeOf(platform, from, row)
        await receive(platform, region, row.receiver, envelope).catch(error => {
          const isMeant =
            poison.get(`${row.id} of ${sender}`) || settled.has(`${row.id} of ${sender} at ${row.receiver}`)
          if (mustSucceed && !isMeant && error instanceof Problem && error.slug !== 'database-unavailable')
            errors.push(`${name}: ${error.message}`)
          throw error
        })
      },
    }
  }

  function jobsTask(slug: string, dies: Task['dies'], mustSucceed: boolean): Task {
    let timingOut: string | undefined
    const timeouts: JobHandler = {
      kind: timeoutJob.kind,
      async run(lent, database, payload) {
        timingOut = (payload as { handoff: string }).handoff
        return timeoutJob.run(lent, database, payload).finally(() => {
          timingOut = undefined
        })
      },
    }
    const handlers = [publishJob, courierJob, syncOriginJob, timeouts]
    return {
      name: `the jobs of ${slug}`,
      dies,
      async committed(database, statements) {
        if (timingOut === undefined) return messageCommitted(database, statements)
        model.timeOut(timingOut)
        await observe(database)
      },
      async run() {
        const { failed } = await runDueJobs(platform, tenant(world, slug), handlers)
        if (mustSucceed && failed > 0 && dies === undefined)
          errors.push(`${failed} jobs of ${slug} failed: ${world.warnings.at(-1)}`)
      },
    }
  }

  /** Of what jobs and deliveries write, only a message that takes effect changes the model. */
  async function messageCommitted(
    ...[database, statements]: Parameters<Task['committed']>
  ): ReturnType<Task['committed']> {
    const [first] = statements
    if (database.kind !== 'tenant' || first === undefined) return
    const givesBack = statements.find(({ sql }) =>
      sql.startsWith("UPDATE handoff SET state = 'withdrawn', version"),
    )
    const [sender, id] = first.args
    const name = `${id} of ${sender} at ${database.slug}`
    if (settlesMessage(first)) {
      if (applied.has(name)) errors.push(`applied, and settled: ${name}`)
      settled.add(name)
      model.settle(String(id), database.slug)
      return observe(database)
    }
    if (/FROM message WHERE seq = \? AND settlement = \?/.test(first.sql) && givesBack !== undefined) {
      model.giveBack(String(givesBack.args[0]))
      return observe(database)
    }
    if (!appliesMessage(first)) return
    if (applied.has(name)) errors.push(`applied twice: ${name}`)
    if (settled.has(name)) errors.push(`settled, and applied: ${name}`)
    applied.add(name)
    const isKnown = model.deliver(String(id)) || String(id).startsWith(`${sender}:progress:`)
    if (!isKnown) errors.push(`nobody should have sent ${name}`)
    await observe(database)
  }

  async function observe(database: Parameters<Task['committed']>[0]): Promise<void> {
    if (database.kind !== 'tenant') return
    const seen = await look(world, database.slug, caseId)
    parts.set(database.slug, seen)
    errors.push(...errorsOf(model, database.slug, seen), ...holderErrors(model, parts))
  }

  /** Runs whatever is due, and moves the clock to what is due next, until nothing is. */
  async function settle(): Promise<void> {
    steps.push('everything settles')
    for (let round = 0; round < ROUNDS; round++) {
      const due: { slug: string; at: number }[] = []
      for (const slug of slugs) {
        const [rows = []] = await world.read(tenant(world, slug), [
          { sql: 'SELECT min(max(due_at, leased_until)) AS at FROM job WHERE parked_at IS NULL', args: [] },
        ])
        if (rows[0]?.at != null) due.push({ slug, at: Number(rows[0].at) })
      }
      if (due.length === 0 || errors.length > 0) return
      clock.now = Math.max(clock.now, Math.min(...due.map(({ at }) => at)))
      for (const { slug, at } of due)
        if (at <= clock.now) await world.run([jobsTask(slug, undefined, true)], dice, true)
      await operate()
    }
    errors.push(`nothing comes to rest: ${world.warnings.slice(-3).join('; ')}`)
  }

  /**
   * The operator handles parked messages: settles each, or fixes what blocked it. Only poisoned messages are
   * ever parked.
   */
  async function operate(): Promise<void> {
    for (const message of await undelivered(world, caseId)) {
      if (!message.parked) continue
      const name = `${message.id} of ${message.sender}`
      if (!poison.get(name) && !parkedByHand.has(name)) {
        errors.push(`cannot be applied: ${name}: ${world.warnings.at(-1)}`)
        return
      }
      const isSettled = message.kind !== 'progress' && dice.chance(0.6)
      if (!isSettled) poison.set(name, false)
      const task = (isSettled ? settleTask : retryTask)(world, message, undefined)
      await world.run([task], dice, true)
      steps.push(task.name)
    }
  }
}

function said(ending: Ending | undefined, dies: Task['dies']): string {
  if (ending?.ended === 'died') return `died ${dies?.before ? 'before' : 'after'} write ${dies?.write}`
  if (ending?.ended !== 'failed') return 'done'
  return ending.error instanceof Problem ? ending.error.slug : String(ending.error)
}
