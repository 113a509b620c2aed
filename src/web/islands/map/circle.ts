import type { Feature, Polygon } from 'geojson'
import { metersPerDegree, type Place } from '../../../core/geometry.ts'

const CORNERS = 48

export function circleAround({ lat, long }: Place, meters: number): Feature<Polygon> {
  const scale = metersPerDegree(lat)
  const ring = Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const angle = ((corner % CORNERS) / CORNERS) * 2 * Math.PI
    return [long + (Math.cos(angle) * meters) / scale.long, lat + (Math.sin(angle) * meters) / scale.lat]
  })
  return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }
}
