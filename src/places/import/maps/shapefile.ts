import type { Table } from '../table.ts'
import type { MapFeature } from './geometry.ts'
import { rearranged } from './rings.ts'

/** All records of a shapefile that are not marked as deleted. Throws `UnreadableFile`. */
export async function shapefileFeatures(
  table: Table,
): Promise<{ readonly features: readonly MapFeature[]; readonly changes: string[] }> {
  const features: MapFeature[] = []
  let turned = 0
  for await (const records of table.records()) {
    for (const { values, geometry, fault } of records) {
      if (fault === 'deleted') continue
      const again = geometry ? rearranged(geometry) : undefined
      if (again !== undefined) turned += 1
      features.push({ type: 'Feature', properties: values, geometry: again ?? geometry ?? null })
    }
  }
  const changes = [...(table.assumed?.() ?? [])]
  if (turned > 0)
    changes.push(
      `Told holes from outer rings by where they lie in ${turned} shapes, whose rings run the wrong way`,
    )
  return { features, changes }
}
