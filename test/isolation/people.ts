import { sql } from 'drizzle-orm'
import { openTenant } from '../../src/core/database/handles.ts'
import { encrypt, keyedHash } from '../../src/core/encryption/fields.ts'
import { randomText } from '../../src/core/ids.ts'
import { accountFor, noteAccountJurisdiction, residentAccess } from '../../src/identity/accounts.ts'
import { passkey, staff } from '../../src/identity/region-schema.ts'
import { codeHolder } from '../../src/identity/sessions/codes.ts'
import { issueOneTime } from '../../src/identity/sessions/one-time.ts'
import { type NewSession, readSession, startSession } from '../../src/identity/sessions/sessions.ts'
import { makeGrant } from '../../src/identity/staff/grants.ts'
import { issueLink, tokenOf } from '../../src/identity/staff/links.ts'
import { issueMailboxLink } from '../../src/identity/staff/mailbox.ts'
import { encryptMailbox, identityDb } from '../../src/identity/staff/staff.ts'
import { person, request } from '../../src/requests/schema.ts'
import { bundled, type TestApp } from '../support/app.ts'
import { mark, type Party, type Secret } from './world.ts'

/*
 * The staff of a jurisdiction and the residents who have reported to it, with everything that belongs to one
 * person.
 */

const system = { kind: 'system', reason: 'test' } as const

/** A staff member of the region without any grant. Returns `staff.id`. */
export async function hire(app: TestApp, region: string, name: string, email: string): Promise<string> {
  const db = identityDb(app.platform, region)
  const id = randomText(app.platform.random, 12)
  await db.insert(staff).values({
    id,
    name,
    email: await encrypt(app.platform, db, 'staff.email', email),
    emailIndex: await keyedHash(app.platform, db, 'staff.email', email),
    createdAt: app.platform.clock.now(),
  })
  return id
}

/** A session and the value of its `cookie` header. */
export async function open(app: TestApp, region: string, input: NewSession) {
  const written = await startSession(app.platform, region, input)
  const read = await readSession(app.platform, region, input.kind, written)
  if (read === undefined) throw new Error('no session')
  return { signedIn: read.signedIn, cookie: `__Host-${input.kind}-${region}=${written}` }
}

export async function addStaffAndAccounts(app: TestApp, party: Pick<Party, 'name' | 'region' | 'slug'>) {
  const { platform } = app
  const { name, region, slug } = party
  const of = (secret: Secret) => mark(party, secret)
  const tenant = openTenant(platform, system, region, slug)
  const db = identityDb(platform, region)

  const email = `${of('mailbox')}@example.org`
  const clerk = await hire(app, region, of('staff'), email)
  const grantRole = (role: 'agent' | 'field-crew') =>
    makeGrant(platform, tenant, { staff: clerk, role, source: 'command' })
  await grantRole('agent')
  const input = {
    kind: 'staff',
    holder: clerk,
    shown: [{ method: 'email', source: 'mailbox' }],
    device: of('device'),
  } as const
  const [atDesk, outside] = [await open(app, region, input), await open(app, region, input)]
  const passkeyId = randomText(platform.random, 22)
  await db.insert(passkey).values({
    id: passkeyId,
    staff: clerk,
    publicKey: 'none',
    counter: 0,
    name: of('device'),
    createdAt: platform.clock.now(),
  })
  const mailbox = await issueMailboxLink(platform, db, {
    staff: clerk,
    email: await encryptMailbox(platform, db, `new-${email}`),
  })
  const says = { staff: clerk, sources: ['mailbox'], device: '', to: '/me', again: false } as const
  const link =
    region === bundled
      ? tokenOf(
          (await issueOneTime(platform, db, { purpose: 'another', minutes: 10 })) ?? { id: '', secret: '' },
        )
      : await issueLink(platform, db, says, 'sign-in')

  const address = { kind: 'email', value: `${of('account')}@example.org` } as const
  const holder = await accountFor(platform, region, address, 'en')
  const at = {
    kind: 'account',
    holder,
    shown: [{ method: 'email', source: 'mailbox' }],
    device: of('account'),
  } as const
  const [resident, elsewhere] = [await open(app, region, at), await open(app, region, at)]
  const ticket = await issueOneTime(platform, db, {
    purpose: 'account-code',
    holder: await codeHolder(platform, region, address, 'sign-in'),
    minutes: 10,
  })
  if (mailbox === undefined || link === undefined || ticket === undefined) throw new Error('too many letters')

  return {
    clerk: atDesk.cookie,
    resident: resident.cookie,
    ids: {
      grant: await grantRole('field-crew'),
      session: outside.signedIn.session,
      passkey: passkeyId,
      email,
      mailbox,
      link,
      accountSession: elsewhere.signedIn.session,
      ticket: ticket.id,
    },
    /** Adds an internal note to a request, as a colleague does. */
    async note(id: string): Promise<void> {
      const answer = await app.request(`/r/${region}/work/${slug}/requests/${id}/note`, {
        method: 'POST',
        headers: { cookie: atDesk.cookie, origin: 'http://localhost', 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams({ 'note.text': `${name} has seen it`, 'note.for': 'staff' }),
      })
      if (answer.status !== 303) throw new Error(`a note of ${name} was answered ${answer.status}`)
    },
    /** Links a report to the resident's account. */
    async claim(id: string): Promise<void> {
      await noteAccountJurisdiction(platform, residentAccess(resident.signedIn, platform.clock.now()), slug)
      await tenant.commit([
        sql`UPDATE ${person} SET account = ${holder} WHERE id = (SELECT person FROM ${request} WHERE id = ${id})`,
      ])
    },
  }
}
