import { type LongLat, metersBetween } from '../../../core/geometry.ts'
import { areaText, lengthText } from '../../../core/measures.ts'
import { intersection } from '../../../geography/polygons/clip.ts'
import { squareMeters } from '../../../geography/polygons/measure.ts'
import type { RoutingSnapshot } from '../../../routing/types.ts'
import { pointAlong } from '../../places/street.ts'
import { NARROW_METERS, overlappingClaims, SLIVER } from '../../versions/plan/coverage.ts'
import { narrowGaps } from '../../versions/plan/narrow-gaps.ts'
import type { Documents } from '../snapshot.ts'
import { type Issues, reporterOf, shareDays } from './issues.ts'

// Meters: no region reaches this far from the center of its map.
const FAR = 400_000

/** Features far from the map's center, but near it with swapped coordinates, were drawn latitude first. */
export function* checkSwapped({ region, jurisdictions, ...location }: Documents): Issues {
  const [long, lat] = region.map.center
  const near = (lat2: number, long2: number) => metersBetween({ lat, long }, { lat: lat2, long: long2 }) < FAR
  const { areas, roads, places, backdrop } = location
  const files = [
    ...jurisdictions.map(({ slug, boundary }) => ({ name: `${slug}/boundary`, features: boundary })),
    ...Object.entries({ areas, roads, places, backdrop }).map(([name, features]) => ({ name, features })),
  ]
  for (const { name, features } of files) {
    const report = reporterOf(`${name}.geojson`)
    for (const [index, { coordinates }] of features.entries()) {
      const [x, y] = firstPosition(coordinates)
      const path = ['features', index, 'geometry', 'coordinates']
      if (near(y, x)) continue
      if (Math.abs(x) <= 90 && near(x, y)) {
        const message =
          'Latitude and longitude are in the wrong order, here or in the map center of region.yaml'
        yield report.error(path, message, 'Write [longitude, latitude]')
      } else {
        yield report.warning(path, 'It is far from the map center of region.yaml', 'Check both')
      }
    }
  }
}

function firstPosition(coordinates: unknown): LongLat {
  const [first] = coordinates as readonly unknown[]
  return Array.isArray(first) ? firstPosition(first) : (coordinates as LongLat)
}

// Meters from the center line at which a side's body is looked up.
const ASIDE = 25

/** The bodies of a boundary street must be on their sides, seen along the drawn direction. */
export function* checkSides({ roads }: Documents, routing: RoutingSnapshot): Issues {
  const report = reporterOf('roads.geojson')
  for (const [index, { properties, coordinates }] of roads.entries()) {
    const { id, left, right } = properties
    if (!left || !right) continue
    const lies = (body: string, aside: number) =>
      [0.25, 0.5, 0.75].some(fraction => {
        const { lat, long } = pointAlong(coordinates, fraction, aside)
        return routing.atlas.areasAt(lat, long).some(area => routing.areas[area]?.body === body)
      })
    const path = ['features', index, 'properties', 'left']
    if (lies(left, ASIDE) && lies(right, -ASIDE)) continue
    if (lies(left, -ASIDE) && lies(right, ASIDE)) {
      const repair = 'Swap left and right (and the house numbers), or reverse the line'
      yield report.error(path, `The sides of "${id}" are swapped: ${left} is on its right`, repair)
    } else {
      const repair = 'Check its line and both boundaries'
      yield report.warning(path, `"${id}" does not separate ${left} from ${right}`, repair)
    }
  }
}

export function* checkClaims(documents: Documents): Issues {
  const units = documents.region.units ?? 'us'
  for (const { layer, bodies, squareMeters, narrow } of overlappingClaims(documents)) {
    const [one, other] = bodies
    const report = reporterOf(`${other.jurisdiction.slug}/boundary.geojson`)
    const path = ['features', other.feature, 'geometry']
    const names = `${other.jurisdiction.name} and ${one.jurisdiction.name}`
    const ground = `${areaText(units, squareMeters)} in the layer "${layer}"`
    if (narrow === null) {
      const repair =
        'Use one boundary for both, end one before the other starts, or give them different services'
      yield report.error(path, `${names} both cover ${ground}`, repair)
    } else {
      const message = `${names} overlap in a strip about ${lengthText(units, narrow)} wide: ${ground}`
      yield report.warning(path, message, SNAP)
    }
  }
}

const SNAP = `Import them with --snap ${NARROW_METERS}, or leave it`

/** Strips between neighbors that nobody covers. Wide ones are for the plan to show. */
export function* checkNarrowGaps(documents: Documents, routing: RoutingSnapshot): Issues {
  const units = documents.region.units ?? 'us'
  for (const { layer, bodies, metersLong, metersWide, at } of narrowGaps(documents, routing)) {
    const [one, other] = bodies
    const report = reporterOf(`${other.jurisdiction.slug}/boundary.geojson`)
    const names = `${other.jurisdiction.name} and ${one.jurisdiction.name}`
    const strip = `about ${lengthText(units, metersWide)} wide and ${lengthText(units, metersLong)} long`
    const message = `${names} leave a gap ${strip} between them in the layer "${layer}", near ${at.lat.toFixed(5)}, ${at.long.toFixed(5)}`
    yield report.warning(['features', other.feature, 'geometry'], message, SNAP)
  }
}

/** Overlapping territories of two partners would be ambiguous. */
export function* checkTerritories({ areas, region }: Documents): Issues {
  const report = reporterOf('areas.geojson')
  const territories = areas
    .map(({ properties, coordinates }, index) => ({ ...properties, coordinates, index }))
    .filter(({ kind }) => kind === 'territory')
  for (const [position, one] of territories.entries()) {
    for (const other of territories.slice(position + 1)) {
      if (one.partner === other.partner || !shareDays(one, other)) continue
      const shared = squareMeters(intersection(one.coordinates, other.coordinates))
      if (shared < SLIVER) continue
      const message = `"${other.id}" and "${one.id}" both cover ${areaText(region.units ?? 'us', shared)} for their partners`
      const repair = 'Use one boundary for both, or end one before the other starts'
      yield report.error(['features', other.index], message, repair)
    }
  }
}
