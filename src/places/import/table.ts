/** Longitude and latitude, or x and y in the file's own coordinate system. */
export type Position = readonly [x: number, y: number, ...rest: number[]]

export type Geometry =
  | { readonly type: 'Point'; readonly coordinates: Position }
  | { readonly type: 'MultiPoint' | 'LineString'; readonly coordinates: readonly Position[] }
  | { readonly type: 'MultiLineString' | 'Polygon'; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly Position[])[])[] }

const depths = {
  Point: 0,
  MultiPoint: 1,
  LineString: 1,
  MultiLineString: 2,
  Polygon: 2,
  MultiPolygon: 3,
} as const satisfies Readonly<Record<Geometry['type'], number>>

/** The geometry of a type, if its coordinates are numbers in as many lists as the type has; else null. */
export function geometryOfType(type: unknown, coordinates: unknown): Geometry | null {
  const depth = depths[type as Geometry['type']]
  return depth !== undefined && hasPositions(coordinates, depth) ? ({ type, coordinates } as Geometry) : null
}

function hasPositions(value: unknown, depth: number): boolean {
  if (!Array.isArray(value)) return false
  if (depth > 0) return value.every(inner => hasPositions(inner, depth - 1))
  return Number.isFinite(value[0]) && Number.isFinite(value[1])
}

/** One line of a table, or one feature of a map layer, as the file has it. */
export interface FileRecord {
  /** Counted from 1, in the order of the file. */
  readonly number: number
  /** Of a text file, counted from 1. */
  readonly line?: number
  readonly values: Readonly<Record<string, unknown>>
  readonly geometry?: Geometry | null
  /** Why the record has no values that can be used. */
  readonly fault?: RecordFault
}

export type RecordFault = 'unbalanced-quotes' | 'wrong-number-of-values' | 'not-a-feature' | 'deleted'

/** A file whose format is known and whose records can be read, as often as needed. */
export interface Table {
  /** For people: `CSV, separated by commas, in Windows-1252`. */
  readonly format: string
  /** The coordinate system of its geometry as a .prj text, a PROJ string or `EPSG:n`; absent if it says none. */
  readonly coordinateSystem?: string
  /** In batches of one piece of the file each. Throws `UnreadableFile`. */
  records(): AsyncIterable<readonly FileRecord[]>
  /** What the file does not say and was assumed while its records were read, as sentences without a full stop. */
  assumed?(): readonly string[]
}
