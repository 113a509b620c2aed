import type { MultiPolygonRings, PolygonRings } from '../../core/geometry.ts'
import { areaText, type Units } from '../../core/measures.ts'
import { difference, overlapped } from '../../geography/polygons/clip.ts'
import { meanWidthMeters, squareMeters } from '../../geography/polygons/measure.ts'
import type { Mapping } from '../import/columns/mapping.ts'
import type { Survey } from '../import/survey.ts'
import type { Table } from '../import/table.ts'
import { edgesOf } from './edges.ts'
import { type GivenDistrict, readDistricts } from './read.ts'

interface Ground {
  /** Where the set should be: the boundary of its owner. */
  readonly whole: MultiPolygonRings
  readonly units: Units
}

/** What a person should know before districts are imported: whole sentences without their periods. */
export async function districtNotices(
  table: Table,
  mapping: Mapping,
  { positions }: Survey,
  { whole, units }: Ground,
): Promise<readonly string[]> {
  const { districts } = await readDistricts(table, mapping, positions)
  const unusable = districts.flatMap(district =>
    district.unusable.map(field => `${district.name} (${field})`),
  )
  const outlines = districts.flatMap(({ polygons }) => polygons)
  const gaps = pieces(() => difference(whole, [outlines]))
  return [
    ...(unusable.length === 0 ? [] : [`Not a phone number, email or link, left out: ${listed(unusable)}`]),
    ...overlaps(districts, outlines, units),
    ...(gaps === undefined ? [UNCLEAR] : []),
    ...(gaps === undefined || gaps.length === 0
      ? []
      : [`No district covers ${areaText(units, squareMeters(gaps))} of the ground`]),
  ]
}

const UNCLEAR = 'Its outlines cross themselves too often to look for overlaps and gaps'
/** Smaller and narrower pieces come from how lines were drawn. */
const SLIVER_SQUARE_METERS = 100
const SLIVER_METERS = 5

function overlaps(districts: readonly GivenDistrict[], outlines: MultiPolygonRings, units: Units): string[] {
  const found = pieces(() => overlapped(outlines)) ?? []
  const byNames = Map.groupBy(found, piece => namesAt(districts, piece))
  return [...byNames].slice(0, MAX_LISTED).map(([names, shared]) => {
    return `${names} overlap: ${areaText(units, squareMeters(shared))}`
  })
}

const MAX_LISTED = 12

function namesAt(districts: readonly GivenDistrict[], piece: PolygonRings): string {
  const [first = [0, 0]] = piece[0] ?? []
  const touching = districts.filter(({ polygons }) => {
    const { isInside, meters } = edgesOf(polygons, { lat: first[1], long: first[0] })
    return isInside || meters < 1
  })
  return touching
    .map(({ name }) => name)
    .slice(0, 3)
    .join(' and ')
}

function pieces(clip: () => MultiPolygonRings): MultiPolygonRings | undefined {
  try {
    return clip().filter(
      piece => squareMeters([piece]) >= SLIVER_SQUARE_METERS && meanWidthMeters(piece) >= SLIVER_METERS,
    )
  } catch {
    return undefined
  }
}

function listed(items: readonly string[]): string {
  const shown = items.slice(0, MAX_LISTED).join(', ')
  return items.length > MAX_LISTED ? `${shown} and ${items.length - MAX_LISTED} more` : shown
}
