import { sql } from 'drizzle-orm'
import { openRegion } from '../../core/database/handles.ts'
import { keyedHash } from '../../core/encryption/fields.ts'
import type { Email, Mail, Platform, Sms, TextMessage } from '../../platform/platform.ts'
import { isSandbox } from '../documents/sandbox.ts'
import type { Region } from './compile.ts'

// Whatever a region sends goes through here: a test site writes to nobody but the people who test it.

/** As `Mail.send`. On a test site, `refused` for everyone who is not on its staff. */
export async function sendEmail(
  platform: Platform,
  { slug }: Pick<Region, 'slug'>,
  email: Email,
): ReturnType<Mail['send']> {
  if (isSandbox(slug) && !(await isTester(platform, slug, email.to))) return 'refused'
  return platform.mail.send(email)
}

/** As `Sms.send`. A test site sends none. */
export async function sendText(
  platform: Platform,
  { slug }: Pick<Region, 'slug'>,
  message: TextMessage,
): ReturnType<Sms['send']> {
  return isSandbox(slug) ? 'refused' : platform.sms.send(message)
}

// The index by which staff are found when they sign in.
async function isTester(platform: Platform, region: string, address: string): Promise<boolean> {
  const db = openRegion(platform, { kind: 'system', reason: 'test-site' }, region)
  const index = await keyedHash(platform, db, 'staff.email', address.trim().toLowerCase())
  const rows = await db.rows(sql`SELECT 1 FROM staff WHERE email_index = ${index}`)
  return rows.length > 0
}
