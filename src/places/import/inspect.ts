import type { Refusal } from '../../geography/refusal.ts'
import { columnsOf, type Guess, guessMapping } from './columns/guess.ts'
import type { ImportKind } from './rows/rows.ts'
import type { FileRecord, Table } from './table.ts'
import { orRefusal } from './unreadable.ts'

export interface Inspection extends Guess {
  readonly columns: readonly string[]
  /** The first records, for a person who checks the mapping. */
  readonly samples: readonly FileRecord[]
}

const SAMPLE = 1000

/** What a file seems to be, by its first records, or why they cannot be read. */
export function inspect(table: Table, kind?: ImportKind): Promise<Inspection | Refusal> {
  return orRefusal(async () => {
    const samples: FileRecord[] = []
    for await (const records of table.records()) {
      samples.push(...records.filter(({ fault }) => fault === undefined).slice(0, SAMPLE - samples.length))
      if (samples.length >= SAMPLE) break
    }
    const columns = columnsOf(samples)
    return { columns, samples, ...guessMapping(columns, samples, kind) }
  })
}
