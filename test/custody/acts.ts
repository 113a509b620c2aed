import { openTenant } from '../../src/core/database/handles.ts'
import { accept, decide, refuse, withdraw } from '../../src/handoffs/answers.ts'
import { offer } from '../../src/handoffs/offers.ts'
import { handoffKinds } from '../../src/handoffs/schema.ts'
import { withdrawOffersOf } from '../../src/handoffs/withdraw.ts'
import { addNote, changeStatus, transitions } from '../../src/requests/change.ts'
import { statuses } from '../../src/requests/schema.ts'
import { type Act, type Model, stateAt } from './model.ts'
import type { Dice } from './random.ts'
import type { World } from './world.ts'

/* What staff and programs do in a schedule. */

const SYSTEM = { kind: 'system', reason: 'test' } as const

/** An action with what its caller knew, so that it can be repeated. */
export interface CustodyAction {
  readonly act: Act
  readonly version: number
  readonly key: string
  isWritten: boolean
}

interface Playing {
  readonly model: Model
  readonly dice: Dice
  readonly slugs: readonly string[]
  readonly origin: string
  readonly caseId: string
}

export async function perform(
  { platform, region, clock }: World,
  { act, version, key }: CustodyAction,
): Promise<void> {
  const db = openTenant(platform, SYSTEM, region.slug, act.at)
  const caller = { idempotencyKey: key }
  const common = { version, idempotencyKey: key, text: 'text' in act ? act.text : '' }
  switch (act.does) {
    case 'offer': {
      const { row: request, receiver, kind, agreed } = act
      const agreement = agreed ? 'standing' : undefined
      const input = { ...common, request, receiver, kind, reason: 'other', agreement }
      return void (await offer(platform, db, region, input))
    }
    case 'answer':
      return act.accepted
        ? accept(platform, db, act.handoff, '', caller)
        : refuse(platform, db, region, act.handoff, { reason: 'other', text: '', counter: null, ...caller })
    case 'withdraw':
      return withdraw(platform, db, act.handoff, caller)
    case 'decide':
      return decide(platform, db, region, act.handoff, { holder: act.holder, text: '', ...caller })
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

/** Mostly what the protocol allows now, sometimes anything. */
export function chooseAct({ model, dice, slugs, origin, caseId }: Playing, count: number): Act {
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
    return { does: 'status', ...chosen, to, reason, text: `${to} ${count}` }
  })
  add(2, holding, chosen => {
    const isPublic = dice.chance(0.6)
    const words = `${isPublic ? 'public' : 'private'} ${count}`
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

export function inWords(act: Act): string {
  const { does, at, ...details } = act
  return `${at} ${does} ${JSON.stringify(details)}`
}
