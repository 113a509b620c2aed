import { sql } from 'drizzle-orm'
import type { PlacesDb, Step } from '../../core/database/handles.ts'
import { parseAddress } from '../address/parse.ts'
import { cityKey, streetKey } from '../address/streets/street-key.ts'
import { directionWord, streetType } from '../address/streets/street-types.ts'
import { readNumber, writtenNumber } from '../import/rows/address-rows.ts'
import type { AddressRow, CommonPlaceRow, IndexedKind, Rows, StreetRow } from '../import/rows/rows.ts'
import { placeName, sortedLetters, unitKey } from './names.ts'

export interface Writing {
  readonly source: string
  /** Milliseconds: when the import began. */
  readonly startedAt: number
}

interface Street {
  readonly key: string
  readonly nameKey: string
  readonly words: string
  readonly letters: string
  readonly name: string
  readonly cityKey: string
  readonly city: string
  readonly state: string
  /** Of an address whose street has it in its name. */
  readonly unit: string
}

type Cells = readonly (string | number | null)[]

/** How many streets are remembered while a file is read. */
const REMEMBERED = 50_000

/** Writes rows of one source. A row that is there and equal keeps its dates. Of rows with one address in one file, the first is taken. */
export class IndexWriter {
  readonly #db: PlacesDb
  readonly #writing: Writing
  readonly #streets = new Map<string, Street>()
  readonly #stored = new Set<Street>()

  constructor(db: PlacesDb, writing: Writing) {
    this.#db = db
    this.#writing = writing
  }

  /** In one transaction, with `also`. */
  async write<Kind extends IndexedKind>(
    kind: Kind,
    rows: readonly Rows[Kind][],
    also: readonly Step[],
  ): Promise<void> {
    const made = (kind === 'common-places' ? [] : rows).map(row =>
      this.#streetOf(row as AddressRow | StreetRow),
    )
    const added = [...new Set(made)].filter(street => !this.#stored.has(street))
    const cells = rowsOf(kind, rows, made)
    const steps = cells.length > 0 ? [upsert[kind](JSON.stringify(cells), this.#writing)] : []
    await this.#db.commit([...(added.length > 0 ? [addStreets(added)] : []), ...steps, ...also])
    for (const street of added) this.#stored.add(street)
  }

  #streetOf(row: AddressRow | StreetRow): Street {
    const [written, city, state] =
      'street' in row ? [row.street, row.city, row.state] : [row.name, row.leftCity || row.rightCity, '']
    const id = `${written}\n${city}\n${state}`
    const known = this.#streets.get(id)
    if (known !== undefined) return known
    if (this.#streets.size >= REMEMBERED) {
      this.#streets.clear()
      this.#stored.clear()
    }
    const { text: streetText, unit } = withoutUnit(written)
    const { key, name } = streetKey(streetText)
    const street = {
      key,
      nameKey: name,
      words: searchedWords(key),
      letters: sortedLetters(name),
      name: placeName(streetText),
      cityKey: cityKey(city),
      city: placeName(city),
      state,
      unit,
    }
    this.#streets.set(id, street)
    return street
  }
}

// Files write "N HAMILTON ST #3".
const MAY_HAVE_UNIT = /#|\b(?:apt|unit|ste|suite|lot|spc|space|trlr|bldg|rm|fl)\b/i

function withoutUnit(street: string): { readonly text: string; readonly unit: string } {
  const parsed = MAY_HAVE_UNIT.test(street) ? parseAddress(`1 ${street}`) : undefined
  const [unit] = parsed?.units ?? []
  return parsed?.kind === 'address' && unit !== undefined
    ? { text: parsed.street.text, unit }
    : { text: street, unit: '' }
}

function searchedWords(key: string): string {
  const words = key.split(' ')
  const whole = words.flatMap(word => streetType(word)?.word ?? directionWord(word) ?? [])
  return [...new Set([...words, ...whole])].join(' ')
}

function rowsOf(kind: IndexedKind, rows: readonly Rows[IndexedKind][], streets: readonly Street[]): Cells[] {
  if (kind === 'common-places') return (rows as readonly CommonPlaceRow[]).map(commonPlaceCells)
  return rows.flatMap((row, index) => {
    const street = streets[index]
    if (street === undefined) return []
    return 'street' in row
      ? addressCells(row as AddressRow, street)
      : [segmentCells(row as StreetRow, street)]
  })
}

function addressCells(row: AddressRow, { key, cityKey, unit: ofStreet }: Street): Cells[] {
  const number = readNumber(row)
  if (number === undefined) return []
  const unit = unitKey(row.unit || ofStreet)
  const text = writtenNumber(row).toUpperCase()
  return [[key, cityKey, number.number, text, unit, row.postcode, row.lat, row.long]]
}

function segmentCells(row: StreetRow, { key, cityKey }: Street): Cells {
  const longs = row.line.map(([long]) => long)
  const lats = row.line.map(([, lat]) => lat)
  const line = row.line.map(position => position.map(part => Number(part.toFixed(6))))
  const ends = [...(row.left ?? [null, null]), ...(row.right ?? [null, null])]
  const box = [Math.min(...longs), Math.min(...lats), Math.max(...longs), Math.max(...lats)]
  return [key, cityKey, row.id || JSON.stringify(line), JSON.stringify(line), ...ends, ...box, row.roadClass]
}

function commonPlaceCells(row: CommonPlaceRow): Cells {
  const { name, kind, address, lat, long } = row
  return [row.id || `${name} ${address}`, placeName(name), kind, placeName(address), lat, long]
}

function addStreets(streets: readonly Street[]): Step {
  // Center lines name no state: the addresses that come after them do.
  return sql`INSERT INTO street (key, name_key, words, letters, name, city_key, city, state)
    SELECT json_extract(value, '$.key'), json_extract(value, '$.nameKey'), json_extract(value, '$.words'), json_extract(value, '$.letters'),
      json_extract(value, '$.name'),
      json_extract(value, '$.cityKey'), json_extract(value, '$.city'), json_extract(value, '$.state')
    FROM json_each(${JSON.stringify(streets)}) WHERE true
    ON CONFLICT (key, city_key) DO UPDATE SET state = excluded.state WHERE state = '' AND excluded.state <> ''`
}

const cell = (index: number) => sql.raw(`json_extract(row.value, '$[${index}]')`)
const cells = (from: number, to: number) =>
  sql.join(
    Array.from({ length: to - from }, (_, index) => cell(from + index)),
    sql`, `,
  )

const upsert: Readonly<Record<IndexedKind, (rows: string, writing: Writing) => Step>> = {
  addresses: (rows, { source, startedAt }) => sql`
    INSERT INTO address (street, number, number_text, unit, postcode, lat, long, source, added_at, changed_at, seen_at)
    SELECT street.id, ${cells(2, 8)}, ${source}, ${startedAt}, ${startedAt}, ${startedAt}
    FROM json_each(${rows}) AS row JOIN street ON street.key = ${cell(0)} AND street.city_key = ${cell(1)} WHERE true
    ON CONFLICT (source, street, number_text, unit) DO UPDATE SET
      changed_at = CASE WHEN lat = excluded.lat AND long = excluded.long AND postcode = excluded.postcode
        THEN changed_at ELSE excluded.changed_at END,
      postcode = excluded.postcode, lat = excluded.lat, long = excluded.long, seen_at = excluded.seen_at
    WHERE address.seen_at <> excluded.seen_at`,
  streets: (rows, { source, startedAt }) => sql`
    INSERT INTO street_segment (street, ref, line, left_from, left_to, right_from, right_to, west, south, east, north,
      class, source, added_at, changed_at, seen_at)
    SELECT street.id, ${cells(2, 13)}, ${source}, ${startedAt}, ${startedAt}, ${startedAt}
    FROM json_each(${rows}) AS row JOIN street ON street.key = ${cell(0)} AND street.city_key = ${cell(1)} WHERE true
    ON CONFLICT (source, ref) DO UPDATE SET
      changed_at = CASE WHEN street = excluded.street AND line = excluded.line AND left_from IS excluded.left_from
        AND left_to IS excluded.left_to AND right_from IS excluded.right_from AND right_to IS excluded.right_to
        AND class = excluded.class
        THEN changed_at ELSE excluded.changed_at END,
      street = excluded.street, left_from = excluded.left_from, left_to = excluded.left_to,
      right_from = excluded.right_from, right_to = excluded.right_to, west = excluded.west, south = excluded.south,
      east = excluded.east, north = excluded.north, line = excluded.line,
      class = excluded.class, seen_at = excluded.seen_at
    WHERE street_segment.seen_at <> excluded.seen_at`,
  'common-places': (rows, { source, startedAt }) => sql`
    INSERT INTO common_place (ref, name, kind, address, lat, long, source, added_at, changed_at, seen_at)
    SELECT ${cells(0, 6)}, ${source}, ${startedAt}, ${startedAt}, ${startedAt}
    FROM json_each(${rows}) AS row WHERE true
    ON CONFLICT (source, ref) DO UPDATE SET
      changed_at = CASE WHEN name = excluded.name AND kind = excluded.kind AND address = excluded.address
        AND lat = excluded.lat AND long = excluded.long THEN changed_at ELSE excluded.changed_at END,
      name = excluded.name, kind = excluded.kind, address = excluded.address, lat = excluded.lat,
      long = excluded.long, seen_at = excluded.seen_at
    WHERE common_place.seen_at <> excluded.seen_at`,
}
