import { and, eq, isNull, or, type SQL, sql } from 'drizzle-orm'
import { base64url } from 'jose'
import { openDirectory } from '../../core/database/handles.ts'
import { shortSha256 } from '../../core/encryption/digest.ts'
import { wrappingKey } from '../../core/encryption/master-key.ts'
import { isSameSecret } from '../../core/encryption/same-secret.ts'
import { randomText } from '../../core/ids.ts'
import type { Bytes, Platform } from '../../platform/platform.ts'
import { region as regionTable } from '../../regions/directory-schema.ts'
import { setup } from './directory-schema.ts'

// A set-up code lets its holder set up one region. The directory has a hash of it only: 90 random bits cannot be
// searched for, so the hash needs no key, and a code that was made on a laptop is valid on a Worker.

const LENGTH = 20
const GROUP = 5
/** Of a code that the operator has chosen, in letters and digits. */
export const MIN_SECRET_LENGTH = 16
const DAY = 24 * 3_600_000
export const CODE_DAYS = 7
const NONCE_LENGTH = 24
// Enough for twenty characters, of which each byte gives one with a probability of 99 %.
const STREAM_BLOCKS = 4

/** Where the operator may set the code of a deployment without regions. */
export const SETUP_SECRET = 'SETUP_CODE'

/** Without what people add when they copy it: spaces, hyphens, small letters. */
export function cleanCode(typed: string): string {
  return typed.toUpperCase().replace(/[^0-9A-Z]/g, '')
}

/** In groups, as it is shown. */
export function formatCode(code: string): string {
  return code.match(new RegExp(`.{1,${GROUP}}`, 'g'))?.join('-') ?? code
}

export function pathOfCode(code: string): string {
  return `/setup/start/${formatCode(code)}`
}

/** What the browser keeps instead of the code: the same in every browser, so that a set-up can be resumed anywhere. */
export async function tokenOf({ cipher }: Platform, code: string): Promise<string> {
  return base64url.encode(await cipher.hmac(utf8(cleanCode(code)), utf8('countyline set-up')))
}

export function idOf(token: string): string {
  return shortSha256(token)
}

/** While no region exists; those of the command are valid also afterwards. A code ends with its region's set-up. */
export function isOpen(now: number): SQL | undefined {
  return and(
    isNull(setup.endedAt),
    or(isNull(setup.until), sql`${setup.until} > ${now}`),
    or(
      eq(setup.kind, 'operator'),
      sql`${setup.region} IS NOT NULL`,
      sql`NOT EXISTS (SELECT 1 FROM ${regionTable})`,
    ),
  )
}

/** The token of a valid code; undefined for any other. */
export async function tokenForCode(platform: Platform, typed: string): Promise<string | undefined> {
  const code = cleanCode(typed)
  if (code.length < MIN_SECRET_LENGTH || code.length > 200) return undefined
  const token = await tokenOf(platform, code)
  const secret = secretCode(platform)
  if (secret !== undefined && (await isSameSecret(code, secret))) await addSecret(platform, token)
  const now = platform.clock.now()
  const found = await openDirectory(platform)
    .select({ id: setup.id })
    .from(setup)
    .where(and(eq(setup.id, idOf(token)), isOpen(now)))
  return found.length > 0 ? token : undefined
}

/** Undefined where it is not set, or too short to be safe. */
export function secretCode(platform: Platform): string | undefined {
  const code = cleanCode(platform.secrets.get(SETUP_SECRET) ?? '')
  return code.length < MIN_SECRET_LENGTH ? undefined : code
}

// Once it has been used its row stays, so that the setting does not become valid again.
async function addSecret(platform: Platform, token: string): Promise<void> {
  await openDirectory(platform)
    .insert(setup)
    .values({ id: idOf(token), kind: 'secret', madeBy: SETUP_SECRET, createdAt: platform.clock.now() })
    .onConflictDoNothing()
}

/** A new code for one more region, valid for a week. */
export async function newCode(platform: Platform, madeBy: string): Promise<string> {
  const code = randomText(platform.random, LENGTH)
  const createdAt = platform.clock.now()
  await openDirectory(platform)
    .insert(setup)
    .values({
      id: idOf(await tokenOf(platform, code)),
      kind: 'operator',
      madeBy,
      createdAt,
      until: createdAt + CODE_DAYS * DAY,
    })
  return formatCode(code)
}

/**
 * The code that a server without regions prints as it starts: the same for every process with the same master key
 * and directory, and after a restart. Throws `not-configured` without a master key.
 */
export async function codeOfStart(platform: Platform): Promise<string> {
  const known = await storedStart(platform)
  if (known !== undefined) return known
  const db = openDirectory(platform)
  const nonce = randomText(platform.random, NONCE_LENGTH)
  const code = await derive(platform, nonce)
  const id = idOf(await tokenOf(platform, code))
  await db.commit([
    // One that was made with another master key can no longer be told to anyone.
    sql`DELETE FROM ${setup} WHERE kind = 'start' AND region IS NULL AND answers IS NULL
      AND created_at < ${platform.clock.now() - DAY}`,
    sql`INSERT INTO ${setup} (id, kind, nonce, made_by, created_at)
      VALUES (${id}, 'start', ${nonce}, 'start', ${platform.clock.now()})`,
  ])
  return (await storedStart(platform)) ?? formatCode(code)
}

// The first of those that this master key derives: two processes that start at the same moment both add one.
async function storedStart(platform: Platform): Promise<string | undefined> {
  const rows = await openDirectory(platform)
    .select({ id: setup.id, nonce: setup.nonce })
    .from(setup)
    .where(and(eq(setup.kind, 'start'), isOpen(platform.clock.now())))
    .orderBy(setup.createdAt, setup.id)
  for (const { id, nonce } of rows) {
    if (nonce === null) continue
    const code = await derive(platform, nonce)
    if (idOf(await tokenOf(platform, code)) === id) return formatCode(code)
  }
  return undefined
}

async function derive(platform: Platform, nonce: string): Promise<string> {
  const { key } = await wrappingKey(platform)
  const blocks: Bytes[] = []
  for (let block = 0; block < STREAM_BLOCKS; block++) {
    blocks.push(await platform.cipher.hmac(key, utf8(`set-up code ${block} ${nonce}`)))
  }
  const stream = new Uint8Array(blocks.flatMap(bytes => [...bytes]))
  return randomText({ bytes: () => stream }, LENGTH)
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text)
}
