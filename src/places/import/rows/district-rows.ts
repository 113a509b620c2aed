import type { MultiPolygonRings, PolygonRings } from '../../../core/geometry.ts'
import { isEmail } from '../../../core/text.ts'
import { newRepairCounts, repairPolygon } from '../../../geography/polygons/repair.ts'
import { isInside } from '../../../geography/polygons/rings.ts'
import { isRefusal } from '../../../geography/refusal.ts'
import { columnsFor, type Field, type Mapping } from '../columns/mapping.ts'
import { geometryOf, inDegrees, type Positions } from '../positions/position.ts'
import { isWithin, type RegionBounds } from '../positions/region-bounds.ts'
import type { FileRecord, Geometry, Position } from '../table.ts'
import type { DistrictFactsRow, DistrictRow, GivenHolder, RejectReason } from './rows.ts'
import { dayOf, idOf, joinedText, textOf } from './values.ts'
import { weekdaysOf, weekOf } from './weekdays.ts'

/** The district of a record, or why there is none. */
export function districtRow(
  record: FileRecord,
  mapping: Mapping,
  positions: Positions,
): DistrictRow | RejectReason {
  const row = districtFactsRow(record, mapping)
  if (typeof row === 'string') return row
  if (row.name === '') return 'no-name'
  const polygons = polygonsOf(record, mapping, positions)
  if (typeof polygons === 'string') return polygons
  const { bounds } = positions
  return bounds === undefined || reachesInto(bounds, polygons) ? { ...row, polygons } : 'outside'
}

/** What a record says of a district, or why that cannot be used. */
export function districtFactsRow(record: FileRecord, mapping: Mapping): DistrictFactsRow | RejectReason {
  const text = (field: Field) => joinedText(record, columnsFor(mapping, field))
  const has = (field: Field) => columnsFor(mapping, field).length > 0
  const [id, name] = [idOf(record, columnsFor(mapping, 'id')), text('name').slice(0, MAX_NAME)]
  if (id === '' && name === '') return 'no-name'
  const days = text('days') === '' ? [] : weekdaysOf(text('days'))
  if (days === undefined) return 'unknown-day'
  const week = weekOf(text('week'))
  if (week === undefined) return 'unknown-week'
  const unusable: Field[] = []
  const usable = (field: Field, isUsable: (text: string) => boolean, written = text(field)) => {
    if (written === '' || isUsable(written)) return written
    unusable.push(field)
    return ''
  }
  const holder = (): GivenHolder => ({
    name: VACANT.test(text('holder')) ? '' : text('holder').slice(0, MAX_NAME),
    phone: usable('phone', isPhone),
    email: usable('email', isEmail),
    url: usable('url', isLink, withScheme(text('url'))),
    from: dayOf(record.values[columnsFor(mapping, 'from')[0] ?? '']) ?? null,
    to: dayOf(record.values[columnsFor(mapping, 'to')[0] ?? '']) ?? null,
  })
  const given = Object.entries(mapping.facts ?? {})
  return {
    record: record.number,
    id,
    name,
    facts: Object.fromEntries(
      given.map(([column, fact]) => [fact, textOf(record.values[column]).slice(0, MAX_FACT)]),
    ),
    days: has('days') ? days : null,
    week: has('week') ? week : null,
    holder: has('holder') ? holder() : null,
    unusable,
  }
}

type MultiPolygon = Extract<Geometry, { readonly type: 'MultiPolygon' }>

const MAX_NAME = 200
const MAX_FACT = 1000
const VACANT = /^(?:vacant|vacancy|open seat|tbd|none|no one|-+)$/i

function isPhone(text: string): boolean {
  return /^\+?[0-9 ().-]{3,24}(?: ?(?:x|ext\.?) ?\d{1,6})?$/i.test(text)
}

function withScheme(text: string): string {
  return /^[\w-]+(?:\.[\w-]+)+(?:\/|$)/.test(text) ? `https://${text}` : text
}

function isLink(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text)
}

function polygonsOf(
  record: FileRecord,
  mapping: Mapping,
  positions: Positions,
): MultiPolygonRings | RejectReason {
  const geometry = geometryOf(record, mapping)
  if (geometry?.type !== 'Polygon' && geometry?.type !== 'MultiPolygon') return 'no-polygon'
  const drawn: MultiPolygon['coordinates'] =
    geometry.type === 'MultiPolygon' ? geometry.coordinates : [geometry.coordinates]
  const polygons: PolygonRings[] = []
  for (const rings of drawn) {
    const turned = rings.map(ring => ring.map(position => longLatOf(position, positions)))
    if (turned.flat().includes(undefined)) return 'impossible-coordinates'
    const repaired = repairPolygon(turned, newRepairCounts())
    if (isRefusal(repaired)) return 'no-polygon'
    polygons.push(...repaired)
  }
  return polygons.length === 0 ? 'no-polygon' : polygons
}

// To the decimeter.
function longLatOf(position: Position, positions: Positions): Position | undefined {
  const place = inDegrees(position, positions)
  return place && [Number(place.long.toFixed(6)), Number(place.lat.toFixed(6))]
}

/** A corner of the district is in the region, or the middle of the region in the district. */
function reachesInto(bounds: RegionBounds, polygons: MultiPolygonRings): boolean {
  const [west, south, east, north] = bounds.bbox
  const [x, y] = [(west + east) / 2, (south + north) / 2]
  return polygons.some(
    ([outer = []]) => isInside(x, y, outer) || outer.some(([long, lat]) => isWithin(bounds, { lat, long })),
  )
}
