import { isStateWord, stateCode } from '../states.ts'
import { streetType } from './street-types.ts'

export interface Highway {
  /** Of the words of its system: "State Road" of "State Road 9 Business". */
  readonly systemEnd: number
  readonly end: number
  /** Kinds with numbers of their own. What people call a highway or a route, and a state's road, are one kind: `hwy`. */
  readonly kind: string
}

// What a road's number belongs to. A star: only if a word such as Road or Highway follows.
const systems: readonly (readonly [words: readonly string[], kind: string, needsRoad: boolean])[] = `
  interstate:i, i:i, ih:i, us:us, u s:us, united states:us*, state:hwy*, sta:hwy*, st:hwy*, sr:hwy, sh:hwy, srt:hwy,
  county:cr*, country:cr*, co:cr*, cnty:cr*, cty:cr*, cr:cr, ch:cr, cth:cr, farm to market:fm, farm:fm*, fm:fm,
  ranch to market:rm, ranch:rm*, rm:rm, township:tr*, twp:tr*, twnshp:tr*, tr:tr, parish:par*, private:pr*, pvt:pr*, pr:pr,
  forest:fr*, forest service:fr*, fsr:fr, loop:loop, spur:spur, beltway:beltway, bia:bia*, indian:bia*`
  .split(',')
  .map(entry => {
    const [words = '', kind = ''] = entry.trim().split(':')
    return [words.split(' '), kind.replace('*', ''), kind.endsWith('*')] as const
  })

const HIGHWAYS = new Set(['hwy', 'rte'])
const ROADS = new Set(['hwy', 'rte', 'rd'])
const BEFORE = new Set(['business', 'bus', 'bypass', 'byp', 'alternate', 'alt', 'truck', 'old'])
const AFTER = new Set([...BEFORE, 'spur', 'loop'])
const LETTERS = /^(?!(?:and|at|y|of|the|to|de|du|des|la|las|le|les|el|los|box|apt|ste)$)[a-z]{1,3}$/
const MAX_SYSTEM = 3

/** A numbered or lettered road that begins at `from`: "US Hwy 50", "SR 9", "MD 97", "County Road GV", "Business 150". */
export function highwayAt(keys: readonly string[], from: number): Highway | undefined {
  const key = (at: number) => keys[at] ?? ''
  // "Anderson County Rd 312"
  const isNamed = key(from + 1) === 'county' && ROADS.has(roadType(key(from + 2))) && !isFirst(key(from))
  if (!isNamed && !isFirst(key(from))) return undefined
  let at = from + (isNamed || BEFORE.has(key(from)) ? 1 : 0)
  const system = systemAt(keys, at)
  const isVariant = at > from && key(from) !== 'old'
  const kind = system?.kind ?? (isVariant || HIGHWAYS.has(roadType(key(at))) ? 'hwy' : undefined)
  if (kind === undefined) return undefined
  at += system?.length ?? 0
  const roads = at
  while (ROADS.has(roadType(key(at)))) at++
  const mayBeLetters = !isNamed && (at > roads || key(at - 1) === 'cth')
  if (
    !/^\d{1,4}[a-z]?$/.test(key(at)) &&
    !(mayBeLetters && LETTERS.test(key(at)) && (streetType(key(at))?.certainty ?? 0) < 2)
  )
    return undefined
  const systemEnd = at++
  while (AFTER.has(key(at))) at++
  return { systemEnd, end: at, kind }
}

// Whether a highway could begin with the word.
const firsts = new Set(systems.map(([words]) => words[0]))
const isFirst = (key: string) =>
  firsts.has(key) || BEFORE.has(key) || isStateWord(key) || HIGHWAYS.has(roadType(key))

function systemAt(keys: readonly string[], at: number): { length: number; kind: string } | undefined {
  for (const [words, kind, needsRoad] of systems) {
    if (!words.every((word, i) => keys[at + i] === word)) continue
    if (!needsRoad || ROADS.has(roadType(keys[at + words.length]))) return { length: words.length, kind }
  }
  for (let length = MAX_SYSTEM; length > 0; length--) {
    const name = keys.slice(at, at + length).join(' ')
    // Names of states are names of streets too: "Maryland Route 97", but not "Maryland 97".
    const isState = stateCode(name) && (name.length === 2 || ROADS.has(roadType(keys[at + length])))
    if (isState) return { length, kind: 'hwy' }
  }
  return undefined
}

function roadType(key = ''): string {
  if (key === 'trunk') return 'hwy'
  return streetType(key)?.standard ?? ''
}
