import type { EncryptedTable } from '../core/reencrypt.ts'
import { encryptedPeople } from '../people/encrypted.ts'
import { encryptedFollower } from './follower.ts'
import { encryptedPerson } from './person.ts'

/** Every table with encrypted fields, by the kind of database: what a rotation of keys goes through. */
export const encryptedTables: Readonly<Record<'region' | 'tenant', readonly EncryptedTable[]>> = {
  region: encryptedPeople,
  tenant: [encryptedPerson, encryptedFollower],
}
