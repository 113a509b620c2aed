import { type SQL, sql } from 'drizzle-orm'
import type { TenantReader } from '../core/database/handles.ts'
import { sha256 } from '../core/encryption/digest.ts'

// Which rows the seals cover besides the logs: requests, grants and keys. Each row has to match its newest
// digest, and each digest has to be explained by an event newer than the one before. To cover a new column,
// append a new version of the list.

export interface CoveredTable {
  readonly table: 'request' | 'grant' | 'api_key'
  /** Starting at version 1. Never change or reorder an existing version; the last is the current one. */
  readonly versions: readonly (readonly string[])[]
  /** Columns that no event explains: derived from others, or not worth protecting. */
  readonly uncovered: readonly string[]
  readonly newestEvent: (id: SQL) => SQL
  readonly isAbout: (id: SQL) => SQL
}

export const coveredTables: readonly CoveredTable[] = [
  {
    table: 'request',
    versions: [
      [
        'seq',
        'id',
        'service_code',
        'case_id',
        'origin',
        'custody',
        'passed_to',
        'holders',
        'service_name',
        'status',
        'close_reason',
        'status_notes',
        'description',
        'address',
        'address_id',
        'zipcode',
        'lat',
        'long',
        'accuracy',
        'answers',
        'private',
        'urgent',
        'resolution',
        'accountable',
        'channel',
        'language',
        'person',
        'media',
        'media_url',
        'incident_at',
        'requested_at',
        'received_at',
        'closed_at',
      ],
    ],
    uncovered: [
      'case_status',
      'agency_responsible',
      'triage',
      'triage_reasons',
      'triage_since',
      'triage_level',
      'expected_at',
      'updated_at',
      'version',
    ],
    newestEvent: id => sql`(SELECT max(seq) FROM event WHERE request = ${id})`,
    isAbout: id => sql`event.request = ${id}`,
  },
  actions('grant', ['grant-made', 'grant-ended'], '$.grant', [
    'id',
    'staff',
    'role',
    'services',
    'from_at',
    'to_at',
    'source',
    'made_by',
    'made_at',
    'ended_by',
    'ended_at',
  ]),
  actions(
    'api_key',
    ['key-made', 'key-revoked'],
    '$.key',
    ['id', 'name', 'scope', 'kind', 'hash', 'created_by', 'created_at', 'expires_at', 'revoked_at', 'demo'],
    ['last_used_at'],
  ),
]

// Events name the row by id in their payload; the database has an index on each of these expressions.
function actions(
  table: CoveredTable['table'],
  types: readonly string[],
  path: string,
  columns: readonly string[],
  uncovered: readonly string[] = [],
): CoveredTable {
  const listed = sql.raw(types.map(type => `'${type}'`).join(', '))
  const named = (id: SQL) =>
    sql`type IN (${listed}) AND json_extract(payload, ${sql.raw(`'${path}'`)}) = ${id}`
  return {
    table,
    versions: [columns],
    uncovered,
    newestEvent: id => sql`(SELECT max(seq) FROM event WHERE ${named(id)})`,
    isAbout: id => sql`(${named(id)})`,
  }
}

export type CoveredRow = Readonly<Record<string, string | number | null>>

/** Precedes a row's own columns in the result. The trailing space prevents clashes: no column name ends in one. */
export interface RowState {
  readonly 'row ': string
  /** Null: no change since the newest digest. */
  readonly 'changes ': number | null
  readonly 'baseline ': number | null
  readonly 'exists ': 0 | 1
  readonly 'digest ': string | null
  readonly 'digest_event ': number | null
  readonly 'has_digest ': 0 | 1
  readonly 'newest ': number | null
}

/** `SELECT ${columns} FROM … ${digests}` yields them, where `t` is the row and `c` its line in `changed_row`. */
export function rowStates(
  { table, versions, newestEvent }: CoveredTable,
  id: SQL,
): { columns: SQL; digests: SQL } {
  const all = [...new Set(versions.flat())].map(column => sql`t.${sql.identifier(column)}`)
  const columns = sql`${id} AS "row ", c.changes AS "changes ", c.baseline AS "baseline ", t.id IS NOT NULL AS "exists ",
    d.digest AS "digest ", d.event AS "digest_event ", d.seq IS NOT NULL AS "has_digest ", ${newestEvent(id)} AS "newest ",
    ${sql.join(all, sql`, `)}`
  const digests = sql`LEFT JOIN row_digest AS d ON d.seq = (SELECT max(seq) FROM row_digest WHERE table_name = ${table} AND row_id = ${id})`
  return { columns, digests }
}

/** Uses the version of the column list that the earlier digest `like` has; without one, the current version. */
export async function digestOf(
  { table, versions }: CoveredTable,
  row: CoveredRow,
  like?: string,
): Promise<string> {
  const version = like === undefined ? versions.length : Number(like.slice(0, like.indexOf(':')))
  const columns = versions[version - 1] ?? []
  const values = columns.map(column => row[column] ?? null)
  return `${version}:${await sha256(JSON.stringify([table, ...values]))}`
}

export type RowVerdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly digest: string | null; readonly event: number | null }

export async function judgeRow(of: CoveredTable, row: CoveredRow & RowState): Promise<RowVerdict> {
  const before = row['has_digest '] === 1 ? row['digest '] : undefined
  const isThere = row['exists '] === 1
  if (
    before === undefined
      ? !isThere
      : before === null
        ? !isThere
        : isThere && before === (await digestOf(of, row, before))
  )
    return { kind: 'same' }
  const digest = isThere ? await digestOf(of, row) : null
  const newest = row['newest '] ?? 0
  if (before === undefined && row['baseline '] === 1) return { kind: 'changed', digest, event: 0 - newest }
  const isExplained = newest > Math.abs(row['digest_event '] ?? 0)
  return { kind: 'changed', digest, event: isExplained ? newest : null }
}

// No more digests than a seal may cover (`seal.ts`).
const MAX_ROWS = 600

export interface NewDigest {
  readonly table: string
  readonly row: string
  readonly digest: string | null
  readonly event: number | null
}

export interface RowChanges {
  readonly digests: readonly NewDigest[]
  readonly done: readonly (readonly [string, string, number])[]
}

/** A bounded batch of the changes not yet sealed. Baseline rows come before all others of their table. */
export async function changesOf(db: TenantReader): Promise<RowChanges> {
  const digests: NewDigest[] = []
  const done: [string, string, number][] = []
  // Requests last: there may be more of them than a seal covers.
  for (const of of coveredTables.toReversed()) {
    const { columns, digests: newest } = rowStates(of, sql`c.row_id`)
    const found = await db.rows<CoveredRow & RowState>(
      sql`SELECT ${columns} FROM changed_row AS c LEFT JOIN ${sql.identifier(of.table)} AS t ON t.id = c.row_id ${newest}
        WHERE c.table_name = ${of.table} ORDER BY c.baseline DESC LIMIT ${MAX_ROWS - done.length}`,
    )
    const isBaseline = found[0]?.['baseline '] === 1
    for (const row of found) {
      if (isBaseline && row['baseline '] !== 1) break
      const judged = await judgeRow(of, row)
      if (judged.kind === 'changed')
        digests.push({ table: of.table, row: row['row '], digest: judged.digest, event: judged.event })
      done.push([of.table, row['row '], row['changes '] ?? 0])
    }
  }
  return { digests, done }
}

export function digestSteps({ digests, done }: RowChanges, after: number): SQL[] {
  const rows = digests.map(({ table, row, digest, event }, index) => [
    after + index + 1,
    table,
    row,
    digest,
    event,
  ])
  const value = (index: number) => sql.raw(`json_extract(value, '$[${index}]')`)
  return [
    ...(rows.length === 0
      ? []
      : [
          sql`INSERT INTO row_digest (seq, table_name, row_id, digest, event)
            SELECT ${value(0)}, ${value(1)}, ${value(2)}, ${value(3)}, ${value(4)} FROM json_each(${JSON.stringify(rows)})`,
        ]),
    ...(done.length === 0
      ? []
      : [
          sql`DELETE FROM changed_row WHERE (table_name, row_id, changes) IN
            (SELECT ${value(0)}, ${value(1)}, ${value(2)} FROM json_each(${JSON.stringify(done)}))`,
        ]),
  ]
}
