import * as v from 'valibot'
import type { MultiPolygonRings } from '../../core/geometry.ts'
import { type Bounds, boundsOf } from '../../geography/polygons/bounds.ts'
import { difference } from '../../geography/polygons/clip.ts'
import { squareMeters } from '../../geography/polygons/measure.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import { boundaryFile, toFeatures } from '../../regions/documents/geojson.ts'
import type { Jurisdiction } from '../../regions/documents/snapshot.ts'
import type { DraftContext } from '../drafts/open-draft.ts'

export type Boundary = Jurisdiction['boundary']

export function boundaryFileOf(slug: string): string {
  return `${slug}/boundary.geojson`
}

/** The boundaries that a document has, each with its days; none of a document that cannot be read. */
export function boundaryIn(value: DocumentValue | undefined): Boundary {
  const read = v.safeParse(boundaryFile, value)
  return read.success ? toFeatures(read.output) : []
}

export interface Comparison {
  /** In force on the day; and as the draft has it last. */
  readonly before: MultiPolygonRings
  readonly after: MultiPolygonRings
  readonly squareMeters: {
    readonly before: number
    readonly after: number
    readonly gained: number
    readonly lost: number
  }
}

/** What the draft changes about the ground of a jurisdiction, seen from a day. */
export function compareBoundary({ base, values }: DraftContext, slug: string, day: string): Comparison {
  const own = base.jurisdictions.find(one => one.slug === slug)?.boundary ?? []
  const before = own.filter(one => holdsOn(one, day)).flatMap(({ coordinates }) => coordinates)
  const after = lastOf(boundaryIn(values.get(boundaryFileOf(slug))))
  return {
    before,
    after,
    squareMeters: {
      before: squareMeters(before),
      after: squareMeters(after),
      gained: squareMeters(difference(after, [before])),
      lost: squareMeters(difference(before, [after])),
    },
  }
}

/** The last of the boundaries drawn anew, for the same days; the earlier ones stay. */
export function redrawn(boundary: Boundary, geometry: MultiPolygonRings): Boundary {
  const latest = latestDay(boundary)
  const [last] = boundary.filter(({ properties: { from } }) => (from ?? '') === latest)
  const earlier = boundary.filter(({ properties: { from } }) => (from ?? '') !== latest)
  return [...earlier, { properties: last?.properties ?? {}, coordinates: geometry }]
}

function latestDay(boundary: Boundary): string {
  return (
    boundary
      .map(({ properties: { from } }) => from ?? '')
      .sort()
      .at(-1) ?? ''
  )
}

/** The ground from the latest day on for which the document says something. */
function lastOf(boundary: Boundary): MultiPolygonRings {
  const latest = latestDay(boundary)
  return boundary.filter(one => holdsOn(one, latest)).flatMap(({ coordinates }) => coordinates)
}

function holdsOn({ properties: { from, to } }: Boundary[number], day: string): boolean {
  return (from ?? '') <= day && (to ?? '9999') > day
}

/** Around all boundaries of the draft but one's own. Undefined where there are none. */
export function boxOfOthers({ values }: DraftContext, slug: string): Bounds | undefined {
  const ground = [...values].flatMap(([file, value]) =>
    file.endsWith('/boundary.geojson') && file !== boundaryFileOf(slug)
      ? boundaryIn(value).flatMap(({ coordinates }) => coordinates)
      : [],
  )
  return ground.length === 0 ? undefined : boundsOf(ground)
}
