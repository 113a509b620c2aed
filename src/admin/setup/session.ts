import { and, eq, sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { base64url } from 'jose'
import * as v from 'valibot'
import { guard, openDirectory } from '../../core/database/handles.ts'
import { shortSha256 } from '../../core/encryption/digest.ts'
import { asProblem, problem } from '../../core/problem.ts'
import type { Bytes, Platform } from '../../platform/platform.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { type Answers, answersSchema, partOf, type Step } from './answers.ts'
import { idOf, isOpen } from './codes.ts'
import { setup } from './directory-schema.ts'

// The directory keeps the answers under the hash of a token, encrypted with a key of the same token: who has the
// databases reads neither the name nor the address of the administrator.

const COOKIE = 'setup'
const options = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax', prefix: 'host' } as const
const IV_BYTES = 12
const TRIES = 5

export type SetupRow = typeof setup.$inferSelect

export interface Setup {
  readonly token: string
  readonly row: SetupRow
  readonly answers: Answers
}

export function keepToken(c: Context<AppEnv>, token: string): void {
  setCookie(c, COOKIE, token, options)
}

export function forgetToken(c: Context<AppEnv>): void {
  deleteCookie(c, COOKIE, options)
}

/** Undefined without a cookie whose code is valid. */
export async function currentSetup(c: Context<AppEnv>): Promise<Setup | undefined> {
  const token = getCookie(c, COOKIE, 'host')
  if (token === undefined || !/^[\w-]{43}$/.test(token)) return undefined
  return readSetup(c.get('platform'), token)
}

export async function readSetup(platform: Platform, token: string): Promise<Setup | undefined> {
  const [row] = await openDirectory(platform)
    .select()
    .from(setup)
    .where(and(eq(setup.id, idOf(token)), isOpen(platform.clock.now())))
  return row && { token, row, answers: await decryptAnswers(platform, token, row.answers) }
}

/** Of a step's answers, when its form was shown. */
export function versionOf(answers: Answers, step: Exclude<Step, 'check'>): string {
  return shortSha256(JSON.stringify(partOf(answers, step))).slice(0, 16)
}

export interface Change {
  readonly step: Exclude<Step, 'check'>
  /** `versionOf` the answers that the form showed. */
  readonly version: string
  readonly answers: Partial<Answers>
  readonly services?: unknown
  readonly boundary?: unknown
}

/** Throws `changed-meanwhile` if this step was saved elsewhere since the form was shown. Other steps may change. */
export async function saveStep(platform: Platform, { token }: Setup, change: Change): Promise<void> {
  const db = openDirectory(platform)
  for (let left = TRIES; ; left--) {
    const current = await readSetup(platform, token)
    if (current === undefined || current.row.region !== null) throw problem('wrong-state')
    const isMine = shortSha256(JSON.stringify({ ...current.answers, ...change.answers }))
    const isSame = isMine === shortSha256(JSON.stringify(current.answers))
    if (!isSame && versionOf(current.answers, change.step) !== change.version)
      throw problem('changed-meanwhile')
    const answers = { ...current.answers, ...change.answers }
    const { id, revision } = current.row
    const encrypted = await encryptAnswers(platform, token, answers)
    const set = {
      answers: encrypted,
      revision: revision + 1,
      ...(change.services !== undefined && { services: change.services }),
      ...(change.boundary !== undefined && { boundary: change.boundary }),
    }
    try {
      return void (await db.commit([
        guard(
          sql`EXISTS (SELECT 1 FROM ${setup} WHERE id = ${id} AND revision = ${revision} AND region IS NULL)`,
          'changed-meanwhile',
        ),
        db.update(setup).set(set).where(eq(setup.id, id)),
      ]))
    } catch (error) {
      if (asProblem(error).slug !== 'changed-meanwhile' || left === 0) throw error
    }
  }
}

async function encryptAnswers(platform: Platform, token: string, answers: Answers): Promise<string> {
  const iv = platform.random.bytes(IV_BYTES)
  const key = await keyOf(platform, token)
  const encrypted = await platform.cipher.seal(key, iv, utf8(idOf(token)), utf8(JSON.stringify(answers)))
  return `${base64url.encode(iv)}.${base64url.encode(encrypted)}`
}

async function decryptAnswers(platform: Platform, token: string, stored: string | null): Promise<Answers> {
  if (stored === null) return { language: 'en' }
  const [iv = '', encrypted = ''] = stored.split('.')
  const key = await keyOf(platform, token)
  const bytes = (text: string) => new Uint8Array(base64url.decode(text))
  try {
    const plain = await platform.cipher.open(key, bytes(iv), utf8(idOf(token)), bytes(encrypted))
    return v.parse(answersSchema, JSON.parse(new TextDecoder().decode(plain)))
  } catch (cause) {
    throw problem('fault', { cause })
  }
}

function keyOf({ cipher }: Platform, token: string): Promise<Bytes> {
  return cipher.hmac(utf8(token), utf8('answers'))
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text)
}
