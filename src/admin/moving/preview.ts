import type { TenantReader } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { valuesOf } from '../../requests/past/read-file.ts'
import { type PastRequest, type Refusal, readPast, serviceOf } from '../../requests/past/record.ts'
import type { PastImport } from './imports.ts'
import { rowsLeft } from './pieces.ts'

const SHOWN_ROWS = 5
/** Services of the earlier system, the most frequent first. */
export const MAX_SERVICES = 100
const MAX_NAME = 200

export interface TheirService {
  readonly name: string
  readonly count: number
  /** Our service, by the mapping or by its name. */
  readonly code: string | undefined
}

export interface Preview {
  readonly taken: number
  readonly refused: readonly { readonly refusal: Refusal; readonly count: number }[]
  readonly services: readonly TheirService[]
  readonly rows: readonly (PastRequest | Refusal)[]
}

/** What the import would give with its present mapping. Reads all of it. */
export async function previewOf(
  platform: Platform,
  db: TenantReader,
  region: Region,
  { id, columns, mapping }: PastImport,
): Promise<Preview> {
  const reading = { region, jurisdiction: db.slug, mapping, now: platform.clock.now() }
  const services = new Map<string, number>()
  const refused = new Map<string, { refusal: Refusal; count: number }>()
  const shown: (PastRequest | Refusal)[] = []
  let taken = 0
  for await (const rows of rowsLeft(platform, db, id)) {
    for (const { cells, brokenAt } of rows) {
      const values = valuesOf(columns, cells)
      const name = brokenAt === undefined ? theirName(values, mapping.columns.service) : ''
      if (name !== '' && name.length <= MAX_NAME) services.set(name, (services.get(name) ?? 0) + 1)
      const read =
        brokenAt === undefined
          ? readPast(values, reading)
          : ({ code: 'row', value: String(brokenAt) } as const)
      if (shown.length < SHOWN_ROWS) shown.push(read)
      if (!('code' in read)) taken++
      else {
        const same = `${read.code} ${read.value}`
        refused.set(same, { refusal: read, count: (refused.get(same)?.count ?? 0) + 1 })
      }
    }
  }
  const mostFirst = [...services].toSorted(([, a], [, b]) => b - a).slice(0, MAX_SERVICES)
  return {
    taken,
    refused: [...refused.values()].toSorted((a, b) => b.count - a.count),
    services: mostFirst.map(([written, count]) => ({
      name: written,
      count,
      code: serviceOf(region, db.slug, mapping, written),
    })),
    rows: shown,
  }
}

function theirName(values: Readonly<Record<string, string>>, column: string | undefined): string {
  return column === undefined ? '' : (values[column] ?? '').trim()
}
