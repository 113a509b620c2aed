import { openRegion, type RegionDb } from '../../core/database/handles.ts'
import { decrypt, encrypt, keyedHash } from '../../core/encryption/fields.ts'
import { translator } from '../../core/i18n.ts'
import { randomText } from '../../core/ids.ts'
import { phoneText } from '../../core/measures.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { sendEmail, sendText } from '../../regions/runtime/mail.ts'
import { siteAddress } from '../../regions/runtime/site.ts'
import type { AccountAddress } from '../accounts.ts'
import { readToken, tokenOf } from '../staff/links.ts'
import {
  DIGITS,
  discardOneTime,
  issueOneTime,
  type OneTime,
  type OneTimeInput,
  peekOneTime,
  spendAll,
  useOneTime,
} from './one-time.ts'

// Responses never reveal whether an account exists; only the reader of the mailbox or phone learns it. Over
// the limit the last link is valid again, so that strangers cannot lock out the owner; a code is not, since
// it can be guessed.

const CODE = 'account-code'
const LINK = 'account-link'
export const CODE_MINUTES = 10
// Unused codes, per requester and per address. With five attempts at each of fifteen eight-digit codes an
// hour, guessing takes a century; with six digits it would take a year.
const LIMITS = {
  email: { asker: 3, anHour: 6, aDay: 12 },
  phone: { asker: 5, anHour: 15, aDay: undefined },
} as const
const SECRET = { length: 8, alphabet: DIGITS }

export const codePurposes = ['sign-in', 'again', 'address'] as const
export type CodePurpose = (typeof codePurposes)[number]

export interface CodeInput {
  readonly action: CodePurpose
  readonly address: AccountAddress
  readonly language: string
  readonly to: string
  readonly account: string | null
}

type StoredCode = Omit<CodeInput, 'address'> & {
  readonly kind: AccountAddress['kind']
  readonly sealed: string
}

/** Returns the ticket, even if nothing was sent over the limit. Throws `mail-unavailable` or `sms-unavailable`. */
export async function sendCode(
  platform: Platform,
  region: Region,
  input: CodeInput,
  from: string,
): Promise<string> {
  const { address, ...rest } = input
  const db = openRegion(platform, access, region.slug)
  const max = LIMITS[address.kind]
  const asker = await keyedHash(platform, db, 'one_time.asker', input.account ?? from)
  const shared = {
    holder: await codeHolder(platform, region.slug, address, input.action),
    minutes: CODE_MINUTES,
    data: {
      ...rest,
      kind: address.kind,
      sealed: await encrypt(platform, db, 'one_time.address', address.value),
    } satisfies StoredCode,
  }
  const limits = {
    maxPerHour: max.anHour,
    maxPerDay: max.aDay,
    asker: { hash: asker, maxPerHour: max.asker },
  }
  const issue = (input: Omit<OneTimeInput, 'minutes'>) => issueOneTime(platform, db, { ...shared, ...input })
  const hasLink = input.action === 'sign-in' && address.kind === 'email'
  const link = hasLink ? await issue({ ...limits, purpose: LINK, revives: true }) : undefined
  const isTooMany = hasLink && link === undefined
  const code = isTooMany
    ? undefined
    : await issue({ ...(hasLink ? {} : limits), purpose: CODE, secret: SECRET })
  if (code === undefined) return randomText(platform.random, 20)
  let isSent = false
  try {
    isSent = await deliver(platform, region, input, code, link)
  } finally {
    // A link that was not sent must not count, nor be the one to be revived.
    if (!isSent && link !== undefined) await discardOneTime(db, link.id)
  }
  return code.id
}

const access = { kind: 'system', reason: 'codes' } as const

/** Keyed. Sign-in requests, which strangers can make, are counted apart from the others. */
export function codeHolder(
  platform: Platform,
  region: string,
  { kind, value }: AccountAddress,
  action: CodePurpose,
): Promise<string> {
  const db = openRegion(platform, access, region)
  const what = action === 'sign-in' ? '' : ` ${action}`
  return keyedHash(platform, db, 'one_time.address', `${kind} ${value}${what}`)
}

/** Undefined for a wrong, used or expired code. */
export async function useCode(
  platform: Platform,
  region: string,
  ticket: string,
  typed: string,
): Promise<CodeInput | undefined> {
  const db = openRegion(platform, access, region)
  return proved(
    platform,
    db,
    await useOneTime<StoredCode>(platform, db, CODE, ticket, typed.replace(/\D/g, '')),
  )
}

/** Does not use the link up: mail clients open links in advance. */
export async function peekCodeLink(
  platform: Platform,
  region: string,
  token: string,
): Promise<AccountAddress | undefined> {
  const db = openRegion(platform, access, region)
  const read = readToken(token)
  const stored = read && (await peekOneTime<StoredCode>(platform, db, LINK, read.id, read.secret))
  return stored && (await opened(platform, db, stored)).address
}

export async function useCodeLink(
  platform: Platform,
  region: string,
  token: string,
): Promise<CodeInput | undefined> {
  const db = openRegion(platform, access, region)
  const read = readToken(token)
  return proved(
    platform,
    db,
    read && (await useOneTime<StoredCode>(platform, db, LINK, read.id, read.secret)),
  )
}

// The address is proved: all other codes and links sent for the same purpose expire.
async function proved(
  platform: Platform,
  db: RegionDb,
  stored: StoredCode | undefined,
): Promise<CodeInput | undefined> {
  if (stored === undefined) return undefined
  const input = await opened(platform, db, stored)
  const holder = await codeHolder(platform, db.region, input.address, input.action)
  await spendAll(platform, db, [CODE, LINK], holder)
  return input
}

async function opened(
  platform: Platform,
  db: RegionDb,
  { kind, sealed, ...rest }: StoredCode,
): Promise<CodeInput> {
  return { ...rest, address: { kind, value: await decrypt(platform, db, 'one_time.address', sealed) } }
}

async function deliver(
  platform: Platform,
  region: Region,
  { address, language }: CodeInput,
  { id, secret }: OneTime,
  link: OneTime | undefined,
): Promise<boolean> {
  const t = translator(language)
  const { name } = region.documents.region
  const code = `${secret.slice(0, 4)} ${secret.slice(4)}`
  const outcome =
    address.kind === 'phone'
      ? await sendText(platform, region, {
          to: address.value,
          text: t('code-sms', { code, name, minutes: CODE_MINUTES }),
        })
      : await sendEmail(platform, region, {
          to: address.value,
          from: name,
          id: `code.${id}`,
          subject: t('code-email-subject', { code, name }),
          text: [
            t('code-email', { code, minutes: CODE_MINUTES }),
            link &&
              t('code-email-link', {
                url: `${siteAddress(platform, region)}/account/link/${tokenOf(link)}`,
              }),
            t('code-email-warning', { name }),
          ]
            .filter(part => part !== undefined)
            .join('\n\n'),
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
  if (outcome !== 'sent') platform.log('warn', 'code-not-sent', { region: region.slug, outcome })
  return outcome === 'sent'
}

export async function notifyReplacedAddress(
  platform: Platform,
  region: Region,
  { kind, value }: AccountAddress,
  language: string,
): Promise<void> {
  const { name, phone } = region.documents.region
  const t = translator(language)
  const text = t('address-replaced', {
    name,
    phone: phoneText(phone, region.units, region.documents.region.countryCode),
  })
  if (kind === 'phone') await sendText(platform, region, { to: value, text })
  else {
    await sendEmail(platform, region, {
      to: value,
      from: name,
      id: `replaced.${randomText(platform.random, 16)}`,
      subject: t('address-replaced-subject', { name }),
      text,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  }
}
