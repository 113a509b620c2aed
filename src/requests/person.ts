import type { TenantDb, TenantReader } from '../core/db.ts'
import { decrypt, encrypt, fieldOf } from '../core/encryption.ts'
import type { EncryptedTable } from '../core/reencrypt.ts'
import type { Platform } from '../platform/platform.ts'
import type { person } from './schema.ts'

export type PersonRow = typeof person.$inferSelect

/** What names a person or reaches them, by column. */
const columns = {
  firstName: 'first_name',
  lastName: 'last_name',
  email: 'email',
  phone: 'phone',
  deviceId: 'device_id',
  accountId: 'account_id',
} as const
type Detail = keyof typeof columns
const details = Object.keys(columns) as Detail[]

export type Details = Readonly<Partial<Record<Detail, string | null>>>

export const encryptedPerson: EncryptedTable = {
  table: 'person',
  row: 'id',
  columns: Object.values(columns),
}

/** Contact details as the row of this id keeps them. */
export async function sealDetails<T extends Details>(
  platform: Platform,
  db: TenantDb,
  id: string,
  plain: T,
): Promise<T> {
  return each(plain, (column, value) => encrypt(platform, db, fieldOf('person', column, id), value))
}

/** A person's row with its details in plain words, for whoever may see them. */
export async function openPerson<T extends PersonRow | null>(
  platform: Platform,
  db: TenantReader,
  row: T,
): Promise<T> {
  if (row === null) return row
  return each(row, (column, value) => decrypt(platform, db, fieldOf('person', column, row.id), value))
}

async function each<T extends Details>(
  from: T,
  change: (column: string, value: string | null) => Promise<string | null>,
): Promise<T> {
  const changed = await Promise.all(
    details
      .filter(detail => typeof from[detail] === 'string')
      .map(async detail => [detail, await change(columns[detail], from[detail] ?? null)] as const),
  )
  return { ...from, ...Object.fromEntries(changed) }
}
