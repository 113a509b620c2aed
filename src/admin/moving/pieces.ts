import { asc, eq } from 'drizzle-orm'
import * as v from 'valibot'
import type { TenantDb, TenantReader } from '../../core/database/handles.ts'
import { decrypt, encrypt, fieldName } from '../../core/encryption/fields.ts'
import type { EncryptedTable } from '../../core/encryption/reencrypt.ts'
import type { Platform } from '../../platform/platform.ts'
import type { PastRow } from '../../requests/past/read-file.ts'
import type { Refusal } from '../../requests/past/record.ts'
import { pastImportPiece, pastImportReject } from './schema.ts'

/* The rows of an upload. They may hold anything that the earlier system had, also contact details: all is encrypted. */

export const encryptedImports: readonly EncryptedTable[] = [
  'past_import',
  'past_import_piece',
  'past_import_reject',
].map(table => ({ table, row: 'id', columns: ['content'] }))

const ROWS_IN_A_PIECE = 100
const CHARACTERS_IN_A_PIECE = 100_000

const storedRows = v.array(v.object({ cells: v.array(v.string()), brokenAt: v.optional(v.number()) }))
const refusalCodes = [
  'row',
  'no-id',
  'long-id',
  'service',
  'opened',
  'future',
  'time',
  'status',
  'place',
  'nowhere',
] as const satisfies readonly Refusal['code'][]
const storedRejects = v.array(
  v.object({ cells: v.array(v.string()), code: v.picklist(refusalCodes), value: v.string() }),
)
export type Reject = v.InferOutput<typeof storedRejects>[number]

export function inPieces(rows: readonly PastRow[]): PastRow[][] {
  const pieces: PastRow[][] = []
  let [count, characters] = [ROWS_IN_A_PIECE, 0]
  for (const row of rows) {
    if (count >= ROWS_IN_A_PIECE || characters >= CHARACTERS_IN_A_PIECE) {
      pieces.push([])
      count = 0
      characters = 0
    }
    pieces.at(-1)?.push(row)
    count++
    characters += row.cells.reduce((sum, { length }) => sum + length, 0)
  }
  return pieces
}

export async function encryptedPiece(
  platform: Platform,
  db: TenantDb,
  at: { readonly import: string; readonly piece: number },
  rows: readonly PastRow[],
): Promise<typeof pastImportPiece.$inferInsert> {
  const id = `${at.import}/${at.piece}`
  const what = fieldName('past_import_piece', 'content', id)
  return { id, ...at, content: await encrypt(platform, db, what, JSON.stringify(rows)) }
}

export async function encryptedRejects(
  platform: Platform,
  db: TenantDb,
  at: { readonly import: string; readonly piece: number },
  rejects: readonly Reject[],
): Promise<typeof pastImportReject.$inferInsert> {
  const id = `${at.import}/${at.piece}`
  const what = fieldName('past_import_reject', 'content', id)
  return { id, ...at, content: await encrypt(platform, db, what, JSON.stringify(rejects)) }
}

export async function rowsOfPiece(
  platform: Platform,
  db: TenantReader,
  id: string,
  piece: number,
): Promise<readonly PastRow[]> {
  const key = `${id}/${piece}`
  const [found] = await db.select().from(pastImportPiece).where(eq(pastImportPiece.id, key))
  return found === undefined ? [] : readRows(platform, db, found)
}

const PIECES_AT_ONCE = 10

/** All that are left, in order. */
export async function* rowsLeft(
  platform: Platform,
  db: TenantReader,
  id: string,
): AsyncGenerator<readonly PastRow[]> {
  for (let offset = 0; ; offset += PIECES_AT_ONCE) {
    const found = await db
      .select()
      .from(pastImportPiece)
      .where(eq(pastImportPiece.import, id))
      .orderBy(asc(pastImportPiece.piece))
      .limit(PIECES_AT_ONCE)
      .offset(offset)
    for (const piece of found) yield readRows(platform, db, piece)
    if (found.length < PIECES_AT_ONCE) return
  }
}

async function readRows(
  platform: Platform,
  db: TenantReader,
  { id, content }: typeof pastImportPiece.$inferSelect,
): Promise<PastRow[]> {
  const plain = await decrypt(platform, db, fieldName('past_import_piece', 'content', id), content)
  return v
    .parse(storedRows, JSON.parse(plain))
    .map(({ cells, brokenAt }) => (brokenAt === undefined ? { cells } : { cells, brokenAt }))
}

export async function rejectsOf(platform: Platform, db: TenantReader, id: string): Promise<Reject[]> {
  const found = await db
    .select()
    .from(pastImportReject)
    .where(eq(pastImportReject.import, id))
    .orderBy(asc(pastImportReject.piece))
  const rejects: Reject[] = []
  for (const { id: key, content } of found) {
    const plain = await decrypt(platform, db, fieldName('past_import_reject', 'content', key), content)
    rejects.push(...v.parse(storedRejects, JSON.parse(plain)))
  }
  return rejects
}
