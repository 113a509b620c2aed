import type { Feature, Polygon } from 'geojson'
import { metresPerDegree, type Place } from '../../../core/geometry.ts'

const CORNERS = 48

/** The circle of a location's error, as a polygon. */
export function circleAround({ lat, long }: Place, metres: number): Feature<Polygon> {
  const scale = metresPerDegree(lat)
  const ring = Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const angle = ((corner % CORNERS) / CORNERS) * 2 * Math.PI
    return [long + (Math.cos(angle) * metres) / scale.long, lat + (Math.sin(angle) * metres) / scale.lat]
  })
  return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }
}
