import { metresBetween, type Position } from '../../core/geometry.ts'
import type { RoutingSnapshot } from '../../routing/types.ts'
import type { Finding, Path } from '../fault.ts'
import type { Documents } from '../snapshot.ts'
import { pointAlong } from '../street.ts'
import { checkDates, error, shareDays, unknown, warning } from './finding.ts'
import type { Known } from './known.ts'

interface Dated {
  readonly id: string
  readonly from?: string | null | undefined
  readonly to?: string | null | undefined
}

/** Names and dates in the GeoJSON files. */
export function checkFeatures(documents: Documents, known: Known): Finding[] {
  return [
    ...documents.areas.flatMap(({ properties }, index) => checkArea(properties, propertiesAt(index), known)),
    ...documents.roads.flatMap(({ properties }, index) => checkRoad(properties, propertiesAt(index), known)),
    ...periods(
      'areas.geojson',
      documents.areas.map(({ properties }) => properties),
    ),
    ...periods(
      'roads.geojson',
      documents.roads.map(({ properties }) => properties),
    ),
    ...documents.jurisdictions.flatMap(({ slug, kind, boundary }) => {
      const file = `${slug}/boundary.geojson`
      if (boundary.length === 0 && kind !== 'agency') {
        return [
          warning(
            `${slug}/jurisdiction.yaml`,
            [],
            'It has no boundary: no place leads to it',
            `Write ${file}`,
          ),
        ]
      }
      return periods(
        file,
        boundary.map(({ properties }) => ({ ...properties, id: slug })),
      )
    }),
  ]
}

function propertiesAt(index: number): Path {
  return ['features', index, 'properties']
}

function checkArea(
  { kind, partner }: Documents['areas'][number]['properties'],
  path: Path,
  known: Known,
): Finding[] {
  const file = 'areas.geojson'
  if (partner && !known.bodies.has(partner))
    return [unknown(file, [...path, 'partner'], 'partner', partner, known.bodies)]
  if (kind === 'territory' && !partner) {
    return [error(file, path, 'A territory without a partner', 'Name whose it is in "partner"')]
  }
  return kind === 'territory' || !partner
    ? []
    : [
        warning(
          file,
          [...path, 'partner'],
          `A ${kind} area needs no partner`,
          'Remove it, or make it a territory',
        ),
      ]
}

function checkRoad(road: Documents['roads'][number]['properties'], path: Path, known: Known): Finding[] {
  const file = 'roads.geojson'
  const { owner, left, right, lead, numbersLeft, numbersRight } = road
  const named = Object.entries({ owner, left, right, lead })
  const sides = [left, right, lead].filter(Boolean).length
  return [
    ...named.flatMap(([key, body]) =>
      !body || known.bodies.has(body)
        ? []
        : [unknown(file, [...path, key], 'jurisdiction or partner', body, known.bodies)],
    ),
    ...(sides === 1 || sides === 2
      ? [
          error(
            file,
            path,
            `"${road.id}" has only some of left, right and lead`,
            'A boundary street has all three',
          ),
        ]
      : []),
    ...(sides > 0 && left === right
      ? [error(file, path, `"${road.id}" has one body on both sides`, 'Remove left, right and lead')]
      : []),
    ...(sides > 0 && owner
      ? [
          warning(
            file,
            path,
            `"${road.id}" has an owner, so its sides decide nothing`,
            'Remove the owner, or left, right and lead',
          ),
        ]
      : []),
    ...Object.entries({ numbersLeft, numbersRight }).flatMap(([key, range]) => {
      const [first = 0, last = 0] = range ?? []
      return (last - first) % 2 === 0
        ? []
        : [
            warning(
              file,
              [...path, key],
              'A side has odd or even house numbers, not both',
              'Write its first and last number',
            ),
          ]
    }),
  ]
}

/** One thing may have several features, for periods that do not overlap. */
function periods(file: string, features: readonly Dated[]): Finding[] {
  return features.flatMap((feature, index) => {
    const other = features
      .slice(0, index)
      .find(({ id, ...dates }) => id === feature.id && shareDays(dates, feature))
    const path = propertiesAt(index)
    const twice = error(
      file,
      path,
      `"${feature.id}" is there twice at one time`,
      'Give it another id, or let one end where the next begins',
    )
    return [...checkDates(file, path, feature), ...(other ? [twice] : [])]
  })
}

/** Metres: a region is smaller, so what is further from its center, but not with its coordinates turned, was swapped. */
const FAR = 400_000

export function checkSwapped({
  region,
  jurisdictions,
  areas,
  roads,
  places,
  backdrop,
}: Documents): Finding[] {
  const [long, lat] = region.map.center
  const center = { lat, long }
  const collections = [
    ...jurisdictions.map(({ slug, boundary }) => ({ file: `${slug}/boundary.geojson`, features: boundary })),
    ...Object.entries({ areas, roads, places, backdrop }).map(([name, features]) => ({
      file: `${name}.geojson`,
      features,
    })),
  ]
  return collections.flatMap(({ file, features }) =>
    features.flatMap(({ coordinates }, index) => {
      const [x, y] = firstPosition(coordinates)
      if (metresBetween(center, { lat: y, long: x }) < FAR) return []
      const path = ['features', index, 'geometry', 'coordinates']
      const turned = Math.abs(x) <= 90 && metresBetween(center, { lat: x, long: y }) < FAR
      return turned
        ? [
            error(
              file,
              path,
              'Latitude and longitude are swapped, here or in the map center of region.yaml',
              'Write [longitude, latitude]',
            ),
          ]
        : [warning(file, path, 'It is far from the map center of region.yaml', 'Check both')]
    }),
  )
}

function firstPosition(coordinates: unknown): Position {
  const [first] = coordinates as readonly unknown[]
  return Array.isArray(first) ? firstPosition(first) : (coordinates as Position)
}

/** Metres from the center line at which the ground is asked whose it is. */
const ASIDE = 25

/** The bodies of a boundary street must lie where it says they do, seen along the drawn direction. */
export function checkSides({ roads }: Documents, routing: RoutingSnapshot): Finding[] {
  return roads.flatMap(({ properties: { id, left, right }, coordinates }, index) => {
    if (!left || !right) return []
    const lies = (body: string, aside: number) =>
      [0.25, 0.5, 0.75].some(fraction => {
        const { lat, long } = pointAlong(coordinates, fraction, aside)
        return routing.atlas.areasAt(lat, long).some(area => routing.areas[area]?.body === body)
      })
    if (lies(left, ASIDE) && lies(right, -ASIDE)) return []
    const path = [...propertiesAt(index), 'left']
    if (lies(left, -ASIDE) && lies(right, ASIDE)) {
      return [
        error(
          'roads.geojson',
          path,
          `The sides of "${id}" are swapped: ${left} lies on its right`,
          'Swap left and right (and the house numbers), or draw it the other way',
        ),
      ]
    }
    return [
      warning(
        'roads.geojson',
        path,
        `"${id}" does not part ${left} from ${right}`,
        'Check its line and both boundaries',
      ),
    ]
  })
}
