// "A and B" in English, Spanish, Haitian Creole, French and German.
const JOINTS = new Set([
  '&',
  '+',
  '@',
  '/',
  'and',
  'at',
  'y',
  'con',
  'esquina',
  'esq',
  'ak',
  'et',
  'und',
  'ecke',
  'corner',
])

// Before it: "corner of A and B", "la esquina de A y B", "kwen A ak B".
const OF = new Set(['of', 'de', 'del', 'la', 'las', 'los', 'el', 'du', 'des', 'l', 'the', 'ak'])
const MUST = /^(?:corner|intersection|junction|esquina|esq|interseccion|cruce|kwen|kafou|coin|angle|ecke)$/

const BETWEEN = /^(?:between|entre)$/

const WHERE = new Set(
  `by near across behind opposite in before after past next between beside toward towards from exit mile mm northbound southbound
  eastbound westbound cerca frente entre junto detras antes despues toupre devan ant pre hinter neben bei`.split(
    /\s+/,
  ),
)

/** Of a folded word after a street: whether what follows says where on it. */
export const isCrossing = (key: string): boolean => JOINTS.has(key) || WHERE.has(key)

/** Of a folded word: whether it stands between two streets that meet. */
export const isJoint = (key: string): boolean => JOINTS.has(key)

export interface Corner {
  /** Words before the first street. */
  readonly start: number
  readonly joint: number
  /** Where the second street begins. */
  readonly second: number
}

/** The joint of two streets in a line without a house number. */
export function cornerIn(keys: readonly string[]): Corner | undefined {
  const start = leadLength(keys)
  if (keys.some(key => BETWEEN.test(key))) return undefined
  const isBetween = (at: number) => at > start && at + 1 < keys.length
  const symbol = keys.findIndex((key, at) => isBetween(at) && /^[&+@/]$/.test(key))
  // "Lewis and Clark Blvd & Mill Road"
  const joint = symbol > 0 ? symbol : keys.findIndex((key, at) => isBetween(at) && isJoint(key))
  if (joint < 0) return undefined
  let second = joint + 1
  while (
    second < keys.length - 1 &&
    (isJoint(keys[second] ?? '') || (start > 0 && OF.has(keys[second] ?? '')))
  )
    second++
  return { start, joint, second }
}

function leadLength(keys: readonly string[]): number {
  const lead = keys.findIndex(key => MUST.test(key))
  if (lead < 0 || lead > 1 || (lead === 1 && !/^(?:the|la|[ns]?[ew]?|north.*|south.*)$/.test(keys[0] ?? '')))
    return 0
  let start = lead + 1
  while (OF.has(keys[start] ?? '')) start++
  return start
}

const NEAR = new Set(
  `near, near to, at, on, en, nan, sou, behind, outside, opposite, next to, across from, in front of, cerca de, frente a, frente al, al lado de,
  detras de, toupre, devan, devant`
    .split(',')
    .map(phrase => phrase.trim()),
)
const MAX_NEAR = 3

/** How many words before a place say where it is seen from: "in front of". */
export function nearLength(keys: readonly string[]): number {
  for (let length = MAX_NEAR; length > 0; length--)
    if (length < keys.length && NEAR.has(keys.slice(0, length).join(' '))) return length
  return 0
}
