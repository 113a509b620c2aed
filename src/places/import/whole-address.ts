/** What a whole address in one column says of a house. */
export interface SplitAddress {
  readonly number: string
  readonly suffix: string
  readonly street: string
}

// Until a comma: what follows is a unit or a city, which have columns of their own.
const WHOLE = /^([NSEW]?\d+(?:[-NSEW]\d+)*)([A-Z])?(?: ([13]\/[234]))? +([^,]+)/i

/** Its number, a letter or fraction of it, and the rest as its street. Undefined where it begins with no number. */
export function splitAddress(text: string): SplitAddress | undefined {
  const [, number, letter = '', fraction, street] = WHOLE.exec(text) ?? []
  if (number === undefined || street === undefined) return undefined
  return { number, suffix: fraction ?? letter, street: street.trim() }
}
