import { isRefusal, type Refusal } from '../../src/geography/refusal.ts'
import { bytesSource } from '../../src/places/import/bytes.ts'
import type { Mapping } from '../../src/places/import/columns/mapping.ts'
import { inspect } from '../../src/places/import/inspect.ts'
import { openTable } from '../../src/places/import/open.ts'
import { readRows } from '../../src/places/import/read.ts'
import type { ImportKind, Reject, Rows } from '../../src/places/import/rows/rows.ts'
import { type SurveyOptions, survey } from '../../src/places/import/survey.ts'
import type { Table } from '../../src/places/import/table.ts'

export const region = { bbox: [-123, 37, -121, 38] as const, contains: () => true }
/** OpenAddresses' columns. */
export const HEADING = 'LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID'

const sourceOf = (content: string | Uint8Array) =>
  bytesSource('file', typeof content === 'string' ? new TextEncoder().encode(content) : content)

export async function opened(content: string | Uint8Array): Promise<Table> {
  return accepted(await openTable(sourceOf(content)))
}

/** Why a file is refused. */
export async function refusedFile(content: string | Uint8Array): Promise<string> {
  const table = await openTable(sourceOf(content))
  return isRefusal(table) ? table.why : `read as ${table.format}`
}

export function accepted<T extends object>(result: T | Refusal): T {
  if (isRefusal(result)) throw new Error(result.why)
  return result
}

export async function mappingOf<Kind extends ImportKind>(table: Table, kind: Kind): Promise<Mapping<Kind>> {
  return accepted(await inspect(table, kind)).mapping as Mapping<Kind>
}

/** All that a table gives, with the mapping that was guessed. */
export async function read<Kind extends ImportKind>(table: Table, kind: Kind, options: SurveyOptions = {}) {
  const mapping = await mappingOf(table, kind)
  const surveyed = accepted(await survey(table, mapping, options))
  const rows: Rows[Kind][] = []
  const rejects: Reject[] = []
  for await (const batch of readRows(table, mapping, surveyed.positions)) {
    rows.push(...batch.rows)
    rejects.push(...batch.rejects)
  }
  return { ...surveyed, mapping, rows, rejects }
}
