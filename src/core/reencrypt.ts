import { type SQL, sql } from 'drizzle-orm'
import type { DatabaseName, Platform } from '../platform/platform.ts'
import {
  openRegion,
  openTenant,
  type RegionDb,
  type RegionReader,
  type Step,
  type TenantDb,
  type TenantReader,
} from './db.ts'
import { currentKeyId, decrypt, encrypt, fieldOf, keyedHash, markOf } from './encryption.ts'
import { type JobHandler, ring } from './jobs.ts'
import { asProblem } from './problem.ts'
import { type Row, type Table, tablesOf } from './tables.ts'

/* Encrypts what stands in a database by the key now in use: after a rotation, and what is from before encryption. */

/** A table with fields that `encryption.ts` encrypts. */
export interface EncryptedTable {
  readonly table: string
  /** The column that names a row where its fields are bound to it by `fieldOf`; absent: they are `table.column`. */
  readonly row?: string
  readonly columns: readonly string[]
  /** A column with the keyed hash of another, by which that is found. */
  readonly hash?: {
    readonly of: string
    readonly column: string
    readonly what: string
    readonly asHashed: (value: string) => string
  }
}

type Changing = TenantDb | RegionDb
type Looking = TenantReader | RegionReader

const AT_ONCE = 100
const PAGE = 2000
/** After it was retired, nobody has a key in memory to encrypt by (see `encryption.ts`). */
const RETIRED_MILLISECONDS = 3_600_000
const LONGEST_RUN_MILLISECONDS = 10_000

export const REENCRYPT = 'reencrypt'

export interface Progress {
  readonly table: string
  readonly rows: number
  /** Of the rows that were met: left as they are, for their values open by no key. */
  readonly unreadable: number
}

/** Where the work of one walk stands. Nothing is lost with it: the next walk passes what is done. */
export interface Walk {
  table: number
  after: number
}

/**
 * The next rows that the key in use has not encrypted, in one batch. Undefined when the walk is at its end. What
 * somebody changes meanwhile is theirs: it is encrypted by the key in use already.
 */
export async function reencryptNext(
  platform: Platform,
  db: Changing,
  tables: readonly EncryptedTable[],
  walk: Walk,
): Promise<Progress | undefined> {
  const current = await currentKeyId(platform, db)
  for (; walk.table < tables.length; walk.table++, walk.after = 0) {
    const of = tables[walk.table]
    if (of === undefined) break
    const rows = await behind(db, of, current, walk.after)
    if (rows.length === 0) continue
    const renewals = await Promise.all(rows.map(row => renewed(platform, db, of, row)))
    const steps = renewals.filter(step => step !== undefined)
    if (steps.length > 0) await db.commit(steps)
    walk.after = Number(rows.at(-1)?.['rowid '])
    return { table: of.table, rows: steps.length, unreadable: rows.length - steps.length }
  }
  return undefined
}

function behind(
  db: Changing,
  { table, row, columns, hash }: EncryptedTable,
  current: number | undefined,
  after: number,
): Promise<Row[]> {
  const named = [...columns, ...(row === undefined ? [] : [row])].map(column => sql.identifier(column))
  const mark = `${current === undefined ? 'none' : markOf(current)}%`
  const isBehind = columns.map(column => sql`${sql.identifier(column)} NOT LIKE ${mark}`)
  if (hash !== undefined)
    isBehind.push(sql`(${sql.identifier(hash.column)} IS NULL AND ${sql.identifier(hash.of)} IS NOT NULL)`)
  return db.rows<Row>(
    sql`SELECT rowid AS "rowid ", ${sql.join(named, sql`, `)} FROM ${sql.identifier(table)}
      WHERE rowid > ${after} AND (${sql.join(isBehind, sql` OR `)}) ORDER BY rowid LIMIT ${AT_ONCE}`,
  )
}

/** Sets what it has read anew, if it still stands so. Undefined for what does not open. */
async function renewed(
  platform: Platform,
  db: Changing,
  of: EncryptedTable,
  found: Row,
): Promise<Step | undefined> {
  const { table, columns, hash } = of
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
    sets.push(sql`${sql.identifier(column)} = ${await encrypt(platform, db, what, plain)}`)
    same.push(sql`${sql.identifier(column)} = ${value}`)
    if (hash?.of === column) {
      const hashed = await keyedHash(platform, db, hash.what, hash.asHashed(plain))
      sets.push(sql`${sql.identifier(hash.column)} = ${hashed}`)
    }
  }
  // Two rows from before that are one by their hash: one stays.
  return sql`UPDATE OR REPLACE ${sql.identifier(table)} SET ${sql.join(sets, sql`, `)} WHERE ${sql.join(same, sql` AND `)}`
}

/** A whole row of such a table in plain words, as the export of a jurisdiction has it. */
export function openRow(platform: Platform, db: Looking, of: EncryptedTable, row: Row): Promise<Row> {
  return eachField(of, row, async (what, value) => decrypt(platform, db, what, value))
}

/** The same back: encrypted, with the hash by which it is found. */
export async function sealRow(platform: Platform, db: Changing, of: EncryptedTable, row: Row): Promise<Row> {
  const sealed = await eachField(of, row, (what, value) => encrypt(platform, db, what, value))
  const hashed = of.hash === undefined ? null : row[of.hash.of]
  if (of.hash === undefined || typeof hashed !== 'string') return sealed
  const { column, what, asHashed } = of.hash
  return { ...sealed, [column]: await keyedHash(platform, db, what, asHashed(hashed)) }
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
  return key === undefined ? `${table}.${column}` : fieldOf(table, column, String(row[key]))
}

/**
 * Removes the keys that were retired long enough ago and that no value anywhere in the database names any more. Answers
 * how many retired keys are left.
 */
export async function removeRetiredKeys(platform: Platform, db: Changing): Promise<number> {
  const retired = await db.rows<{ id: number; at: number }>(
    sql`SELECT id, retired_at AS at FROM data_key WHERE retired_at IS NOT NULL`,
  )
  let left = retired.length
  for (const { id, at } of retired) {
    const isDue = at <= platform.clock.now() - RETIRED_MILLISECONDS
    if (!isDue || (await isNamed(db, markOf(id)))) continue
    await db.commit([sql`DELETE FROM data_key WHERE id = ${id}`])
    left--
  }
  return left
}

/** In pages, so that others are served in between. */
async function isNamed(db: Changing, mark: string): Promise<boolean> {
  // Work that waits has what it needs along.
  for (const table of [...(await tablesOf(db)), { name: 'job', columns: ['payload'] }]) {
    for (let after: number | null = 0; after !== null; ) {
      const page: { last: number | null; named: number | null } | undefined = await lookFor(
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

async function lookFor(db: Changing, { name, columns }: Table, mark: string, after: number) {
  const named = columns.map(column => sql`instr(${sql.identifier(column)}, ${mark}) > 0`)
  const [page] = await db.rows<{ last: number | null; named: number | null }>(
    sql`SELECT max(place) AS last, max(named) AS named FROM (SELECT rowid AS place, coalesce(${sql.join(named, sql`, 0) OR coalesce(`)}, 0) AS named
      FROM ${sql.identifier(name)} WHERE rowid > ${after} ORDER BY rowid LIMIT ${PAGE})`,
  )
  return page
}

/** A region's or a jurisdiction's database, for the work on its keys. */
export function openForKeys(
  platform: Platform,
  name: Exclude<DatabaseName, { kind: 'directory' }>,
): Changing {
  const access = { kind: 'system', reason: 'keys' } as const
  return name.kind === 'region'
    ? openRegion(platform, access, name.region)
    : openTenant(platform, access, name.region, name.slug)
}

/** Goes on with what a rotation has begun, wherever it was stopped, and removes keys once nothing needs them. */
export function reencryptJob(
  tables: Readonly<Record<'region' | 'tenant', readonly EncryptedTable[]>>,
): JobHandler {
  return {
    kind: REENCRYPT,
    async run(platform, database) {
      if (database.kind === 'directory') return undefined
      const db = openForKeys(platform, database)
      const startedAt = platform.clock.now()
      const walk: Walk = { table: 0, after: 0 }
      while ((await reencryptNext(platform, db, tables[database.kind], walk)) !== undefined) {
        const now = platform.clock.now()
        if (now - startedAt > LONGEST_RUN_MILLISECONDS) return now
      }
      const left = await removeRetiredKeys(platform, db)
      return left === 0 ? undefined : platform.clock.now() + RETIRED_MILLISECONDS
    },
  }
}

/** The step that has what is left done by and by. */
export function reencryptLater(at: number): Step {
  return ring(REENCRYPT, at)
}
