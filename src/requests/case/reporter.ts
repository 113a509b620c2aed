import type { Step, TenantDb } from '../../core/database/handles.ts'
import { keyedHash } from '../../core/encryption/fields.ts'
import { orderedId } from '../../core/ids.ts'
import type { Platform } from '../../platform/platform.ts'
import { followStep, isSameMailbox } from '../followers/follower.ts'
import type { Submission } from '../submit.ts'
import { personSteps } from './person.ts'

export interface Reporter {
  readonly person: string | null
  readonly steps: readonly Step[]
  /** Stands for the contact details where repeated submissions are compared: only with an idempotency key. */
  readonly fingerprint: string | null
}

export async function reporterOf(
  platform: Platform,
  db: TenantDb,
  caseId: string,
  { draft, provenEmail, network, idempotencyKey }: Submission,
  at: number,
): Promise<Reporter> {
  const { contact, follow, language } = draft
  const { shared, ...given } = contact
  const details = {
    firstName: blankToNull(given.firstName),
    lastName: blankToNull(given.lastName),
    email: blankToNull(given.email),
    phone: blankToNull(given.phone),
    deviceId: blankToNull(given.deviceId),
    accountId: blankToNull(given.accountId),
  }
  const account = db.access.kind === 'resident' ? db.access.account : null
  if (account === null && Object.values(details).every(detail => detail === null)) {
    return { person: null, steps: [], fingerprint: null }
  }
  const id = orderedId(platform.random, at)
  const steps = await personSteps(platform, db, { id, ...details, account, shared, createdAt: at })
  if (follow) {
    const { email } = contact
    const isProven = provenEmail !== undefined && isSameMailbox(email, provenEmail)
    steps.push(await followStep(platform, db, { caseId, email, language, isProven, network }, at))
  }
  const fingerprint =
    idempotencyKey === undefined ? null : await keyedHash(platform, db, 'contact', JSON.stringify(contact))
  return { person: id, steps, fingerprint }
}

export function blankToNull(words: string): string | null {
  return words.trim() === '' ? null : words.trim()
}
