import { openTenant } from '../../src/core/db.ts'
import { type JobHandler, runDueJobs } from '../../src/core/jobs.ts'
import { Problem } from '../../src/core/problem.ts'
import { accept, decide, refuse, withdraw } from '../../src/handoffs/answers.ts'
import { courierJob } from '../../src/handoffs/courier.ts'
import { offer } from '../../src/handoffs/offers.ts'
import { envelopeOf, type MessageRow } from '../../src/handoffs/outbox.ts'
import { receive } from '../../src/handoffs/receive.ts'
import { handoffKinds } from '../../src/handoffs/schema.ts'
import { tellOriginJob } from '../../src/handoffs/tell-origin.ts'
import { timeoutJob } from '../../src/handoffs/timeout.ts'
import { withdrawOffersOf } from '../../src/handoffs/withdraw.ts'
import { addNote, changeStatus, transitions } from '../../src/requests/change.ts'
import { noContact } from '../../src/requests/draft.ts'
import { publishJob } from '../../src/requests/public-index.ts'
import { statuses } from '../../src/requests/schema.ts'
import { submitReport } from '../../src/requests/submit.ts'
import { faultsOf, holderFaults, look, type Seen, settledFaults, tenant } from './check.ts'
import { type Act, Model, stateAt } from './model.ts'
import { Dice } from './random.ts'
import { type Ending, NOON, SERVICE, type Task, type World } from './world.ts'

/** A schedule that broke a promise, with everything that was done. */
export interface Finding {
  readonly seed: number
  readonly faults: readonly string[]
  readonly steps: readonly string[]
}

/** An act with what its caller knew, so that it can be sent again. */
interface Deed {
  readonly act: Act
  readonly version: number
  readonly key: string
  isWritten: boolean
}

const SYSTEM = { kind: 'system', reason: 'test' } as const
const LEASE_MILLISECONDS = 31_000
const ROUNDS = 200

/**
 * Plays one random schedule on a new case, lets everything settle, and looks. Undefined: nothing is wrong. A world plays
 * a seed once: the case would have the same number again.
 */
export async function playSchedule(world: World, seed: number): Promise<Finding | undefined> {
  const dice = new Dice(seed)
  const { platform, region, slugs, clock } = world
  const steps: string[] = []
  const faults: string[] = []
  const deeds: Deed[] = []
  const applied = new Set<string>()
  const parts = new Map<string, Seen>(slugs.map(slug => [slug, { requests: [], handoffs: [] }]))
  clock.now = NOON
  world.warnings.length = 0

  const origin = dice.pick(slugs)
  const caseId = await file()
  const arbitrator = region.documents.region.handoffs?.arbitrator ?? region.documents.region.intake
  const model = new Model(origin, caseId, arbitrator)
  parts.set(origin, await look(world, origin, caseId))

  for (let left = dice.between(3, 12); left > 0 && faults.length === 0; left--) await step()
  if (faults.length === 0) await settle()
  if (faults.length === 0) faults.push(...(await settledFaults(world, model, origin, caseId)))
  return faults.length === 0 ? undefined : { seed, faults, steps }

  async function file(): Promise<string> {
    const [long, lat] = region.documents.region.map.center
    const required = region.service(SERVICE)?.questions?.filter(question => question.required) ?? []
    const draft = {
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
    } as const
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
    ] as const)
    if (what === 'wait') {
      clock.now += dice.pick([1_000, LEASE_MILLISECONDS, 3_600_000, 3 * 86_400_000])
      steps.push(`the clock stands at ${new Date(clock.now).toISOString()}`)
      return
    }
    const count = what === 'alone' ? 1 : dice.between(2, 3)
    const tasks: Task[] = []
    while (tasks.length < count) tasks.push(await chooseTask(what === 'alone'))
    const endings = await world.run(tasks, dice, dice.chance(0.5))
    const told = tasks.map(({ name, dies }, at) => `${name}: ${said(endings[at], dies)}`)
    steps.push(told.join('\n    meanwhile '))
    clock.now += dice.between(0, 400)
  }

  async function chooseTask(isAlone: boolean): Promise<Task> {
    const kind = dice.weighted([
      [10, 'act'],
      [2, 'again'],
      [4, 'deliver'],
      [6, 'jobs'],
    ] as const)
    const dies = dice.chance(0.25) ? { write: dice.between(1, 4), before: dice.chance(0.5) } : undefined
    if (kind === 'again' && deeds.length > 0) return actTask(dice.pick(deeds), dies, false)
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
    if (kind === 'jobs') return jobsTask(dice.pick(slugs), dies, isAlone)
    const act = chooseAct()
    const [rows = []] = await world.read(tenant(world, act.at), [
      { sql: 'SELECT version FROM request WHERE id = ?', args: ['row' in act ? act.row : ''] },
    ])
    const deed = {
      act,
      version: Number(rows[0]?.version ?? 1),
      key: `${caseId} ${deeds.length}`,
      isWritten: false,
    }
    deeds.push(deed)
    return actTask(deed, dies, isAlone)
  }

  function actTask(deed: Deed, dies: Task['dies'], mustSucceed: boolean): Task {
    const { act } = deed
    const wasWritten = deed.isWritten
    const isDue = mustSucceed && model.allows(act)
    return {
      name: `${wasWritten ? 'again ' : ''}${inWords(act)}`,
      dies,
      async committed(database, statements) {
        if (deed.isWritten) faults.push(`written twice: ${inWords(act)}`)
        if (!model.allows(act)) faults.push(`the protocol does not allow: ${inWords(act)}`)
        deed.isWritten = true
        const insert = statements.find(({ sql }) => sql.startsWith('INSERT INTO handoff'))
        if (faults.length === 0) model.apply(act, String(insert?.args[0]))
        await observe(database)
      },
      async run() {
        try {
          await perform(deed)
        } catch (error) {
          const isRefusal = error instanceof Problem && error.status < 500
          if (!isRefusal || wasWritten) throw error
          if (isDue) faults.push(`refused (${error.slug} ${error.detail ?? ''}): ${inWords(act)}`)
          throw error
        }
        if (!deed.isWritten) faults.push(`acknowledged, but not written: ${inWords(act)}`)
      },
    }
  }

  async function perform({ act, version, key }: Deed): Promise<void> {
    const db = openTenant(platform, SYSTEM, region.slug, act.at)
    const caller = { idempotencyKey: key }
    const common = { version, idempotencyKey: key, text: 'text' in act ? act.text : '' }
    switch (act.does) {
      case 'offer': {
        const { row: request, receiver, kind, agreed } = act
        const agreement = agreed ? 'standing' : undefined
        const wish = { ...common, request, receiver, kind, reason: 'other', agreement }
        return void (await offer(platform, db, region, wish))
      }
      case 'answer':
        return act.accepted
          ? accept(platform, db, act.handoff, '', caller)
          : refuse(platform, db, region, act.handoff, { reason: 'other', text: '', counter: null }, caller)
      case 'withdraw':
        return withdraw(platform, db, act.handoff, caller)
      case 'decide':
        return decide(platform, db, region, act.handoff, { holder: act.holder, text: '' }, caller)
      case 'status':
        return void (await changeStatus(
          db,
          act.row,
          { ...common, to: act.to, reason: act.reason },
          clock.now,
          withdrawOffersOf,
        ))
      case 'note':
        return addNote(db, act.row, { ...common, public: act.public }, clock.now)
    }
  }

  function deliverTask(sender: string, row: MessageRow, dies: Task['dies'], mustSucceed: boolean): Task {
    const name = `${row.id} of ${sender} is delivered to ${row.receiver}`
    return {
      name,
      dies,
      committed: messageCommitted,
      async run() {
        await receive(platform, region, row.receiver, envelopeOf(sender, row)).catch(error => {
          if (mustSucceed && error instanceof Problem && error.slug !== 'database-away')
            faults.push(`${name}: ${error.message}`)
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
    const handlers = [publishJob, courierJob, tellOriginJob, timeouts]
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
          faults.push(`${failed} jobs of ${slug} failed: ${world.warnings.at(-1)}`)
      },
    }
  }

  /** Of what jobs and deliveries write, only a message that takes effect changes what the model knows. */
  async function messageCommitted(
    ...[database, statements]: Parameters<Task['committed']>
  ): ReturnType<Task['committed']> {
    const [first] = statements
    if (database.kind !== 'tenant' || !first?.sql.startsWith('INSERT INTO inbox')) return
    const [sender, id] = first.args
    const name = `${id} of ${sender} at ${database.slug}`
    if (applied.has(name)) faults.push(`applied twice: ${name}`)
    applied.add(name)
    const isKnown = model.deliver(String(id)) || String(id).startsWith(`${sender}:progress:`)
    if (!isKnown) faults.push(`nobody should have sent ${name}`)
    await observe(database)
  }

  async function observe(database: Parameters<Task['committed']>[0]): Promise<void> {
    if (database.kind !== 'tenant') return
    const seen = await look(world, database.slug, caseId)
    parts.set(database.slug, seen)
    faults.push(...faultsOf(model, database.slug, seen), ...holderFaults(model, parts))
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
      if (due.length === 0 || faults.length > 0) return
      clock.now = Math.max(clock.now, Math.min(...due.map(({ at }) => at)))
      for (const { slug, at } of due)
        if (at <= clock.now) await world.run([jobsTask(slug, undefined, true)], dice, true)
    }
    faults.push(`nothing comes to rest: ${world.warnings.slice(-3).join('; ')}`)
  }

  /** Mostly what the protocol allows now, sometimes anything. */
  function chooseAct(): Act {
    const rows = model.shares.flatMap(({ holder, row }) =>
      holder === undefined || row === undefined ? [] : [{ at: holder, row }],
    )
    const handoffs = [...model.handoffs.values()]
    const standing = (side: string, state: string) =>
      handoffs.flatMap(handoff =>
        slugs.filter(at => stateAt(handoff, at, side) === state).map(at => ({ at, handoff: handoff.id })),
      )
    const anywhere = { at: dice.pick(slugs), handoff: handoffs.length > 0 ? dice.pick(handoffs).id : '' }
    const isWild = dice.chance(0.1)
    const place = <T>(legal: readonly T[], wild: T): readonly T[] => (isWild ? [wild] : legal)
    const holding = place(rows, { at: dice.pick(slugs), row: rows.length > 0 ? dice.pick(rows).row : caseId })
    const offered = [...standing('sender', 'offered'), ...standing('sender', 'appealed')]
    const choices: (readonly [number, () => Act])[] = []
    const add = <T>(weight: number, from: readonly T[], make: (chosen: T) => Act) => {
      if (from.length > 0) choices.push([weight, () => make(dice.pick(from))])
    }
    add(5, holding, chosen => {
      const kind = model.shares.length < 3 && dice.chance(0.25) ? 'share' : (handoffKinds[0] ?? 'transfer')
      const receiver = dice.pick(isWild ? slugs : slugs.filter(slug => slug !== chosen.at))
      return { does: 'offer', ...chosen, receiver, kind, agreed: dice.chance(0.2) }
    })
    add(3, holding, chosen => {
      const held = model.shares.find(({ row }) => row === chosen.row)
      const to = dice.pick(isWild || held === undefined ? statuses : transitions[held.status])
      const reason = to === 'closed' ? dice.pick(['completed', 'no-action'] as const) : undefined
      return { does: 'status', ...chosen, to, reason, text: `${to} ${deeds.length}` }
    })
    add(2, holding, chosen => {
      const isPublic = dice.chance(0.6)
      const words = `${isPublic ? 'public' : 'private'} ${deeds.length}`
      return { does: 'note', ...chosen, text: words, public: isPublic }
    })
    if (handoffs.length > 0) {
      add(8, place(standing('receiver', 'offered'), anywhere), chosen => {
        return { does: 'answer', ...chosen, accepted: dice.chance(0.5) }
      })
      add(2, place(offered, anywhere), chosen => ({ does: 'withdraw', ...chosen }))
      add(5, place(standing('arbitrator', 'appealed'), anywhere), chosen => {
        return { does: 'decide', ...chosen, holder: dice.pick(slugs) }
      })
    }
    if (choices.length === 0) return { does: 'note', at: origin, row: caseId, text: 'nothing', public: false }
    return dice.weighted(choices)()
  }

  function inWords(act: Act): string {
    const { does, at, ...details } = act
    return `${at} ${does} ${JSON.stringify(details)}`
  }
}

function said(ending: Ending | undefined, dies: Task['dies']): string {
  if (ending?.ended === 'died') return `died ${dies?.before ? 'before' : 'after'} write ${dies?.write}`
  if (ending?.ended !== 'failed') return 'done'
  return ending.error instanceof Problem ? ending.error.slug : String(ending.error)
}
