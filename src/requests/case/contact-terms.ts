import { type SQL, sql } from 'drizzle-orm'
import { permitted } from '../../core/access.ts'
import {
  fixedStatement,
  type RegionDb,
  type Step,
  type TenantDb,
  type TenantReader,
} from '../../core/database/handles.ts'
import { keyedHash, knownHash } from '../../core/encryption/fields.ts'
import { cleanEmail, isEmail } from '../../core/text.ts'
import type { Platform } from '../../platform/platform.ts'
import type { ContactDetails } from './person.ts'

// A blind index: contact details are encrypted, so a person is found by keyed hashes of the email address, the
// telephone number and each word of the name.

/** In `person.indexed`. Increase it when `termsOf` changes: a job then indexes every row again. */
export const TERMS_VERSION = 1

const HASHED = 'person.term'
const MAX_NAME_WORDS = 12
// Numbers are compared by their end, because people write them with and without the country's code.
const PHONE_DIGITS = 10
const MIN_PHONE_DIGITS = 7

const ADD_TERMS = 'INSERT OR IGNORE INTO person_term (hash, person) SELECT value, ? FROM json_each(?)'

/** `holds`: a condition for the database, where the details may have changed since they were read. */
export async function termSteps(
  platform: Platform,
  db: TenantDb | RegionDb,
  person: string,
  details: ContactDetails,
  holds?: SQL,
): Promise<Step[]> {
  const hashes = await Promise.all(termsOf(details).map(term => keyedHash(platform, db, HASHED, term)))
  if (hashes.length === 0) return []
  const list = JSON.stringify(hashes)
  if (holds === undefined) return [fixedStatement(ADD_TERMS, [person, list])]
  return [
    sql`INSERT OR IGNORE INTO person_term (hash, person)
      SELECT value, ${person} FROM json_each(${list}) WHERE ${holds}`,
  ]
}

/** Of what was typed; a person must have all. Empty if it is neither a name, a telephone number nor an address. */
export async function termHashes(
  platform: Platform,
  db: TenantReader,
  typed: string,
): Promise<readonly string[]> {
  const hashes = await Promise.all(
    termsIn(typed).map(async term => (await knownHash(platform, db, HASHED, term)) ?? ''),
  )
  return hashes.includes('') ? [] : hashes
}

/** Selects `request.seq`: what is held here or was filed here, where the caller may see contact details. */
export function reportedBy({ access }: TenantReader, hashes: readonly string[]): SQL {
  return sql`SELECT mine.seq FROM request AS mine WHERE mine.person IN (SELECT person FROM person_term
      WHERE hash IN (SELECT value FROM json_each(${JSON.stringify(hashes)})) GROUP BY person HAVING count(*) = ${hashes.length})
    AND (mine.custody = 'held' OR mine.id = mine.case_id) AND ${permitted(access, 'contacts', sql`mine.service_code`)}`
}

function termsOf({ firstName, lastName, email, phone }: ContactDetails): string[] {
  const name = `${firstName ?? ''} ${lastName ?? ''}`
  const words = new Set([...nameWords(name), ...nameWords(name.replace(APOSTROPHES, ' '))])
  const digits = phoneDigits(phone ?? '')
  return [
    ...[...words].slice(0, MAX_NAME_WORDS).map(nameTerm),
    ...(email ? [emailTerm(email)] : []),
    ...(digits.length < MIN_PHONE_DIGITS ? [] : [phoneTerm(digits)]),
  ]
}

function termsIn(typed: string): string[] {
  const text = typed.replace(/\p{Cf}/gu, '').trim()
  if (text.includes('@')) {
    const email = cleanEmail(text)
    return isEmail(email) ? [emailTerm(email)] : []
  }
  const digits = phoneDigits(text)
  if (/^[\d\s+().\-/]+$/.test(text)) return digits.length < MIN_PHONE_DIGITS ? [] : [phoneTerm(digits)]
  return [...new Set(nameWords(text))].slice(0, MAX_NAME_WORDS).map(nameTerm)
}

const nameTerm = (word: string) => `name ${word}`
const emailTerm = (email: string) => `email ${email.trim().toLowerCase()}`
const phoneTerm = (digits: string) => `phone ${digits.slice(-PHONE_DIGITS)}`

/** Without an extension. */
function phoneDigits(phone: string): string {
  return (phone.split(/e?xt?/i)[0] ?? '').replace(/\D/g, '')
}

const APOSTROPHES = /['’ʼ`]/g

/** Without case, accents and apostrophes, in no order. */
function nameWords(name: string): string[] {
  const folded = name
    .replace(APOSTROPHES, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßøłđæœ]/g, letter => undivided[letter] ?? letter)
  return folded.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
}

/** Letters that Unicode does not take apart. */
const undivided: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', ł: 'l', đ: 'd', æ: 'ae', œ: 'oe' }
