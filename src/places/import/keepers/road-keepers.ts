import type { InferOutput } from 'valibot'
import type { LongLat } from '../../../core/geometry.ts'
import type { roadProperties } from '../../../regions/documents/schemas/feature-properties.ts'
import type { Feature } from '../../../regions/documents/snapshot.ts'
import { placeName } from '../../index/names.ts'
import { lengthMeters } from '../positions/lines.ts'
import type { StreetRow } from '../rows/rows.ts'

export type Road = Feature<InferOutput<typeof roadProperties>, readonly LongLat[]>

/** Jurisdictions' and partners' slugs by the value of the column that says who keeps the road; case does not matter. */
export type Keepers = ReadonlyMap<string, string>

export interface KeeperCount {
  /** As written; '' for none. */
  readonly value: string
  /** Undefined: nobody keeps these segments. */
  readonly keeper: string | undefined
  segments: number
  meters: number
}

/**
 * Turns streets into the roads of a region's `roads.geojson`, for those whose keeper is known, and counts the lengths of
 * all by the value of their column.
 */
export class RoadKeepers {
  readonly #source: string
  readonly #keepers: Keepers
  readonly #counts = new Map<string, KeeperCount>()
  readonly #ids = new Map<string, number>()

  constructor(source: string, keepers: Keepers) {
    this.#source = source
    this.#keepers = new Map([...keepers].map(([value, keeper]) => [folded(value), keeper]))
  }

  /** Undefined where nobody is known to keep the street. */
  road(street: StreetRow): Road | undefined {
    const keeper = this.#keepers.get(folded(street.owner))
    this.#count(street, keeper)
    return keeper === undefined ? undefined : this.#roadOf(street, keeper)
  }

  /** The longest first. */
  counts(): readonly Readonly<KeeperCount>[] {
    return [...this.#counts.values()].sort((a, b) => b.meters - a.meters)
  }

  #count({ owner, line }: StreetRow, keeper: string | undefined): void {
    const key = folded(owner)
    const count = this.#counts.get(key) ?? { value: owner, keeper, segments: 0, meters: 0 }
    count.segments++
    count.meters += lengthMeters(line)
    this.#counts.set(key, count)
  }

  #roadOf(street: StreetRow, owner: string): Road {
    const { name, roadClass, left, right, leftCity, rightCity, line, from } = street
    const city = leftCity || rightCity
    return {
      properties: {
        id: this.#idOf(street),
        name: placeName(name).slice(0, MAX_NAME).trim(),
        class: roadClass,
        owner,
        ...(left && { numbersLeft: [...left] }),
        ...(right && { numbersRight: [...right] }),
        ...(city !== '' && { postalCity: placeName(city).slice(0, MAX_NAME).trim() }),
        ...(from !== null && { from }),
        source: this.#source,
      },
      coordinates: line,
    }
  }

  // The file's own, if a document may have it, once.
  #idOf({ id, name }: StreetRow): string {
    const own = (id || name.toLowerCase()).replace(/[^\w.:-]+/g, '-').slice(0, MAX_ID)
    const times = (this.#ids.get(own) ?? 0) + 1
    this.#ids.set(own, times)
    return times === 1 ? own : `${own}.${times}`
  }
}

const MAX_NAME = 200
/** Of 64, with room for a number. */
const MAX_ID = 56

function folded(value: string): string {
  return value.trim().toUpperCase()
}

/** `C → lake-county: 1,204 segments, 310.2 km (192.8 mi)`. */
export function keeperLine({ value, keeper, segments, meters }: KeeperCount): string {
  const [km, miles] = [meters / 1000, meters / 1609.344].map(length => length.toFixed(1))
  const who = keeper === undefined ? 'nobody' : keeper
  return `${value || 'no value'} → ${who}: ${segments.toLocaleString('en-US')} ${segments === 1 ? 'segment' : 'segments'}, ${km} km (${miles} mi)`
}
