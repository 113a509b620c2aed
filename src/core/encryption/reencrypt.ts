import { type SQL, sql } from 'drizzle-orm'
import type { Platform, WorkDatabaseName } from '../../platform/platform.ts'
import {
  openRegion,
  openTenant,
  type RegionDb,
  type RegionReader,
  type Step,
  type TenantDb,
  type TenantReader,
} from '../database/handles.ts'
import { enqueueJob, type JobHandler, jobKind } from '../database/jobs.ts'
import { type Row, type Table, tablesOf } from '../database/tables.ts'
import { asProblem } from '../problem.ts'
import { currentKeyId, decrypt, encrypt, encryptionMarker, fieldName, keyedHash } from './fields.ts'
import { reencryptFiles } from './files.ts'

export interface EncryptedTable {
  readonly table: string
  /** Column that names the row in `fieldName`; absent where fields are `table.column`. */
  readonly row?: string
  readonly columns: readonly string[]
  readonly hash?: {
    readonly of: string
    readonly column: string
    readonly what: string
    readonly asHashed: (value: string) => string
  }
  /** Columns that are meaningless in another deployment: hashes with the key of another database. */
  readonly local?: readonly string[]
  readonly index?: BlindIndex
}

/** Keyed hashes in a table of their own, for rows that are found by any of several values. */
export interface BlindIndex {
  /** Has the version by which the row is indexed. */
  readonly column: string
  readonly version: number
  /** Replaces the hashes of a row where `holds`. `plain` has the decrypted columns and the row's name. */
  readonly steps: (platform: Platform, db: Changing, plain: Row, holds: SQL) => Promise<readonly Step[]>
}

type Changing = TenantDb | RegionDb
type KeyLookup = TenantReader | RegionReader

const BATCH = 100
const PAGE = 2000
// This long after a key was retired, no process has it cached to encrypt with (see `fields.ts`).
const RETIRED_MILLISECONDS = 3_600_000
const MAX_RUN_MILLISECONDS = 10_000

export const reencryptKind = jobKind('reencrypt')

export interface ReencryptionProgress {
  readonly table: string
  readonly rows: number
  readonly unreadable: number
}

/** Position of a walk. Losing it costs nothing: the next walk skips what is done. */
export interface ReencryptionCursor {
  table: number
  after: number
}

/** A row that changes meanwhile is left alone: its new value already uses the current key. */
export async function reencryptNext(
  platform: Platform,
  db: Changing,
  tables: readonly EncryptedTable[],
  walk: ReencryptionCursor,
): Promise<ReencryptionProgress | undefined> {
  const current = await currentKeyId(platform, db)
  for (; walk.table < tables.length; walk.table++, walk.after = 0) {
    const of = tables[walk.table]
    if (of === undefined) break
    const rows = await behind(db, of, current, walk.after)
    if (rows.length === 0) continue
    const renewals = await Promise.all(rows.map(row => renewed(platform, db, of, row)))
    const renewedRows = renewals.filter(steps => steps !== undefined)
    if (renewedRows.length > 0) await db.commit(renewedRows.flat())
    walk.after = Number(rows.at(-1)?.['rowid '])
    return { table: of.table, rows: renewedRows.length, unreadable: rows.length - renewedRows.length }
  }
  return undefined
}

function behind(
  db: Changing,
  { table, row, columns, hash, index }: EncryptedTable,
  current: number | undefined,
  after: number,
): Promise<Row[]> {
  const named = [...columns, ...(row === undefined ? [] : [row])].map(column => sql.identifier(column))
  const mark = `${current === undefined ? 'none' : encryptionMarker(current)}%`
  const isBehind = columns.map(column => sql`${sql.identifier(column)} NOT LIKE ${mark}`)
  if (hash !== undefined)
    isBehind.push(sql`(${sql.identifier(hash.column)} IS NULL AND ${sql.identifier(hash.of)} IS NOT NULL)`)
  if (index !== undefined) isBehind.push(sql`${sql.identifier(index.column)} IS NOT ${index.version}`)
  return db.rows<Row>(
    sql`SELECT rowid AS "rowid ", ${sql.join(named, sql`, `)} FROM ${sql.identifier(table)}
      WHERE rowid > ${after} AND (${sql.join(isBehind, sql` OR `)}) ORDER BY rowid LIMIT ${BATCH}`,
  )
}

// The steps for one row, conditional on the values that were read. Undefined for a row that does not decrypt.
async function renewed(
  platform: Platform,
  db: Changing,
  of: EncryptedTable,
  found: Row,
): Promise<readonly Step[] | undefined> {
  const { table, columns, hash, index } = of
  const decrypted: Record<string, Row[string]> = { ...found }
  const sets: SQL[] = []
  const same: SQL[] = [sql`rowid = ${found['rowid ']}`]
  for (const column of columns) {
    const value = found[column]
    if (typeof value !== 'string') continue
    const what = nameOf(of, column, found)
    const plain = await decrypt(platform, db, what, value).catch(error => {
      if (asProblem(error).slug !== 'fault') throw error
    })
    if (plain === undefined) return undefined
    decrypted[column] = plain
    sets.push(sql`${sql.identifier(column)} = ${await encrypt(platform, db, what, plain)}`)
    same.push(sql`${sql.identifier(column)} = ${value}`)
    if (hash?.of === column) {
      const hashed = await keyedHash(platform, db, hash.what, hash.asHashed(plain))
      sets.push(sql`${sql.identifier(hash.column)} = ${hashed}`)
    }
  }
  const isSame = sql.join(same, sql` AND `)
  const holds = sql`EXISTS (SELECT 1 FROM ${sql.identifier(table)} WHERE ${isSame})`
  if (index !== undefined) sets.push(sql`${sql.identifier(index.column)} = ${index.version}`)
  return [
    ...((await index?.steps(platform, db, decrypted, holds)) ?? []),
    // Two old rows may have the same hash: one of them stays.
    sql`UPDATE OR REPLACE ${sql.identifier(table)} SET ${sql.join(sets, sql`, `)} WHERE ${isSame}`,
  ]
}

export function decryptRow(platform: Platform, db: KeyLookup, of: EncryptedTable, row: Row): Promise<Row> {
  return eachField(of, row, async (what, value) => decrypt(platform, db, what, value))
}

export async function encryptRow(
  platform: Platform,
  db: Changing,
  of: EncryptedTable,
  row: Row,
): Promise<Row> {
  const local = Object.fromEntries((of.local ?? []).map(column => [column, null]))
  const encrypted = await eachField(of, row, (what, value) => encrypt(platform, db, what, value))
  const reencrypted = { ...encrypted, ...local }
  const hashed = of.hash === undefined ? null : row[of.hash.of]
  if (of.hash === undefined || typeof hashed !== 'string') return reencrypted
  const { column, what, asHashed } = of.hash
  return { ...reencrypted, [column]: await keyedHash(platform, db, what, asHashed(hashed)) }
}

async function eachField(
  of: EncryptedTable,
  row: Row,
  change: (what: string, value: string) => Promise<string>,
): Promise<Row> {
  const changed = { ...row }
  for (const column of of.columns) {
    const value = row[column]
    if (typeof value === 'string') changed[column] = await change(nameOf(of, column, row), value)
  }
  return changed
}

function nameOf({ table, row: key }: EncryptedTable, column: string, row: Row): string {
  return key === undefined ? `${table}.${column}` : fieldName(table, column, String(row[key]))
}

/** Removes old keys that no value needs; a region's only once its files are moved. Returns how many stay. */
export async function removeRetiredKeys(
  platform: Platform,
  db: Changing,
  files: 'moved' | 'unknown' = 'unknown',
): Promise<number> {
  const retired = await db.rows<{ id: number; at: number }>(
    sql`SELECT id, retired_at AS at FROM data_key WHERE retired_at IS NOT NULL`,
  )
  let left = retired.length
  for (const { id, at } of retired) {
    const isDue = at <= platform.clock.now() - RETIRED_MILLISECONDS && (isTenant(db) || files === 'moved')
    if (!isDue || (await isNamed(db, encryptionMarker(id)))) continue
    await db.commit([sql`DELETE FROM data_key WHERE id = ${id}`])
    left--
  }
  return left
}

// Reads in pages, so that other callers are served in between.
async function isNamed(db: Changing, mark: string): Promise<boolean> {
  // Payloads of waiting jobs contain encrypted values too.
  for (const table of [...(await tablesOf(db)), { name: 'job', columns: ['payload'] }]) {
    for (let after: number | null = 0; after !== null; ) {
      const page: { last: number | null; named: number | null } | undefined = await findRows(
        db,
        table,
        mark,
        after,
      )
      if (page?.named) return true
      after = page?.last ?? null
    }
  }
  return false
}

async function findRows(db: Changing, { name, columns }: Table, mark: string, after: number) {
  const named = columns.map(column => sql`instr(${sql.identifier(column)}, ${mark}) > 0`)
  const [page] = await db.rows<{ last: number | null; named: number | null }>(
    sql`SELECT max(place) AS last, max(named) AS named FROM (SELECT rowid AS place, coalesce(${sql.join(named, sql`, 0) OR coalesce(`)}, 0) AS named
      FROM ${sql.identifier(name)} WHERE rowid > ${after} ORDER BY rowid LIMIT ${PAGE})`,
  )
  return page
}

function isTenant(db: Changing): db is TenantDb {
  return 'slug' in db
}

export function openForKeys(platform: Platform, name: WorkDatabaseName): Changing {
  const access = { kind: 'system', reason: 'keys' } as const
  return name.kind === 'region'
    ? openRegion(platform, access, name.region)
    : openTenant(platform, access, name.region, name.slug)
}

export function reencryptJob(
  tables: Readonly<Record<'region' | 'tenant', readonly EncryptedTable[]>>,
): JobHandler {
  return {
    kind: reencryptKind.kind,
    async run(platform, database) {
      if (database.kind === 'directory' || database.kind === 'places') return undefined
      const db = openForKeys(platform, database)
      const startedAt = platform.clock.now()
      const walk: ReencryptionCursor = { table: 0, after: 0 }
      while ((await reencryptNext(platform, db, tables[database.kind], walk)) !== undefined) {
        const now = platform.clock.now()
        if (now - startedAt > MAX_RUN_MILLISECONDS) return now
      }
      const until = startedAt + MAX_RUN_MILLISECONDS
      // Only a job, which runs beside the server, can be sure to reach its files.
      const isMoved = isTenant(db) || (await reencryptFiles(platform, db, until))
      if (!isMoved && platform.clock.now() > until) return platform.clock.now()
      const left = await removeRetiredKeys(platform, db, isMoved ? 'moved' : 'unknown')
      return left === 0 ? undefined : platform.clock.now() + RETIRED_MILLISECONDS
    },
  }
}

export function enqueueReencryption(at: number): Step {
  return enqueueJob(reencryptKind, at)
}
