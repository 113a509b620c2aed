import { sql } from 'drizzle-orm'
import type { PlacesReader } from '../../core/database/handles.ts'
import { type MultiPolygonRings, metersPerDegree, type Place } from '../../core/geometry.ts'
import type { Holder } from './holders.ts'

export interface NearDistrict extends Omit<DistrictRow, 'polygons' | 'facts' | 'holders'> {
  readonly polygons: MultiPolygonRings
  readonly facts: Readonly<Record<string, string>>
  readonly holders: readonly Holder[]
}

interface DistrictRow {
  readonly source: string
  readonly ref: string
  readonly name: string
  readonly polygons: string
  readonly facts: string
  readonly days: string
  readonly week: 'A' | 'B' | ''
  /** JSON: Holder[] */
  readonly holders: string
}

/** Districts whose box is as near to a place, with their holders by their first days, in one round trip. */
export async function districtsNear(
  db: PlacesReader,
  { lat, long }: Place,
  meters: number,
): Promise<readonly NearDistrict[]> {
  const scale = metersPerDegree(lat)
  const [east, north] = [meters / scale.long, meters / scale.lat]
  const rows = await db.rows<DistrictRow>(
    sql`SELECT district.source, district.ref, district.name, district.polygons, district.facts, district.days,
      district.week, (SELECT json_group_array(json_object('name', holder.name, 'phone', holder.phone, 'email', holder.email,
        'url', holder.url, 'from', holder.from_day, 'to', holder.to_day))
        FROM district_holder AS holder WHERE holder.source = district.source AND holder.district = district.ref) AS holders
      FROM district_area AS area JOIN district ON district.id = area.id
      WHERE area.west <= ${long + east} AND area.east >= ${long - east}
        AND area.south <= ${lat + north} AND area.north >= ${lat - north}
      ORDER BY district.source, district.ref`,
  )
  return rows.map(({ polygons, facts, holders, ...row }) => ({
    ...row,
    polygons: JSON.parse(polygons),
    facts: JSON.parse(facts),
    holders: (JSON.parse(holders) as Holder[]).sort((a, b) => (a.from < b.from ? -1 : 1)),
  }))
}
