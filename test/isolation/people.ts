import { sql } from 'drizzle-orm'
import { openTenant } from '../../src/core/db.ts'
import { encrypt, keyedHash } from '../../src/core/encryption.ts'
import { randomText } from '../../src/core/ids.ts'
import { accountFor, noteResidentReach, residentAccess } from '../../src/people/accounts.ts'
import { codeHolder } from '../../src/people/codes.ts'
import { makeGrant } from '../../src/people/grants.ts'
import { issueLink, tokenOf } from '../../src/people/links.ts'
import { issueMailboxLink } from '../../src/people/mailbox.ts'
import { issueOneTime } from '../../src/people/one-time.ts'
import { passkey, staff } from '../../src/people/region-schema.ts'
import { type NewSession, readSession, startSession } from '../../src/people/sessions.ts'
import { peopleDb, sealMailbox } from '../../src/people/staff.ts'
import { person, request } from '../../src/requests/schema.ts'
import { bundled, type TestApp } from '../support/app.ts'
import { mark, type Party, type Secret } from './world.ts'

/* Who works for a government and who has reported to it, with everything that is one person's alone. */

const system = { kind: 'system', reason: 'test' } as const

/** Somebody of the region's staff whom nobody has let in yet. Answers `staff.id`. */
export async function hire(app: TestApp, region: string, name: string, email: string): Promise<string> {
  const db = peopleDb(app.platform, region)
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

/** A session and its cookie, for the header. */
export async function open(app: TestApp, region: string, wish: NewSession) {
  const written = await startSession(app.platform, region, wish)
  const read = await readSession(app.platform, region, wish.kind, written)
  if (read === undefined) throw new Error('no session')
  return { signedIn: read.signedIn, cookie: `__Host-${wish.kind}-${region}=${written}` }
}

export async function furnishPeople(app: TestApp, party: Pick<Party, 'name' | 'region' | 'slug'>) {
  const { platform } = app
  const { name, region, slug } = party
  const of = (secret: Secret) => mark(party, secret)
  const tenant = openTenant(platform, system, region, slug)
  const db = peopleDb(platform, region)

  const email = `${of('mailbox')}@example.org`
  const clerk = await hire(app, region, of('staff'), email)
  const letIn = (role: 'agent' | 'field-crew') =>
    makeGrant(platform, tenant, { staff: clerk, role, source: 'command' })
  await letIn('agent')
  const wish = { kind: 'staff', holder: clerk, method: 'email', device: of('device') } as const
  const [atDesk, outside] = [await open(app, region, wish), await open(app, region, wish)]
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
    email: await sealMailbox(platform, db, `new-${email}`),
  })
  const link =
    region === bundled
      ? tokenOf(
          (await issueOneTime(platform, db, { purpose: 'another', minutes: 10 })) ?? { id: '', secret: '' },
        )
      : await issueLink(platform, db, { staff: clerk, device: '', to: '/me', again: false }, 'sign-in')

  const address = { kind: 'email', value: `${of('account')}@example.org` } as const
  const holder = await accountFor(platform, region, address, 'en')
  const at = { kind: 'account', holder, method: 'email', device: of('account') } as const
  const [resident, elsewhere] = [await open(app, region, at), await open(app, region, at)]
  const ticket = await issueOneTime(platform, db, {
    purpose: 'account-code',
    holder: await codeHolder(platform, region, address),
    minutes: 10,
  })
  if (mailbox === undefined || link === undefined || ticket === undefined) throw new Error('too many letters')

  return {
    clerk: atDesk.cookie,
    resident: resident.cookie,
    ids: {
      grant: await letIn('field-crew'),
      session: outside.signedIn.session,
      passkey: passkeyId,
      email,
      mailbox,
      link,
      accountSession: elsewhere.signedIn.session,
      ticket: ticket.id,
    },
    /** Writes beside a request, as a colleague does. */
    async note(id: string): Promise<void> {
      const answer = await app.request(`/r/${region}/work/${slug}/requests/${id}/note`, {
        method: 'POST',
        headers: { cookie: atDesk.cookie, origin: 'http://localhost', 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams({ 'note.text': `${name} has seen it`, 'note.for': 'staff' }),
      })
      if (answer.status !== 303) throw new Error(`a note of ${name} was answered ${answer.status}`)
    },
    /** Makes a report the resident's own. */
    async claim(id: string): Promise<void> {
      await noteResidentReach(platform, residentAccess(resident.signedIn, platform.clock.now()), slug)
      await tenant.commit([
        sql`UPDATE ${person} SET account = ${holder} WHERE id = (SELECT person FROM ${request} WHERE id = ${id})`,
      ])
    },
  }
}
