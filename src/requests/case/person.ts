import type { TenantDb, TenantReader } from '../../core/database/handles.ts'
import { decrypt, encrypt, fieldName } from '../../core/encryption/fields.ts'
import type { EncryptedTable } from '../../core/encryption/reencrypt.ts'
import type { Platform } from '../../platform/platform.ts'
import type { person } from '../schema.ts'

export type PersonRow = typeof person.$inferSelect

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

export type ContactDetails = Readonly<Partial<Record<Detail, string | null>>>

export const encryptedPerson: EncryptedTable = {
  table: 'person',
  row: 'id',
  columns: Object.values(columns),
}

export async function encryptDetails<T extends ContactDetails>(
  platform: Platform,
  db: TenantDb,
  id: string,
  plain: T,
): Promise<T> {
  return each(plain, (column, value) => encrypt(platform, db, fieldName('person', column, id), value))
}

/** Call it only for those who may see the details. */
export async function decryptPerson<T extends PersonRow | null>(
  platform: Platform,
  db: TenantReader,
  row: T,
): Promise<T> {
  if (row === null) return row
  return each(row, (column, value) => decrypt(platform, db, fieldName('person', column, row.id), value))
}

async function each<T extends ContactDetails>(
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
