import { numbersInDigits } from './numbers/numbers.ts'

// Publication 28 of the US Postal Service, appendix C2, and words that mail and residents use beside them.
const table = `
APT apartment apt appt apmt apto apartamento apatman, BSMT basement bsmt sotano, BLDG building bldg bld edificio edif,
BIN bin, CONDO condo condominium, DEPT department dept dpto, FILE file, FL floor fl flr piso etage, FRNT front frnt, HNGR hangar hngr hanger, KEY key,
LBBY lobby lbby, LOCKBOX lockbox, LOT lot, LOWR lower lowr, CODE mailcode, MSC mailstop msc, OFC office ofc oficina, PH penthouse ph,
PIER pier, REAR rear, RM room rm, SIDE side, SLIP slip, SPC space spc sp, STOP stop, STE suite ste suit, TRLR trailer trlr,
TWR tower twr torre, UNIT unit unidad, UPPR upper uppr, WING wing, # # no num number numero nimewo nr`

// These stand alone, too.
const ALONE = new Set(['BSMT', 'CONDO', 'FRNT', 'LBBY', 'LOWR', 'OFC', 'PH', 'REAR', 'SIDE', 'UPPR'])

const types = new Map(
  table.split(',').flatMap(entry => {
    const [, standard = '', words = ''] = /^\s*(\S+)\s+(.*)$/s.exec(entry) ?? []
    return words.split(/\s+/).map(word => [word, standard] as const)
  }),
)

interface FoundUnit {
  /** Words that name it, then those of its number; `isReversed` for "3rd Floor". */
  readonly typeLength: number
  readonly idLength: number
  readonly isReversed?: boolean
}

/** Of a folded word: whether it names a kind of unit. */
export const isUnitWord = (key: string): boolean => types.has(key)

/** "APT 4" for "Apartment # 4". */
export function unitText(type: readonly string[], id: readonly string[]): string {
  const named = type.filter(key => types.get(key) !== '#').map(key => types.get(key) ?? key.toUpperCase())
  const number = numbersInDigits(id.filter(key => key !== '#')).map(key => key.toUpperCase())
  return [...(named.length > 0 ? named : ['#']), ...number].join(' ')
}

const IDENTIFIER = /^(?:\d[\da-z/-]{0,7}|[a-z]|[a-z]{1,3}-?\d[\da-z-]{0,6})$/

// Before "floor"
const STORY =
  /^(?:\d{1,3}(?:st|nd|rd|th|[ao])|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|ground|top)$/

/** A unit that begins at `at`: "Apt 4", "# 4B", "3rd Floor", "Mail Code 5021", "Rear". `end`: where its line ends. */
export function unitAt(keys: readonly string[], at: number, end: number): FoundUnit | undefined {
  const key = (i: number) => (i < end ? (keys[i] ?? '') : '')
  const isMail = key(at) === 'mail' && /^(?:code|stop)$/.test(key(at + 1))
  let typeLength = isMail ? 2 : types.has(key(at)) ? 1 : 0
  if (typeLength === 0) {
    const isFloor = types.get(key(at + 1)) === 'FL' && STORY.test(key(at))
    return isFloor ? { typeLength: 1, idLength: 1, isReversed: true } : undefined
  }
  // "# Apt 3", "Apt # 3", "Suite No. 3"
  while (types.has(key(at + typeLength)) && (key(at) === '#' || types.get(key(at + typeLength)) === '#'))
    typeLength++
  if (IDENTIFIER.test(key(at + typeLength))) return { typeLength, idLength: 1 }
  return ALONE.has(types.get(key(at)) ?? '') && at + typeLength === end
    ? { typeLength, idLength: 0 }
    : undefined
}
