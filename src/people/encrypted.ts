import type { EncryptedTable } from '../core/reencrypt.ts'

/** Where the region's database keeps addresses of staff and residents. */
export const encryptedPeople: readonly EncryptedTable[] = [
  { table: 'staff', columns: ['email'] },
  { table: 'account', columns: ['email', 'phone'] },
]
