import type { LinearRing, MultiPolygonRings, Place } from '../../core/geometry.ts'

/* A map that is part of the page: it needs no script, and prints. */

export interface MapArea {
  /** Decides its color and pattern. */
  readonly kind: AreaKind
  readonly geometry: MultiPolygonRings
  readonly label: string
}
export type AreaKind = 'lost' | 'gained' | 'gap' | 'overlap' | 'share' | 'part'

interface Props {
  label: string
  /** Outlines for orientation. */
  base: readonly MultiPolygonRings[]
  areas: readonly MapArea[]
  /** Numbered from 1, in order. */
  points?: readonly Place[]
  /** Shows all of the base, not only what is highlighted. */
  whole?: boolean
}

const WIDTH = 800
/** Of what is shown, on each side. */
const MARGIN = 0.15
/** In degrees: a smaller view would say nothing of where it is. */
const SMALLEST = 0.005

export function AreaMap({ label, base, areas, points = [], whole }: Props) {
  const shown = [
    ...(whole || areas.length + points.length === 0 ? base : []),
    ...areas.map(({ geometry }) => geometry),
  ]
  const view = viewFor(shown, points)
  if (view === undefined) return null
  return (
    <svg class="area-map" viewBox={`0 0 ${WIDTH} ${view.height}`} role="img" aria-label={label}>
      {base.map(geometry => (
        <path class="area-map__base" d={view.path(geometry)} vector-effect="non-scaling-stroke" />
      ))}
      {areas.map(({ kind, geometry, label }) => (
        <path
          class={`area-map__area area-map__area--${kind}`}
          d={view.path(geometry)}
          vector-effect="non-scaling-stroke"
        >
          <title>{label}</title>
        </path>
      ))}
      {points.map((place, index) => {
        const [x, y] = view.at([place.long, place.lat])
        return (
          <g class="area-map__point">
            <circle cx={x} cy={y} r="13" />
            <text x={x} y={y + 5} text-anchor="middle">
              {index + 1}
            </text>
          </g>
        )
      })}
    </svg>
  )
}

function viewFor(geometries: readonly MultiPolygonRings[], points: readonly Place[]) {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  const include = (long: number, lat: number) => {
    west = Math.min(west, long)
    east = Math.max(east, long)
    south = Math.min(south, lat)
    north = Math.max(north, lat)
  }
  for (const ring of geometries.flat(2)) for (const [long, lat] of ring) include(long, lat)
  for (const { lat, long } of points) include(long, lat)
  if (west > east) return undefined
  const shrink = Math.max(0.1, Math.cos((((south + north) / 2) * Math.PI) / 180))
  const [marginX, marginY] = [
    Math.max(east - west, SMALLEST / shrink) * MARGIN,
    Math.max(north - south, SMALLEST) * MARGIN,
  ]
  const scale = WIDTH / ((east - west + 2 * marginX) * shrink)
  const at = ([long, lat]: readonly [number, number]): readonly [number, number] => [
    rounded((long - west + marginX) * shrink * scale),
    rounded((north + marginY - lat) * scale),
  ]
  const height = Math.ceil((north - south + 2 * marginY) * scale)
  const path = (geometry: MultiPolygonRings) =>
    geometry
      .flat()
      .map(ring => ringPath(ring, at))
      .join('')
  return { height, at, path }
}

// What is closer together than a pixel is one corner, and what is far outside the picture needs none.
function ringPath(ring: LinearRing, at: (position: readonly [number, number]) => readonly [number, number]) {
  const corners: string[] = []
  let last: readonly [number, number] = [Infinity, Infinity]
  for (const position of ring) {
    const [x, y] = at(position)
    if (Math.abs(x - last[0]) < 1 && Math.abs(y - last[1]) < 1) continue
    corners.push(`${x} ${y}`)
    last = [x, y]
  }
  return corners.length === 0 ? '' : `M${corners.join('L')}Z`
}

function rounded(value: number): number {
  return Math.round(Math.max(-10_000, Math.min(10_000, value)) * 10) / 10
}

/** What the colors and patterns of the map mean. */
export function MapKey({ kinds }: { kinds: readonly (readonly [AreaKind, string])[] }) {
  return (
    <ul class="area-key">
      {kinds.map(([kind, text]) => (
        <li>
          <svg class="area-key__sample" viewBox="0 0 24 16" aria-hidden="true">
            <rect
              class={`area-map__area area-map__area--${kind}`}
              x="1"
              y="1"
              width="22"
              height="14"
              vector-effect="non-scaling-stroke"
            />
          </svg>{' '}
          {text}
        </li>
      ))}
    </ul>
  )
}
