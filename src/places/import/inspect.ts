import { columnsOf, type Guess, guessMapping } from './guess.ts'
import type { ImportKind } from './rows.ts'
import type { FileRecord, Table } from './table.ts'

export interface Inspection extends Guess {
  readonly columns: readonly string[]
  /** The first records, for a person who checks the mapping. */
  readonly samples: readonly FileRecord[]
}

const SAMPLE = 1000

/** What a file seems to be, by its first records. Throws `UnreadableFile`. */
export async function inspect(table: Table, kind?: ImportKind): Promise<Inspection> {
  const samples: FileRecord[] = []
  for await (const records of table.records()) {
    samples.push(...records.filter(({ fault }) => fault === undefined))
    if (samples.length >= SAMPLE) break
  }
  const columns = columnsOf(samples)
  return {
    columns,
    samples: samples.slice(0, SAMPLE),
    ...guessMapping(columns, samples.slice(0, SAMPLE), kind),
  }
}
