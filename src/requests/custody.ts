import type { Region } from '../regions/compile.ts'
import type { Resolution } from '../routing/types.ts'
import type { EventRow } from './find.ts'

/**
 * Who should hold a request that `keeper` holds now, if somebody else: the jurisdiction that is accountable for it, or
 * the one that performs it on the keeper's behalf (S5, S6). Undefined where it is in the right hands, nobody's on the
 * platform, or not certain whose it is.
 */
export function rightfulHolder(resolution: Resolution, keeper: string): string | undefined {
  const { accountable, performer, confidence } = resolution
  if (confidence !== 'certain' || accountable.kind !== 'jurisdiction' || performer.id === keeper)
    return undefined
  if (accountable.id !== keeper) return accountable.id
  return performer.kind === 'jurisdiction' ? performer.id : undefined
}

/** The partner who performs it, if what is theirs is passed on to them (S2) and it is certain that it is theirs. */
export function partnerFor(region: Region, { performer, confidence }: Resolution): string | undefined {
  if (confidence !== 'certain' || performer.kind !== 'partner') return undefined
  const { forward = 'none' } = region.partner(performer.id) ?? {}
  return forward === 'none' ? undefined : performer.id
}

/** One body's time with a request, in milliseconds since 1970; `to` is null while it holds it. */
export interface Holder {
  readonly jurisdiction: string
  readonly from: number
  readonly to: number | null
}

/** Who has held shares of a case and when, from its log in the order of time. `here`: whose log it is. */
export function holdersOf(here: string, timeline: readonly EventRow[]): Holder[] {
  const holders: Holder[] = []
  for (const { type, source, at, payload } of timeline) {
    if (type !== 'submitted' && type !== 'received') continue
    const jurisdiction = source ?? here
    const told = JSON.parse(payload) as { kind?: string; from?: string }
    const giver = holders.findIndex(held => held.jurisdiction === told.from && held.to === null)
    const left = holders[giver]
    if (told.kind === 'transfer' && left !== undefined) holders[giver] = { ...left, to: at }
    const isHolding = holders.some(held => held.jurisdiction === jurisdiction && held.to === null)
    if (!isHolding) holders.push({ jurisdiction, from: at, to: null })
  }
  return holders
}
