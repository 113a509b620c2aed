import { editDistance } from '../../core/spelling.ts'

// The longest name, in characters, in which so many slips are taken for slips.
const SLIPS = [3, 7, 12] as const

/** How many letters a street's name may differ from one of this many letters and still be it, mistyped. */
export function allowedSlips(length: number): number {
  const at = SLIPS.findIndex(longest => length <= longest)
  return at < 0 ? SLIPS.length : at
}

/**
 * How many letters are changed, missing, too many or swapped between two names of `streetKey` or `cityKey`. Infinite if it is
 * more than what one mistypes, or if numbers differ: 5th Street is no mistyped 6th Street.
 */
export function nameDistance(typed: string, known: string): number {
  if (typed === known) return 0
  const allowed = allowedSlips(Math.min(typed.length, known.length))
  if (Math.abs(typed.length - known.length) > allowed || numbersOf(typed) !== numbersOf(known))
    return Infinity
  const distance = editDistance(typed, known)
  return distance > allowed ? Infinity : distance
}

function numbersOf(name: string): string {
  return name.match(/\d+/g)?.join(' ') ?? ''
}
