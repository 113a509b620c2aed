import type { HandoffKind, HandoffState } from '../../src/handoffs/schema.ts'
import { transitions } from '../../src/requests/change.ts'
import type { CloseReason, Status } from '../../src/requests/schema.ts'

/*
 * The protocol as intended: one case, no databases, no crashes. A message is a closure that waits to be
 * delivered, and every change is instantaneous. The real protocol may commit only what this allows, and must
 * leave the same state.
 */

export type Act =
  | {
      readonly does: 'offer'
      readonly at: string
      readonly row: string
      readonly receiver: string
      readonly kind: HandoffKind
      /** An agreement has accepted it in advance. */
      readonly agreed: boolean
    }
  | { readonly does: 'answer'; readonly at: string; readonly handoff: string; readonly accepted: boolean }
  | { readonly does: 'withdraw'; readonly at: string; readonly handoff: string }
  | { readonly does: 'decide'; readonly at: string; readonly handoff: string; readonly holder: string }
  | {
      readonly does: 'status'
      readonly at: string
      readonly row: string
      readonly to: Status
      readonly reason: CloseReason | undefined
      readonly text: string
    }
  | {
      readonly does: 'note'
      readonly at: string
      readonly row: string
      readonly text: string
      readonly public: boolean
    }

/** An entry of a public timeline; the same object in every copy. */
export interface Told {
  readonly label: string
}

export interface Share {
  /** Undefined while custody is in transit. */
  holder: string | undefined
  /** The holder's request; the model learns it once the real protocol has made it. */
  row: string | undefined
  status: Status
  closeReason: CloseReason | null
  trail: string[]
  timeline: Told[]
}

export interface Handoff {
  readonly id: string
  readonly kind: HandoffKind
  readonly sender: string
  /** The sender's request. */
  readonly row: string
  receiver: string
  /** By `jurisdiction side`. */
  readonly sides: Map<string, HandoffState>
}

export class Model {
  readonly arbitrator: string
  shares: Share[]
  readonly handoffs = new Map<string, Handoff>()
  readonly privateNotes: { readonly at: string; readonly text: string }[] = []
  /** The effect of each message at its receiver, by the message's name. */
  readonly #sent = new Map<string, () => void>()
  /** The share that a granted handoff transfers. */
  readonly #moved = new Map<string, Share>()
  /** The share received by a handoff, until its request has a name. */
  readonly #granted = new Map<string, Share>()
  /** The one request that each jurisdiction has of the case, once it has had a share of it. */
  readonly #rows = new Map<string, string>()

  constructor(origin: string, caseId: string, arbitrator: string) {
    this.arbitrator = arbitrator
    this.#rows.set(origin, caseId)
    const timeline = [{ label: `${origin} submitted` }]
    this.shares = [
      { holder: origin, row: caseId, status: 'submitted', closeReason: null, trail: [origin], timeline },
    ]
  }

  /** Whether the protocol permits it now. */
  allows(act: Act): boolean {
    switch (act.does) {
      case 'offer': {
        const share = this.#held(act.at, act.row)
        const isOffered = [...this.handoffs.values()].some(
          handoff =>
            handoff.sender === act.at &&
            handoff.row === act.row &&
            isOpen(stateAt(handoff, act.at, 'sender')) &&
            handoff.kind === act.kind &&
            (act.kind === 'transfer' || handoff.receiver === act.receiver),
        )
        return share !== undefined && share.status !== 'closed' && act.receiver !== act.at && !isOffered
      }
      case 'answer':
        return this.#state(act.handoff, act.at, 'receiver') === 'offered'
      case 'withdraw':
        return isOpen(this.#state(act.handoff, act.at, 'sender'))
      case 'decide':
        return this.#state(act.handoff, act.at, 'arbitrator') === 'appealed'
      case 'status': {
        const share = this.#held(act.at, act.row)
        return share !== undefined && transitions[share.status].includes(act.to)
      }
      case 'note':
        return act.public ? this.#held(act.at, act.row) !== undefined : this.#rows.get(act.at) === act.row
    }
  }

  /** Applies an allowed action. An offer gets the name that the real protocol gave it. */
  apply(act: Act, name = ''): void {
    switch (act.does) {
      case 'offer':
        this.#offer(act, name)
        break
      case 'answer':
        this.#answer(act.handoff, act.at, act.accepted)
        break
      case 'withdraw':
        this.#takeBack(this.handoff(act.handoff), 'withdrawn')
        break
      case 'decide':
        this.#decide(this.handoff(act.handoff), act.holder)
        break
      case 'status':
        this.#changeStatus(act)
        break
      case 'note':
        if (act.public) this.#held(act.at, act.row)?.timeline.push({ label: `${act.at} note ${act.text}` })
        else this.privateNotes.push(act)
    }
  }

  /** No answer in time counts as a refusal. If the arbitrator does not answer, the sender keeps it. */
  timeOut(name: string): void {
    const handoff = this.handoff(name)
    const state = stateAt(handoff, handoff.sender, 'sender')
    if (!isOpen(state)) return
    this.#takeBack(handoff, 'timed-out')
    if (state === 'offered') this.#refused(handoff, 'timed-out')
    else setState(handoff, handoff.sender, 'sender', 'kept')
  }

  /** A message takes effect. Returns whether one of this name was sent. */
  deliver(message: string): boolean {
    const effect = this.#sent.get(message)
    effect?.()
    return effect !== undefined
  }

  /** An operator has settled a message: it never takes effect, and its receiver is no longer asked. */
  settle(message: string, receiver: string): void {
    this.#sent.delete(message)
    const [name = '', kind = ''] = message.split(':')
    const handoff = this.handoffs.get(name)
    if (handoff === undefined || !['offer', 'withdraw', 'grant', 'appeal'].includes(kind)) return
    for (const side of ['receiver', 'arbitrator'] as const) {
      const state = stateAt(handoff, receiver, side)
      if (isOpen(state) || state === 'accepted') setState(handoff, receiver, side, 'withdrawn')
    }
  }

  /** The share of a settled grant returns to its sender, unchanged. */
  giveBack(name: string): void {
    const handoff = this.handoff(name)
    const { sender, row, kind } = handoff
    setState(handoff, sender, 'sender', 'withdrawn')
    const moved = this.#moved.get(name)
    if (moved === undefined) return
    const own = this.shares.find(other => other !== moved && other.holder === sender)
    if (kind === 'share' || own !== undefined) this.shares = this.shares.filter(share => share !== moved)
    if (kind === 'share') return
    // The sender may have another share of the case by now: the returned one is merged into it.
    const taking = own ?? moved
    if (own === undefined || own.status === 'closed') {
      taking.status = moved.status
      taking.closeReason = moved.closeReason
    }
    taking.holder = sender
    taking.row = row
    taking.trail = [...moved.trail]
    taking.timeline = [...new Set([...taking.timeline, ...moved.timeline])]
  }

  name(handoff: string, request: string): void {
    const share = this.#granted.get(handoff)
    if (share === undefined) return
    share.row = request
    if (share.holder !== undefined) this.#rows.set(share.holder, request)
    this.#granted.delete(handoff)
  }

  handoff(name: string): Handoff {
    const found = this.handoffs.get(name)
    if (found === undefined) throw new Error(`the model knows no handoff ${name}`)
    return found
  }

  /** The case as a whole: as advanced as its furthest open share, closed when every share is. */
  get status(): Status {
    const statuses = this.shares.map(({ status }) => status)
    const order = ['in_progress', 'acknowledged', 'submitted'] as const
    return order.find(status => statuses.includes(status)) ?? 'closed'
  }

  get timeline(): Set<Told> {
    return new Set(this.shares.flatMap(({ timeline }) => timeline))
  }

  #offer({ at, row, receiver, kind, agreed }: Extract<Act, { does: 'offer' }>, name: string): void {
    const handoff: Handoff = { id: name, kind, sender: at, row, receiver, sides: new Map() }
    const isDisputed =
      kind === 'transfer' && (this.#held(at, row)?.trail.includes(receiver) || this.#refusals(row) >= 2)
    this.handoffs.set(name, handoff)
    setState(handoff, at, 'sender', 'offered')
    // A transfer agreed in advance is no dispute: an agreement may well bring the share back.
    if (agreed) this.#letGo(handoff, receiver)
    else if (isDisputed) this.#appeal(handoff)
    else
      this.#sent.set(`${name}:offer`, () => {
        if (stateAt(handoff, receiver, 'receiver') === undefined)
          setState(handoff, receiver, 'receiver', 'offered')
      })
  }

  #changeStatus({ at, row, to, reason, text }: Extract<Act, { does: 'status' }>): void {
    const share = this.#held(at, row)
    if (share === undefined) return
    share.status = to
    share.closeReason = reason ?? null
    share.timeline.push({ label: `${at} status ${text}` })
    if (to === 'closed') this.#takeBackAll(at, row)
  }

  #answer(name: string, at: string, accepted: boolean): void {
    const handoff = this.handoff(name)
    setState(handoff, at, 'receiver', accepted ? 'accepted' : 'refused')
    this.#sent.set(`${name}:answer`, () => {
      if (stateAt(handoff, handoff.sender, 'sender') !== 'offered') return
      if (accepted) this.#letGo(handoff, at)
      else this.#refused(handoff, 'refused')
    })
  }

  #refused(handoff: Handoff, state: 'refused' | 'timed-out'): void {
    setState(handoff, handoff.sender, 'sender', state)
    if (handoff.kind === 'transfer' && this.#refusals(handoff.row) >= 2) this.#appeal(handoff)
  }

  /** How often others have refused this request of the sender's. */
  #refusals(row: string): number {
    return [...this.handoffs.values()].filter(handoff => {
      const state = stateAt(handoff, handoff.sender, 'sender')
      return handoff.row === row && (state === 'refused' || state === 'timed-out')
    }).length
  }

  #appeal(handoff: Handoff): void {
    const { arbitrator } = this
    setState(handoff, handoff.sender, 'sender', 'appealed')
    this.#sent.set(`${handoff.id}:appeal`, () => {
      if (stateAt(handoff, arbitrator, 'arbitrator') === undefined)
        setState(handoff, arbitrator, 'arbitrator', 'appealed')
    })
  }

  #decide(handoff: Handoff, holder: string): void {
    const { id, sender } = handoff
    setState(handoff, this.arbitrator, 'arbitrator', holder === sender ? 'kept' : 'granted')
    this.#sent.set(`${id}:decision`, () => {
      if (stateAt(handoff, sender, 'sender') !== 'appealed') return
      if (holder === sender) setState(handoff, sender, 'sender', 'kept')
      else this.#letGo(handoff, holder)
    })
  }

  /**
   * Ends the sender's offer and informs the side that has it. The sender's decision wins over an answer in
   * transit.
   */
  #takeBack(handoff: Handoff, why: 'withdrawn' | 'timed-out'): void {
    const { sender, receiver, id } = handoff
    const side = stateAt(handoff, sender, 'sender') === 'appealed' ? 'arbitrator' : 'receiver'
    const to = side === 'arbitrator' ? this.arbitrator : receiver
    setState(handoff, sender, 'sender', why)
    this.#sent.set(`${id}:withdraw:${side}`, () => {
      const known = stateAt(handoff, to, side)
      const isSettled =
        side === 'receiver' && known !== undefined && known !== 'offered' && known !== 'accepted'
      if (!isSettled) setState(handoff, to, side, why)
    })
  }

  /** A sender that closes or transfers a request has nothing left to offer. */
  #takeBackAll(sender: string, row: string): void {
    for (const handoff of this.handoffs.values()) {
      if (handoff.sender === sender && handoff.row === row && isOpen(stateAt(handoff, sender, 'sender')))
        this.#takeBack(handoff, 'withdrawn')
    }
  }

  /** The only place where custody leaves a jurisdiction. */
  #letGo(handoff: Handoff, receiver: string): void {
    const { id, sender, kind } = handoff
    const share = this.#held(sender, handoff.row)
    if (share === undefined || share.status === 'closed') {
      this.#takeBack(handoff, 'withdrawn')
      return
    }
    setState(handoff, sender, 'sender', 'granted')
    handoff.receiver = receiver
    if (kind === 'transfer') this.#takeBackAll(sender, handoff.row)
    const { trail, timeline } = share
    const moved: Share =
      kind === 'transfer'
        ? share
        : {
            holder: undefined,
            row: undefined,
            status: 'submitted',
            closeReason: null,
            trail: [...trail],
            timeline: [...timeline],
          }
    moved.holder = undefined
    moved.row = undefined
    if (kind === 'share') this.shares.push(moved)
    this.#moved.set(id, moved)
    this.#sent.set(`${id}:grant`, () => {
      setState(handoff, receiver, 'receiver', 'granted')
      const timeline = [...moved.timeline, { label: `${receiver} received ${sender}` }]
      const trail = [...moved.trail, receiver]
      const own = this.shares.find(other => other !== moved && other.holder === receiver)
      // A body has one share of a case: a second one is merged into it.
      const taking = own ?? moved
      if (own === undefined || own.status === 'closed') {
        taking.status = moved.status
        taking.closeReason = moved.closeReason
      }
      taking.holder = receiver
      taking.trail = trail
      taking.timeline = [...new Set([...taking.timeline, ...timeline])]
      if (own !== undefined) this.shares = this.shares.filter(other => other !== moved)
      this.#granted.set(id, taking)
    })
  }

  #held(at: string, row: string): Share | undefined {
    return this.shares.find(share => share.holder === at && share.row === row)
  }

  #state(name: string, at: string, side: string): HandoffState | undefined {
    return stateAt(this.handoff(name), at, side)
  }
}

export function stateAt(handoff: Handoff, at: string, side: string): HandoffState | undefined {
  return handoff.sides.get(`${at} ${side}`)
}

function setState(handoff: Handoff, at: string, side: string, state: HandoffState): void {
  handoff.sides.set(`${at} ${side}`, state)
}

function isOpen(state: HandoffState | undefined): boolean {
  return state === 'offered' || state === 'appealed'
}
