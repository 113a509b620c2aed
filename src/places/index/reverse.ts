import { sql } from 'drizzle-orm'
import type { PlacesReader } from '../../core/database/handles.ts'
import { metersBetween, metersPerDegree, type Place } from '../../core/geometry.ts'

export interface NearAddress extends Place {
  readonly label: string
  readonly meters: number
}

/** The addresses nearest to a place, the nearest first, in one round trip. */
export async function addressesNear(
  db: PlacesReader,
  place: Place,
  { meters, limit }: { readonly meters: number; readonly limit: number },
): Promise<readonly NearAddress[]> {
  const scale = metersPerDegree(place.lat)
  const [east, north] = [meters / scale.long, meters / scale.lat]
  // `min` also chooses the row that the other columns are from.
  const distance = sql`min((address.lat - ${place.lat}) * (address.lat - ${place.lat}) * ${(scale.lat / scale.long) ** 2}
    + (address.long - ${place.long}) * (address.long - ${place.long}))`
  const rows = await db.rows<{ number_text: string; name: string; city: string; lat: number; long: number }>(
    sql`SELECT address.number_text, street.name, street.city, address.lat, address.long, ${distance} AS distance
      FROM address_area AS area JOIN address ON address.id = area.id JOIN street ON street.id = address.street
      WHERE area.west <= ${place.long + east} AND area.east >= ${place.long - east}
        AND area.south <= ${place.lat + north} AND area.north >= ${place.lat - north}
      GROUP BY address.street, address.number_text ORDER BY distance LIMIT ${limit}`,
  )
  return rows
    .map(({ number_text, name, city, lat, long }) => {
      const label = `${number_text} ${name}${city && `, ${city}`}`
      return { label, lat, long, meters: metersBetween(place, { lat, long }) }
    })
    .filter(found => found.meters <= meters)
}
