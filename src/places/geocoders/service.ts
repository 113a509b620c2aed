import * as v from 'valibot'
import { metersBetween, type Place } from '../../core/geometry.ts'
import { cleanLine } from '../../core/text.ts'
import type { RegionBounds } from '../import/positions/region-bounds.ts'

export type Box = RegionBounds['bbox']

export interface Search {
  readonly text: string
  readonly box: Box
  readonly limit: number
  /** Whether the answer is cached: some services must be told, and ask for more. */
  readonly isKept: boolean
}

/** What is asked of a service, and how its answer is read. */
export interface Question {
  /** After the service's URL. */
  readonly path: string
  readonly query: Readonly<Record<string, string | number>>
  /** Undefined: not an answer of this service. */
  readonly read: (answer: unknown) => readonly Found[] | undefined
}

export interface Service {
  /** The public server, where its terms let anyone use it. */
  readonly publicUrl?: string
  /** Milliseconds from one request to the next that the public server asks for. */
  readonly publicPause?: number
  /** The parameter of the query that carries a key. */
  readonly keyParameter?: string
  readonly forward: (search: Search) => Question
  /** Absent where the service has none, or none with locations. */
  readonly suggest?: (search: Search) => Question
  /** Absent where the service names areas only. */
  readonly reverse?: (place: Place, isKept: boolean) => Question
  /** Answers the county as a landmark, if any; absent where the service has none, or it is not worth a call. */
  readonly county?: (place: Place) => Question
  /** The HTTP status that an answer with status 200 has in its body. */
  readonly errorStatus?: (answer: unknown) => number | undefined
}

/** As a service has it; what it does not know is empty. */
export interface Found extends Place {
  readonly kind: 'address' | 'intersection' | 'street' | 'landmark'
  /** Of a landmark. */
  readonly name: string
  readonly number: string
  /** Of an intersection: both streets. */
  readonly street: string
  readonly city: string
  readonly state: string
  readonly postcode: string
  /** Radius in meters of the uncertainty. */
  readonly accuracy: number
}

/** In meters. What services call a point is mostly a building or its parcel. */
export const accuracies = {
  point: 10,
  corner: 15,
  landmark: 30,
  interpolated: 50,
  street: 500,
  county: 50_000,
} as const

/** A county by its name; undefined without one. */
export function countyNamed(name: string, place: Place): Found | undefined {
  if (name === '') return undefined
  const nothing = { number: '', street: '', city: '', state: '', postcode: '' }
  return { kind: 'landmark', name, ...nothing, ...place, accuracy: accuracies.county }
}

const MAX_PART = 200
const MAX_ITEMS = 50

/** A text or number of an answer; empty for anything else, or if it is missing. */
export const part = v.fallback(
  v.pipe(
    v.union([v.string(), v.number()]),
    v.transform(value => cleanLine(String(value)).trim().slice(0, MAX_PART)),
  ),
  '',
)

export const degrees = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/\d/))]),
  v.transform(Number),
  v.number(),
  v.finite(),
)

/** Items of another shape are left out; undefined if all are. */
export function readEach<S extends v.GenericSchema>(
  list: readonly unknown[],
  schema: S,
  placeOf: (item: v.InferOutput<S>) => Found | undefined,
): readonly Found[] | undefined {
  const read = list.slice(0, MAX_ITEMS).map(item => v.safeParse(schema, item))
  const items = read.flatMap(result => (result.success ? [result.output] : []))
  if (items.length === 0 && list.length > 0) return undefined
  return items.flatMap(item => placeOf(item) ?? [])
}

/** The accuracy of something as large as its box: in meters, half of the diagonal. */
export function accuracyOf(kind: 'street' | 'landmark', box: Box | undefined): number {
  if (box === undefined) return accuracies[kind]
  const [west, south, east, north] = box
  const radius = metersBetween({ lat: south, long: west }, { lat: north, long: east }) / 2
  return Math.max(Math.ceil(radius), accuracies.landmark)
}
