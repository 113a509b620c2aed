import { and, asc, ne, type SQL, sql } from 'drizzle-orm'
import { openDirectory } from '../core/database/handles.ts'
import type { DatabaseKey, Platform, RoundPart, WorkDatabaseName } from '../platform/platform.ts'
import { database } from './directory-schema.ts'
import { nameOf } from './versions/migrate.ts'

// A timer visits every database, in case a notification was lost. A round is divided into a few parts; each
// message says where its part goes on, so that their number does not depend on that of the databases.

const PARTS = 4
const VISITS_AT_ONCE = 50
const BEFORE_ALL: DatabaseKey = ['', '', '']

/** The parts of a new round. */
export async function planRound(platform: Platform): Promise<RoundPart[]> {
  const keys = (await namesIn(platform, sql`true`)).map(keyOf)
  const size = Math.max(VISITS_AT_ONCE, Math.ceil(keys.length / PARTS))
  const parts: RoundPart[] = []
  for (let at = 0; at < keys.length; at += size) {
    const until = keys[Math.min(at + size, keys.length) - 1]
    if (until !== undefined) parts.push({ after: keys[at - 1] ?? BEFORE_ALL, until })
  }
  return parts
}

/** The next databases of a part, and what is left of it after them. */
export async function nextOf(
  platform: Platform,
  { after, until }: RoundPart,
): Promise<{ readonly names: readonly WorkDatabaseName[]; readonly rest: RoundPart | undefined }> {
  const names = await namesIn(
    platform,
    sql`${ownKey} > ${row(after)} AND ${ownKey} <= ${row(until)}`,
    VISITS_AT_ONCE,
  )
  const last = names.at(-1)
  const isOver = last === undefined || names.length < VISITS_AT_ONCE || same(keyOf(last), until)
  return { names, rest: isOver ? undefined : { after: keyOf(last), until } }
}

const ownKey = sql`(${database.kind}, ${database.region}, ${database.slug})`

function row([kind, region, slug]: DatabaseKey): SQL {
  return sql`(${kind}, ${region}, ${slug})`
}

async function namesIn(platform: Platform, where: SQL, limit = -1): Promise<WorkDatabaseName[]> {
  const rows = await openDirectory(platform)
    .select()
    .from(database)
    .where(and(ne(database.migratedTo, ''), ne(database.kind, 'places'), where))
    .orderBy(asc(database.kind), asc(database.region), asc(database.slug))
    .limit(limit)
  return rows.map(nameOf).filter(name => name.kind !== 'places')
}

function keyOf(name: WorkDatabaseName): DatabaseKey {
  return [name.kind, name.region, name.kind === 'tenant' ? name.slug : '']
}

function same(one: DatabaseKey, other: DatabaseKey): boolean {
  return one.join(' ') === other.join(' ')
}
