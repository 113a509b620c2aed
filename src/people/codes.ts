import { openRegion } from '../core/db.ts'
import { decrypt, encrypt, keyedHash } from '../core/encryption.ts'
import { translator } from '../core/i18n.ts'
import { randomText } from '../core/ids.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import type { Address } from './accounts.ts'
import { DIGITS, issueOneTime, useOneTime } from './one-time.ts'

/*
 * Codes by which a resident proves an address. Whoever types any address reads the same answer, whether an account goes
 * with it or not: the code alone tells, to whoever reads that mailbox or telephone.
 */

const PURPOSE = 'account-code'
export const CODE_MINUTES = 10
/** Of an address, by one asker and by all: somebody who asks for another's has not used up all of them. */
const MOST_AN_HOUR = 5
const MOST_AN_HOUR_IN_ALL = 15
/** With five tries for each of fifteen codes an hour, guessing one takes a century; six digits would take a year. */
const SECRET = { length: 8, alphabet: DIGITS }

/** `sign-in`: into whatever account it opens. `again`: it is still the same person. `address`: it is theirs too. */
export type CodeAct = 'sign-in' | 'again' | 'address'

export interface CodeWish {
  readonly act: CodeAct
  readonly address: Address
  readonly language: string
  /** A path of the site, where to go afterwards. */
  readonly to: string
  /** Whose session asks; null when nobody has signed in. */
  readonly account: string | null
}

type Kept = Omit<CodeWish, 'address'> & { readonly kind: Address['kind']; readonly sealed: string }

/**
 * Sends a code and answers the name under which it is to be typed. Where an address has been sent too many within the
 * hour nothing is sent, and the answer looks the same. Throws `mail-away` or `sms-away`.
 */
export async function sendCode(
  platform: Platform,
  region: Region,
  wish: CodeWish,
  /** The network address that asks. */
  from: string,
): Promise<string> {
  const { address, ...rest } = wish
  const db = openRegion(platform, { kind: 'system', reason: 'codes' }, region.slug)
  const sealed = await encrypt(platform, db, 'one_time.address', address.value)
  const data: Kept = { ...rest, kind: address.kind, sealed }
  const issued = await issueOneTime(platform, db, {
    purpose: PURPOSE,
    holder: await codeHolder(platform, region.slug, address),
    secret: SECRET,
    minutes: CODE_MINUTES,
    mostAnHour: MOST_AN_HOUR_IN_ALL,
    asker: { hash: await keyedHash(platform, db, 'one_time.asker', from), mostAnHour: MOST_AN_HOUR },
    data,
  })
  if (issued === undefined) return randomText(platform.random, 20)
  await deliver(platform, region, wish, issued.id, issued.secret)
  return issued.id
}

/** As whose a code is kept: the keyed hash of the address. */
export function codeHolder(platform: Platform, region: string, { kind, value }: Address): Promise<string> {
  const db = openRegion(platform, { kind: 'system', reason: 'codes' }, region)
  return keyedHash(platform, db, 'one_time.address', `${kind} ${value}`)
}

/** What a code that was typed proves. Undefined for a wrong one, one that was used, and one that is too old. */
export async function useCode(
  platform: Platform,
  region: string,
  ticket: string,
  typed: string,
): Promise<CodeWish | undefined> {
  const db = openRegion(platform, { kind: 'system', reason: 'codes' }, region)
  const kept = await useOneTime<Kept>(platform, db, PURPOSE, ticket, typed.replace(/\D/g, ''))
  if (kept === undefined) return undefined
  const { kind, sealed, ...rest } = kept
  return { ...rest, address: { kind, value: await decrypt(platform, db, 'one_time.address', sealed) } }
}

async function deliver(
  platform: Platform,
  region: Region,
  { address, language }: CodeWish,
  id: string,
  secret: string,
): Promise<void> {
  const t = translator(language)
  const { name } = region.documents.region
  // In two halves it is easier to keep in mind.
  const code = `${secret.slice(0, 4)} ${secret.slice(4)}`
  const outcome =
    address.kind === 'phone'
      ? await platform.sms.send({
          to: address.value,
          text: t('code-sms', { code, name, minutes: CODE_MINUTES }),
        })
      : await platform.mail.send({
          to: address.value,
          from: name,
          id: `code.${id}`,
          subject: t('code-letter-subject', { code, name }),
          text: [t('code-letter', { code, minutes: CODE_MINUTES }), t('code-letter-warning', { name })].join(
            '\n\n',
          ),
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
  if (outcome !== 'sent') platform.log('warn', 'code-not-sent', { region: region.slug, outcome })
}

/** Tells an address that another now stands in its place in an account. */
export async function tellReplaced(
  platform: Platform,
  region: Region,
  { kind, value }: Address,
  language: string,
): Promise<void> {
  const { name, phone } = region.documents.region
  const t = translator(language)
  const text = t('address-replaced', { name, phone })
  if (kind === 'phone') await platform.sms.send({ to: value, text })
  else {
    await platform.mail.send({
      to: value,
      from: name,
      id: `replaced.${randomText(platform.random, 16)}`,
      subject: t('address-replaced-subject', { name }),
      text,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  }
}
