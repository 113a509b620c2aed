import { lengthMeters } from '../positions/lines.ts'
import { csvValue } from '../rows/reject-lines.ts'
import type { StreetRow } from '../rows/rows.ts'

export const UNKEPT_HEADING = 'id,name,value,class,meters,lat,long\n'

/** A line of a CSV file under `UNKEPT_HEADING`, for a segment that nobody keeps, with where it begins. */
export function unkeptLine({ id, name, owner, roadClass, line }: StreetRow): string {
  const [long, lat] = line[0] ?? []
  const values = [csvValue(id), csvValue(name), csvValue(owner), roadClass]
  return `${[...values, Math.round(lengthMeters(line)), lat, long].join(',')}\n`
}
