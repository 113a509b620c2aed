import type { Region } from '../../regions/runtime/compile.ts'
import type { Resolution } from '../../routing/types.ts'
import { readEvent } from '../event-types.ts'
import { caseReceived, reportSubmitted } from '../events.ts'
import type { EventRow } from '../list/find.ts'

/** As lists name it: whoever works on it, or whoever keeps what no body is responsible for. */
export function agencyFor({ accountable, performer, desk }: Resolution): string {
  return accountable.kind === 'none' ? desk.name : performer.name
}

/** Undefined if the keeper is right, nobody is responsible, or the resolution is uncertain (S5, S6). */
export function rightfulHolder(resolution: Resolution, keeper: string): string | undefined {
  const { accountable, performer, confidence } = resolution
  if (confidence !== 'certain' || accountable.kind !== 'jurisdiction' || performer.id === keeper)
    return undefined
  if (accountable.id !== keeper) return accountable.id
  return performer.kind === 'jurisdiction' ? performer.id : undefined
}

/** Undefined unless it is certain and the partner takes forwarded requests (S2). */
export function partnerFor(region: Region, { performer, confidence }: Resolution): string | undefined {
  if (confidence !== 'certain' || performer.kind !== 'partner') return undefined
  const { forward = 'none' } = region.partner(performer.id) ?? {}
  return forward === 'none' ? undefined : performer.id
}

/** Milliseconds since 1970; `to` is null while it holds the request. */
export interface Holder {
  readonly jurisdiction: string
  readonly from: number
  readonly to: number | null
}

export function holdersOf(here: string, timeline: readonly EventRow[]): Holder[] {
  const holders: Holder[] = []
  for (const row of timeline) {
    if (row.type !== reportSubmitted.type && row.type !== caseReceived.type) continue
    const { at, source } = row
    const jurisdiction = source ?? here
    const received = readEvent(caseReceived, row)
    if (received?.kind === 'transfer') {
      const giver = holders.findIndex(held => held.jurisdiction === received.from && held.to === null)
      const left = holders[giver]
      if (left !== undefined) holders[giver] = { ...left, to: at }
    }
    const isHolding = holders.some(held => held.jurisdiction === jurisdiction && held.to === null)
    if (!isHolding) holders.push({ jurisdiction, from: at, to: null })
  }
  return holders
}
