import type { ImportKind } from '../rows/rows.ts'
import { textOf } from '../rows/values.ts'
import type { FileRecord } from '../table.ts'
import { type ColumnRole, rankOf } from './column-names.ts'
import type { Field, Mapping } from './mapping.ts'
import { looksLike } from './sample-checks.ts'

export interface Guess {
  readonly mapping: Mapping
  /** From 0 to 1 for each field that the mapping has. Below 0.6 a person should look. */
  readonly confidence: Readonly<Partial<Record<Field, number>>>
}

/** The names of all columns that the records have, in order. */
export function columnsOf(records: readonly FileRecord[]): string[] {
  const names = new Set<string>()
  for (const { values } of records) for (const name of Object.keys(values)) names.add(name)
  return [...names]
}

/** By the columns' names, and by what their values look like. `kind` where it is known what the file is. */
export function guessMapping(
  columns: readonly string[],
  samples: readonly FileRecord[],
  kind?: ImportKind,
): Guess {
  const guesses = new Guesses(columns, samples)
  const found = kind ?? guessKind(guesses, samples)
  return guessers[found](guesses)
}

function guessKind(guesses: Guesses, samples: readonly FileRecord[]): ImportKind {
  const lines = samples.filter(({ geometry }) => geometry?.type.endsWith('LineString')).length
  const ranges = (['leftFrom', 'leftTo', 'rightFrom', 'rightTo'] as const).filter(role => guesses.has(role))
  if (lines > samples.length / 2 || ranges.length >= 3) return 'streets'
  if (guesses.has('number')) return 'addresses'
  return guesses.has('placeName') ? 'common-places' : 'addresses'
}

const guessers: Readonly<Record<ImportKind, (guesses: Guesses) => Guess>> = {
  addresses: guessAddresses,
  streets: guessStreets,
  'common-places': guessPlaces,
  districts: guesses => {
    if (!guesses.haveGeometry()) guesses.take('geometry', 'geometry')
    return guessDistricts(guesses, 'districts')
  },
  'district-facts': guesses => guessDistricts(guesses, 'district-facts'),
}

function guessAddresses(guesses: Guesses): Guess {
  guesses.takePosition()
  guesses.take('number', 'numberPrefix', 'number')
  guesses.take('suffix', 'suffix')
  guesses.takeStreet('street')
  if (!guesses.took('number', 'street')) guesses.take('address', 'address')
  guesses.take('unit', 'unitType', 'unit')
  for (const role of ['postcode', 'state', 'city', 'id'] as const) guesses.take(role, role)
  return guesses.result('addresses')
}

function guessStreets(guesses: Guesses): Guess {
  for (const role of ['leftFrom', 'leftTo', 'rightFrom', 'rightTo'] as const) guesses.take(role, role)
  guesses.takePosition()
  guesses.takeStreet('name')
  const sides = ['leftPostcode', 'rightPostcode', 'leftCity', 'rightCity'] as const
  for (const role of [...sides, 'roadClass', 'owner', 'from', 'id'] as const) guesses.take(role, role)
  if (!guesses.took('leftCity') && !guesses.took('rightCity'))
    guesses.takeBoth('city', 'leftCity', 'rightCity')
  if (!guesses.took('leftPostcode') && !guesses.took('rightPostcode'))
    guesses.takeBoth('postcode', 'leftPostcode', 'rightPostcode')
  return guesses.result('streets')
}

function guessPlaces(guesses: Guesses): Guess {
  guesses.takePosition()
  guesses.take('name', 'placeName')
  guesses.takeAddress()
  guesses.take('kind', 'placeKind')
  guesses.take('id', 'id')
  return guesses.result('common-places')
}

// Keys are not guessed: those of map programs change with each export, and the name is what people keep.
function guessDistricts(guesses: Guesses, kind: 'districts' | 'district-facts'): Guess {
  guesses.take('days', 'days')
  guesses.take('week', 'week')
  guesses.take('holder', 'holder')
  guesses.take('name', 'districtName')
  for (const field of ['phone', 'email', 'url'] as const) guesses.take(field, field)
  if (guesses.took('holder')) {
    guesses.take('from', 'termFrom')
    guesses.take('to', 'termTo')
  }
  return guesses.result(kind)
}

const STREET_PARTS = [
  'preModifier',
  'preDirectional',
  'preType',
  'preSeparator',
  'streetName',
  'streetType',
  'postDirectional',
  'postModifier',
] as const
/** Names that only a whole street has; others, such as `street`, may be its bare name beside a column of types. */
const WHOLE_STREET = /full|complete|whole|thoroughfare|label/i

interface Candidate {
  readonly column: string
  readonly score: number
  readonly isEmpty: boolean
}

class Guesses {
  readonly #columns: readonly string[]
  readonly #samples: readonly FileRecord[]
  readonly #used = new Set<string>()
  readonly #taken: Partial<Record<Field, readonly Candidate[]>> = {}

  constructor(columns: readonly string[], samples: readonly FileRecord[]) {
    this.#columns = columns
    this.#samples = samples
  }

  has(role: ColumnRole): boolean {
    return this.#best(role) !== undefined
  }

  took(...fields: readonly Field[]): boolean {
    return fields.every(field => this.#taken[field] !== undefined)
  }

  /** The best free column of each role, in order, if the last of them has one. */
  take(field: Field, ...roles: readonly ColumnRole[]): void {
    const found = roles.map(role => this.#best(role))
    if (found.at(-1) !== undefined) this.#keep(field, found.filter(isFound))
  }

  takeStreet(field: 'street' | 'name'): void {
    this.#keep(field, this.#streetColumns())
  }

  /** One column for both sides of a street. */
  takeBoth(role: ColumnRole, ...fields: readonly Field[]): void {
    const best = this.#best(role)
    for (const field of fields) this.#keep(field, best === undefined ? [] : [best])
  }

  takeAddress(): void {
    const number = this.#best('number')
    if (number !== undefined) this.#keep('address', [number, ...this.#streetColumns()])
    else this.take('address', 'address')
  }

  haveGeometry(): boolean {
    return this.#samples.some(({ geometry }) => geometry)
  }

  /** Columns of coordinates; a geometry needs none. */
  takePosition(): void {
    if (this.haveGeometry()) return
    const [lat, long] = [this.#best('lat'), this.#best('long')]
    if (lat !== undefined && long !== undefined) {
      this.#keep('lat', [lat])
      this.#keep('long', [long])
    } else this.take('geometry', 'geometry')
  }

  result<Kind extends ImportKind>(kind: Kind): Guess {
    const entries = Object.entries(this.#taken)
    const columns = entries.map(([field, found]) => [field, found.map(({ column }) => column)])
    const confidence = entries.map(([field, found]) => [field, confidenceOf(found)])
    return {
      mapping: { kind, columns: Object.fromEntries(columns) },
      confidence: Object.fromEntries(confidence),
    }
  }

  #keep(field: Field, found: readonly Candidate[]): void {
    if (found.length > 0) this.#taken[field] = found
    for (const { column } of found) this.#used.add(column)
  }

  #streetColumns(): readonly Candidate[] {
    const whole = this.#best('street', column => WHOLE_STREET.test(column))
    const parts: Candidate[] = []
    for (const role of STREET_PARTS) {
      const best = this.#best(
        role,
        column => column !== whole?.column && !parts.some(part => part.column === column),
      )
      if (best !== undefined) parts.push(best)
    }
    const name = parts.find(({ column }) => rankOf('streetName', column) !== undefined)
    const isInParts = name !== undefined && parts.length > 1
    const only = whole ?? this.#best('street')
    const chosen =
      isInParts && this.#filled(whole?.column) < this.#filled(name.column) ? parts : only && [only]
    for (const { column } of isInParts ? parts : []) this.#used.add(column)
    return chosen ?? []
  }

  /** The share of samples that have a value. */
  #filled(column: string | undefined): number {
    if (column === undefined) return -1
    return this.#valuesOf(column).length / Math.max(1, this.#samples.length)
  }

  #valuesOf(column: string): unknown[] {
    return this.#samples.map(({ values }) => values[column]).filter(value => textOf(value) !== '')
  }

  #best(role: ColumnRole, isAllowed: (column: string) => boolean = () => true): Candidate | undefined {
    return this.#columns
      .filter(column => !this.#used.has(column) && isAllowed(column))
      .map(column => ({ column, score: this.#score(role, column), isEmpty: this.#filled(column) === 0 }))
      .filter(({ score }) => score >= MIN_SCORE)
      .sort((a, b) => b.score - a.score)[0]
  }

  #score(role: ColumnRole, column: string): number {
    const rank = rankOf(role, column) ?? (role === 'id' && /id$/i.test(column) ? UNKNOWN_ID : undefined)
    if (rank === undefined) return 0
    const values = this.#valuesOf(column)
    const fitting = values.filter(looksLike[role]).length / values.length
    // A column that the sample leaves empty has only its name to speak for it.
    const fit = values.length === 0 ? 0.5 : fitting
    if (fit < MIN_FIT) return 0
    return fit * Math.max(0.6, 1 - rank / 100) * (role === 'id' ? uniqueness(values) : 1)
  }
}

/** The rank of a column that its name calls a key, after all known names. */
const UNKNOWN_ID = 40
const MIN_FIT = 0.5
const MIN_SCORE = 0.25

// A key that is often repeated is another thing's.
function uniqueness(values: readonly unknown[]): number {
  const share = new Set(values.map(textOf)).size / Math.max(1, values.length)
  return share === 1 ? 1 : share * 0.6
}

// Parts that the sample leaves empty, such as units, say nothing against the others.
function confidenceOf(found: readonly Candidate[]): number {
  const filled = found.filter(({ isEmpty }) => !isEmpty)
  return Math.min(...(filled.length > 0 ? filled : found).map(({ score }) => score))
}

function isFound(candidate: Candidate | undefined): candidate is Candidate {
  return candidate !== undefined
}
