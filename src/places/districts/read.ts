import type { MultiPolygonRings } from '../../core/geometry.ts'
import type { Mapping } from '../import/columns/mapping.ts'
import type { Positions } from '../import/positions/position.ts'
import { readRows } from '../import/read.ts'
import type { DistrictFactsRow, DistrictRow, GivenHolder, Reject } from '../import/rows/rows.ts'
import type { Table } from '../import/table.ts'
import { UnreadableFile } from '../import/unreadable.ts'

/** A set has its polygons in memory while it is imported. */
const MAX_DISTRICTS = 5_000

/** A district as a file has it: several records of one id are one district. */
export type GivenDistrict = Omit<DistrictRow, 'holder'> & { readonly holders: readonly GivenHolder[] }

export interface GivenSet<Row> {
  readonly districts: readonly Row[]
  readonly rejects: readonly Reject[]
  readonly records: number
}

/** The districts of a file, in its order. Throws `UnreadableFile`. */
export async function readDistricts(
  table: Table,
  mapping: Mapping,
  positions: Positions,
): Promise<GivenSet<GivenDistrict>> {
  const { rows, rejects, records } = await all(readRows(table, { ...mapping, kind: 'districts' }, positions))
  const byRef = Map.groupBy(rows, refOf)
  const districts = [...byRef.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const parts = [first, ...others]
    return [
      {
        ...first,
        polygons: differing(parts.flatMap(({ polygons }) => polygons)),
        unusable: parts.flatMap(({ unusable }) => unusable),
        holders: parts.flatMap(({ holder }) => holder ?? []),
      },
    ]
  })
  return { districts, rejects, records }
}

// A district of several members is drawn once for each of them.
function differing(polygons: MultiPolygonRings): MultiPolygonRings {
  return [...new Map(polygons.map(polygon => [JSON.stringify(polygon), polygon])).values()]
}

/** The lines of a file of facts, in its order. Throws `UnreadableFile`. */
export async function readDistrictFacts(
  table: Table,
  mapping: Mapping,
  positions: Positions,
): Promise<GivenSet<DistrictFactsRow>> {
  const rows = readRows(table, { ...mapping, kind: 'district-facts' }, positions)
  const { rows: districts, ...rest } = await all(rows)
  return { districts, ...rest }
}

/** What a district is found by in its set: the file's own id, else its name. */
export function refOf({ id, name }: { readonly id: string; readonly name: string }): string {
  return id || name
}

async function all<Row>(
  batches: AsyncIterable<{
    readonly rows: readonly Row[]
    readonly rejects: readonly Reject[]
    readonly records: number
  }>,
) {
  const [rows, rejects]: [Row[], Reject[]] = [[], []]
  let records = 0
  for await (const batch of batches) {
    rows.push(...batch.rows)
    rejects.push(...batch.rejects)
    records = batch.records
    if (rows.length > MAX_DISTRICTS) {
      const most = MAX_DISTRICTS.toLocaleString('en-US')
      throw new UnreadableFile(`It has more than ${most} districts`, 'Import them as several sets')
    }
  }
  return { rows, rejects, records }
}
