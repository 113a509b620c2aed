import { eq, sql } from 'drizzle-orm'
import { type Guard, guard, type PlacesDb } from '../../core/database/handles.ts'
import { problem } from '../../core/problem.ts'
import type { Mapping } from '../import/columns/mapping.ts'
import { placeSource } from './places-schema.ts'

interface Begun {
  readonly source: string
  readonly file: { readonly name: string; readonly size: number }
  readonly mapping: Mapping
  readonly now: number
}

/** Goes on where an interrupted import of the same file was, else begins anew. */
export async function beginImport(db: PlacesDb, { source, file, mapping, now }: Begun) {
  const [known] = await db.select().from(placeSource).where(eq(placeSource.name, source))
  if (known !== undefined && known.kind !== mapping.kind)
    throw problem('bad-request', {
      detail: `"${source}" is a source of ${known.kind}, not of ${mapping.kind}. Give this one another name.`,
    })
  const isSame =
    known?.file === file.name &&
    known.size === file.size &&
    JSON.stringify(known.mapping) === JSON.stringify(mapping)
  if (isSame && known.finishedAt === null) return { startedAt: known.startedAt, records: known.records }
  // Later than the one before, also where the clock was set back.
  const startedAt = sql<number>`max(${now}, coalesce((SELECT started_at + 1 FROM place_source WHERE name = ${source}), 0))`
  const row = {
    kind: mapping.kind,
    file: file.name,
    size: file.size,
    mapping,
    startedAt,
    finishedAt: null,
    records: 0,
  }
  const [begun] = await db
    .insert(placeSource)
    .values({ name: source, ...row })
    .onConflictDoUpdate({ target: placeSource.name, set: row })
    .returning({ startedAt: placeSource.startedAt })
  return { startedAt: begun?.startedAt ?? now, records: 0 }
}

/** No other import of the source has begun meanwhile. */
export function isNewestImport(source: string, startedAt: number): Guard {
  return guard(
    sql`EXISTS (SELECT 1 FROM place_source WHERE name = ${source} AND started_at = ${startedAt} AND finished_at IS NULL)`,
    'changed-meanwhile',
    `"${source}" was imported by somebody else, or removed, while this import ran. It stopped; the other one holds.`,
  )
}
