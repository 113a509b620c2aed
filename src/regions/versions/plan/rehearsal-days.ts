import { Temporal } from 'temporal-polyfill'
import { changesAfter } from '../../../routing/changes.ts'
import type { RoutingSnapshot } from '../../../routing/types.ts'
import type { Documents } from '../../documents/snapshot.ts'
import { localDay } from '../../runtime/calendar.ts'

/**
 * Today, and each later day on which one of the two versions changes by date and the other does not: on these the
 * difference between them may become another one.
 */
export function rehearsalDays(
  before: RoutingSnapshot,
  after: RoutingSnapshot,
  { region }: Documents,
  now: number,
): string[] {
  const [old, next] = [datesAfter(before, now), datesAfter(after, now)]
  const ofOneOnly = [...[...old].filter(at => !next.has(at)), ...[...next].filter(at => !old.has(at))]
  const coming = ofOneOnly.map(at => localDay(at, region.timezone))
  return [...new Set([localDay(now, region.timezone), ...coming])].sort()
}

function datesAfter(snapshot: RoutingSnapshot, now: number): Set<number> {
  const agreed = snapshot.agreements.flatMap(({ from, to }) => [from, to])
  const coming = agreed.filter(at => at > now && Number.isFinite(at))
  return new Set([...changesAfter(snapshot, now), ...coming])
}

/**
 * When a past request would be made on or after a day: at its own local time, because opening hours matter, and on its
 * own weekday if there is one before the next of the days.
 */
export function sameTimeOn(days: readonly string[], zone: string): (at: number, day: string) => number {
  const first = new Map(days.map(day => [day, Temporal.PlainDate.from(day)]))
  return (at, day) => {
    const start = first.get(day) ?? Temporal.PlainDate.from(day)
    if (!isInstant(at)) return at
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
    const later = start.add({ days: (local.dayOfWeek - start.dayOfWeek + 7) % 7 })
    const next = days[days.indexOf(day) + 1]
    const date = next !== undefined && later.toString() >= next ? start : later
    return date.toZonedDateTime({ timeZone: zone, plainTime: local.toPlainTime() }).epochMilliseconds
  }
}

/** The same local time on exactly that day. */
export function exactlyOn(zone: string): (at: number, day: string) => number {
  return (at, day) => {
    if (!isInstant(at)) return at
    const plainTime = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainTime()
    return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds
  }
}

const LAST_INSTANT = 8.64e15

function isInstant(at: number): boolean {
  return Number.isFinite(at) && Math.abs(at) <= LAST_INSTANT
}
