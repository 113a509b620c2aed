import type { GivenHolder } from '../import/rows/rows.ts'

export interface Holder {
  readonly name: string
  readonly phone: string
  readonly email: string
  readonly url: string
  /** YYYY-MM-DD; '' since always. */
  readonly from: string
  /** The first day on which they no longer hold it; null without an end. */
  readonly to: string | null
}

/** Who is known to hold an office on a day. */
export function holderOn(holders: readonly Holder[], day: string): Holder | undefined {
  return holders.find(({ from, to }) => from <= day && (to === null || day < to))
}

/**
 * The holders of an office after a file has been read, by their first days. Without dates, the file tells of `today`:
 * another name begins today, and whoever held the office until then ends. Holders of the past, and those whose time
 * is still to come, stay. Nobody (an empty name) holds an office that is vacant.
 */
export function holdersAfter(
  known: readonly Holder[],
  given: readonly GivenHolder[],
  today: string,
): readonly Holder[] {
  const dated = given.toSorted((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1))
  return dated.reduce((holders, one) => after(holders, one, today), inOrder(known))
}

function after(known: readonly Holder[], given: GivenHolder, today: string): readonly Holder[] {
  const now = holderOn(known, given.from ?? today)
  const isSame = now !== undefined && folded(now.name) === folded(given.name)
  if (isSame && (given.from === null || given.from === now.from)) {
    const changed = { ...now, ...contactOf(given), name: given.name, to: given.to ?? now.to }
    return inOrder(known.map(one => (one === now ? changed : one)))
  }
  const from = given.from ?? (known.length === 0 ? '' : today)
  const others = endedOn(known, from)
  const next = others.find(one => one.from > from)?.from ?? null
  const to = earlier(given.to, next)
  if (to !== null && to <= from) return others
  return inOrder([...others, { name: given.name, ...contactOf(given), from, to }])
}

/** Whoever holds it on `day` holds it no longer; who would begin then never did. */
function endedOn(known: readonly Holder[], day: string): readonly Holder[] {
  const now = holderOn(known, day)
  return known.flatMap(one => (one !== now ? [one] : one.from === day ? [] : [{ ...one, to: day }]))
}

function contactOf({ phone, email, url }: GivenHolder) {
  return { phone, email, url }
}

function earlier(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return a < b ? a : b
}

function inOrder(holders: readonly Holder[]): readonly Holder[] {
  return holders.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
}

function folded(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
