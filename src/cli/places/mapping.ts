import * as v from 'valibot'
import { factsSource } from '../../places/districts/import-facts.ts'
import type { Guess } from '../../places/import/columns/guess.ts'
import { fieldsOf, type Mapping, mappingSchema, missingColumns } from '../../places/import/columns/mapping.ts'
import { inspect } from '../../places/import/inspect.ts'
import type { ImportKind } from '../../places/import/rows/rows.ts'
import type { Table } from '../../places/import/table.ts'
import type { listPlaceSources } from '../../places/index/import.ts'
import { refuse } from '../command.ts'
import { withFacts } from './districts.ts'
import { orRefuse } from './refusal.ts'

export interface GivenColumns {
  readonly kind: string | undefined
  readonly source: string | undefined
  /** `FIELD=COLUMN+COLUMN` */
  readonly map: readonly string[]
  /** `COLUMN=NAME` */
  readonly fact: readonly string[]
}

export interface ChosenColumns {
  readonly source: string
  readonly mapping: Mapping
  readonly isRemembered: boolean
  /** The last import of the source. */
  readonly last: Sources[number] | undefined
  /** What a person should see before the import. */
  readonly lines: readonly string[]
}

type Sources = readonly Awaited<ReturnType<typeof listPlaceSources>>[number][]

/** Which columns of a file hold what: as in the last import of the source, else as guessed; what is given comes first. */
export async function chooseColumns(
  path: string,
  table: Table,
  { kind, source, map, fact }: GivenColumns,
  sources: Sources,
): Promise<ChosenColumns> {
  const wanted = readKind(kind) ?? sources.find(({ name }) => name === source)?.kind
  const guess = orRefuse(path, await inspect(table, wanted))
  const name = source ?? guess.mapping.kind
  const key = guess.mapping.kind === 'district-facts' ? factsSource(name) : name
  const last = sources.find(known => known.name === key && known.kind === guess.mapping.kind)
  const missing = last === undefined ? [] : missingColumns(last.mapping, guess.columns)
  const isRemembered = last !== undefined && missing.length === 0
  const { columns } = guess
  const mapping = withFacts(
    withColumns(isRemembered ? last.mapping : guess.mapping, map, columns),
    fact,
    columns,
  )
  const origin = isRemembered
    ? `Columns as in the last import of ${name}:`
    : missing.length > 0
      ? `The file no longer has ${missing.join(', ')}. Columns, guessed anew:`
      : 'Columns, guessed:'
  return { source: name, mapping, isRemembered, last, lines: [origin, ...columnLines(mapping, guess)] }
}

function readKind(written: string | undefined): ImportKind | undefined {
  if (written === undefined || written in fieldsOf) return written as ImportKind | undefined
  throw refuse(`--kind "${written}" must be ${Object.keys(fieldsOf).join(', ')}.`)
}

function withColumns(mapping: Mapping, given: readonly string[], columns: readonly string[]): Mapping {
  const own = given.map(pair => {
    const at = pair.indexOf('=')
    if (at < 1) throw refuse(`--map "${pair}" must be FIELD=COLUMN, such as number=HOUSE_NO.`)
    const named = pair.slice(at + 1).split('+')
    const unknown = named.find(column => !columns.includes(column))
    if (unknown !== undefined)
      throw refuse(`--map "${pair}": the file has no column "${unknown}". It has ${columns.join(', ')}.`)
    return [pair.slice(0, at), named] as const
  })
  const merged = { ...mapping, columns: { ...mapping.columns, ...Object.fromEntries(own) } }
  const read = v.safeParse(mappingSchema, merged)
  if (read.success) return merged as Mapping
  throw refuse(`--map: ${mapping.kind} have the fields ${fieldsOf[mapping.kind].join(', ')}.`)
}

/** Below it, a person should look. */
const SURE = 0.6

function columnLines({ columns, facts = {} }: Mapping, { mapping, confidence }: Guess): string[] {
  const ofFields = Object.entries(columns).map(([field, names]) => {
    const known = field as keyof typeof columns
    const isGuess = JSON.stringify(mapping.columns[known]) === JSON.stringify(names)
    const isUnsure = isGuess && (confidence[known] ?? 1) < SURE
    return `  ${field}: ${names.join(' + ')}${isUnsure ? ' (unsure: look at it)' : ''}`
  })
  return [...ofFields, ...Object.entries(facts).map(([column, name]) => `  fact "${name}": ${column}`)]
}
