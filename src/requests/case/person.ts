import { sql } from 'drizzle-orm'
import { insertOne, type Step, type TenantDb, type TenantReader } from '../../core/database/handles.ts'
import { decrypt, encrypt, fieldName } from '../../core/encryption/fields.ts'
import type { EncryptedTable } from '../../core/encryption/reencrypt.ts'
import type { Platform } from '../../platform/platform.ts'
import { person } from '../schema.ts'
import { TERMS_VERSION, termSteps } from './contact-terms.ts'

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
  index: {
    column: 'indexed',
    version: TERMS_VERSION,
    async steps(platform, db, plain, holds) {
      const text = (column: string) => (typeof plain[column] === 'string' ? plain[column] : null)
      const found = details.map(detail => [detail, text(columns[detail])] as const)
      const id = String(plain.id)
      return [
        sql`DELETE FROM person_term WHERE person = ${id} AND ${holds}`,
        ...(await termSteps(platform, db, id, Object.fromEntries(found), holds)),
      ]
    },
  },
  local: ['indexed'],
}

type NewPerson = Omit<typeof person.$inferInsert, keyof ContactDetails | 'indexed'> & ContactDetails

/** With plain details, which are encrypted and indexed here. */
export async function personSteps(platform: Platform, db: TenantDb, plain: NewPerson): Promise<Step[]> {
  const name = (column: string) => fieldName('person', column, plain.id)
  const encrypted = await each(plain, (column, value) => encrypt(platform, db, name(column), value))
  return [
    insertOne(person, { ...encrypted, indexed: TERMS_VERSION }),
    ...(await termSteps(platform, db, plain.id, plain)),
  ]
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
