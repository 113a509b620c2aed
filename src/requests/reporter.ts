import { sql } from 'drizzle-orm'
import { insertOne, type Step, type TenantDb } from '../core/db.ts'
import { keyedHash } from '../core/encryption.ts'
import { randomText } from '../core/ids.ts'
import type { Platform } from '../platform/platform.ts'
import type { Draft } from './draft.ts'
import { sealAddress } from './follower.ts'
import { follower } from './follower-schema.ts'
import { sealDetails } from './person.ts'
import { person } from './schema.ts'

export interface Reporter {
  /** Null: nobody left their name, or had signed in. */
  readonly person: string | null
  readonly steps: readonly Step[]
  /** Stands for the contact details in what a caller's key is compared with: it gives none of them. */
  readonly fingerprint: string | null
}

/** Who reported the case of this number, encrypted; asks nothing of the database while its keys are in memory. */
export async function reporterOf(
  platform: Platform,
  db: TenantDb,
  caseId: string,
  { contact, follow, language }: Draft,
  at: number,
): Promise<Reporter> {
  const { shared, ...given } = contact
  const details = {
    firstName: blank(given.firstName),
    lastName: blank(given.lastName),
    email: blank(given.email),
    phone: blank(given.phone),
    deviceId: blank(given.deviceId),
    accountId: blank(given.accountId),
  }
  const account = db.access.kind === 'resident' ? db.access.account : null
  if (account === null && Object.values(details).every(detail => detail === null)) {
    return { person: null, steps: [], fingerprint: null }
  }
  const id = randomText(platform.random, 16)
  const steps: Step[] = [
    insertOne(person, {
      id,
      ...(await sealDetails(platform, db, id, details)),
      account,
      shared,
      createdAt: at,
    }),
  ]
  if (follow) {
    const id = randomText(platform.random, 16)
    const sealed = await sealAddress(platform, db, id, contact.email)
    steps.push(sql`INSERT INTO ${follower} (id, case_id, email, email_hash, language, created_at, confirmed_at)
      VALUES (${id}, ${caseId}, ${sealed.email}, ${sealed.emailHash}, ${language}, ${at}, ${at})`)
  }
  return { person: id, steps, fingerprint: await keyedHash(platform, db, 'contact', JSON.stringify(contact)) }
}

export function blank(words: string): string | null {
  return words.trim() === '' ? null : words.trim()
}
