import { metresBetween, type Position } from '../../core/geometry.ts'
import { intersection } from '../../geography/clip.ts'
import { squareMetres } from '../../geography/measure.ts'
import type { RoutingSnapshot } from '../../routing/types.ts'
import { rivalClaims, SLIVER } from '../coverage.ts'
import type { Documents } from '../snapshot.ts'
import { pointAlong } from '../street.ts'
import { areaInWords } from '../words.ts'
import { type Findings, shareDays, tellOf } from './finding.ts'

/** Metres: no region reaches this far from the center of its map. */
const FAR = 400_000

/** What is far from the center of the map, unless its coordinates are turned around, was drawn latitude first. */
export function* checkSwapped({ region, jurisdictions, ...ground }: Documents): Findings {
  const [long, lat] = region.map.center
  const near = (lat2: number, long2: number) => metresBetween({ lat, long }, { lat: lat2, long: long2 }) < FAR
  const { areas, roads, places, backdrop } = ground
  const files = [
    ...jurisdictions.map(({ slug, boundary }) => ({ name: `${slug}/boundary`, features: boundary })),
    ...Object.entries({ areas, roads, places, backdrop }).map(([name, features]) => ({ name, features })),
  ]
  for (const { name, features } of files) {
    const tell = tellOf(`${name}.geojson`)
    for (const [index, { coordinates }] of features.entries()) {
      const [x, y] = firstPosition(coordinates)
      const path = ['features', index, 'geometry', 'coordinates']
      if (near(y, x)) continue
      if (Math.abs(x) <= 90 && near(x, y)) {
        const message = 'Latitude and longitude are swapped, here or in the map center of region.yaml'
        yield tell.error(path, message, 'Write [longitude, latitude]')
      } else {
        yield tell.warning(path, 'It is far from the map center of region.yaml', 'Check both')
      }
    }
  }
}

function firstPosition(coordinates: unknown): Position {
  const [first] = coordinates as readonly unknown[]
  return Array.isArray(first) ? firstPosition(first) : (coordinates as Position)
}

/** Metres from the center line at which the ground is asked whose it is. */
const ASIDE = 25

/** The bodies of a boundary street must lie where it says they do, seen along the drawn direction. */
export function* checkSides({ roads }: Documents, routing: RoutingSnapshot): Findings {
  const tell = tellOf('roads.geojson')
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
      const mend = 'Swap left and right (and the house numbers), or draw it the other way'
      yield tell.error(path, `The sides of "${id}" are swapped: ${left} lies on its right`, mend)
    } else {
      const mend = 'Check its line and both boundaries'
      yield tell.warning(path, `"${id}" does not part ${left} from ${right}`, mend)
    }
  }
}

/** Ground that two bodies of one layer claim, told where the later one is drawn. */
export function* checkClaims(documents: Documents): Findings {
  for (const { layer, bodies, squareMetres } of rivalClaims(documents)) {
    const [one, other] = bodies
    const tell = tellOf(`${other.jurisdiction.slug}/boundary.geojson`)
    const names = `${other.jurisdiction.name} and ${one.jurisdiction.name}`
    const message = `${names} both claim ${areaInWords(squareMetres)} in the layer "${layer}"`
    const mend = 'Draw one limit for both, end one before the other begins, or part what they offer'
    yield tell.error(['features', other.feature, 'geometry'], message, mend)
  }
}

/** Territories of two partners on the same ground: nobody could say whose it is. */
export function* checkTerritories({ areas }: Documents): Findings {
  const tell = tellOf('areas.geojson')
  const territories = areas
    .map(({ properties, coordinates }, index) => ({ ...properties, coordinates, index }))
    .filter(({ kind }) => kind === 'territory')
  for (const [position, one] of territories.entries()) {
    for (const other of territories.slice(position + 1)) {
      if (one.partner === other.partner || !shareDays(one, other)) continue
      const shared = squareMetres(intersection(one.coordinates, other.coordinates))
      if (shared < SLIVER) continue
      const message = `"${other.id}" and "${one.id}" both claim ${areaInWords(shared)} for their partners`
      const mend = 'Draw one limit for both, or end one before the other begins'
      yield tell.error(['features', other.index], message, mend)
    }
  }
}
