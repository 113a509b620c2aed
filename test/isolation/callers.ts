import { openTenant } from '../../src/core/database/handles.ts'
import { accountFor } from '../../src/identity/accounts.ts'
import { createClient } from '../../src/identity/programs/clients.ts'
import { createKey, revokeKey } from '../../src/identity/programs/keys.ts'
import { type Role, type Scope, scopes } from '../../src/identity/roles.ts'
import { endSession } from '../../src/identity/sessions/sessions.ts'
import type { SignInSource } from '../../src/identity/sessions/sources.ts'
import { addAdministrator } from '../../src/identity/staff/administrators.ts'
import { makeGrant, withdrawGrant } from '../../src/identity/staff/grants.ts'
import { hire, open } from './people.ts'
import type { Secret, World } from './world.ts'

/* Every kind of caller. Their rights are written here by hand, not taken from the code under test. */

export interface Caller {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  /** What they may do at their own jurisdiction, in the terms of `expectations.ts`. */
  readonly may: ReadonlySet<Ability>
  /** Kinds of marks that they may see, of their own jurisdiction only. */
  readonly sees: ReadonlySet<Secret>
  /** The party whose things are theirs. */
  readonly home: 'own' | 'neighbor'
  /** Things there that belong to one person are theirs. */
  readonly isHolder?: true
  /** How they authenticate: programs' routes take no cookie, and pages no key. */
  readonly by: 'nothing' | 'cookie' | 'bearer'
  /** The key or token itself, for routes that take it in a field. */
  readonly token?: string
  /** Has a grant there, but a sign-in that it does not accept: redirected to its sign-in, and shown nothing. */
  readonly otherSignInFor?: 'jurisdiction' | 'region'
  /** Has a grant for another service only: a request of this one is as if it did not exist. */
  readonly isLimited?: true
}

export type Ability =
  | 'report'
  | 'read'
  | 'change'
  | 'hand on'
  | 'decide'
  | 'grant'
  | 'make keys'
  | 'audit'
  /** Has signed in, with or without grants. */
  | 'be staff'
  /** Manages the administrators of the region's jurisdictions. */
  | 'administer'
  /** Reads what administrators prepare: those of the region and of each jurisdiction. */
  | 'see administration'
  /** Prepares changes: an administrator of the region or of any jurisdiction. */
  | 'draft'
  /** Edits a jurisdiction's own documents. */
  | 'configure'
  /** Has an account, and has signed in to it. */
  | 'be resident'

const everyday: readonly Ability[] = ['be staff', 'read', 'change', 'hand on']
const ofRole: Readonly<Record<Role, readonly Ability[]>> = {
  administrator: [
    ...everyday,
    'decide',
    'grant',
    'make keys',
    'audit',
    'see administration',
    'draft',
    'configure',
  ],
  supervisor: [...everyday, 'decide'],
  agent: everyday,
  'field-crew': ['be staff', 'read', 'change'],
  auditor: ['be staff', 'read', 'audit'],
}
/** Anyone who may read notes sees their authors' names. */
const everydaySights: readonly Secret[] = ['contact', 'note', 'private-case', 'staff']
const seenBy: Readonly<Record<Role, readonly Secret[]>> = {
  administrator: [...everydaySights, 'mailbox', 'key', 'audit'],
  supervisor: everydaySights,
  agent: everydaySights,
  'field-crew': ['note', 'private-case', 'staff'],
  auditor: [...everydaySights, 'mailbox', 'key', 'audit'],
}
const ofScope: Readonly<Record<Scope, readonly Ability[]>> = {
  report: ['report'],
  read: ['read'],
  work: ['report', 'read', 'change', 'hand on', 'decide'],
  audit: ['audit'],
}
const seenByScope: Readonly<Record<Scope, readonly Secret[]>> = {
  report: [],
  read: ['private-case'],
  // Each note names its author.
  work: ['contact', 'note', 'private-case', 'audit'],
  audit: ['audit'],
}

export async function everyCaller(world: World): Promise<Caller[]> {
  return [...(await residents(world)), ...(await atWork(world)), ...(await programs(world))]
}

const system = { kind: 'system', reason: 'test' } as const

type By = Pick<Caller, 'name' | 'by' | 'headers'> & Partial<Caller>

function caller({ may, sees, ...rest }: Omit<By, 'may' | 'sees'> & Lists): Caller {
  return { home: 'own', ...rest, may: new Set(may), sees: new Set(sees) }
}

interface Lists {
  readonly may?: readonly Ability[]
  readonly sees?: readonly Secret[]
}

async function residents({ app, own }: World): Promise<Caller[]> {
  const arrived = async (value: string) => {
    const holder = await accountFor(app.platform, own.region, { kind: 'email', value }, 'en')
    return open(app, own.region, {
      kind: 'account',
      holder,
      shown: [{ method: 'email', source: 'mailbox' }],
      device: 'a test',
    })
  }
  const by = (name: string, cookie: string) => ({ name, by: 'cookie', headers: { cookie } }) as const
  const left = await arrived('left@example.org')
  await endSession(app.platform, own.region, left.signedIn.session)
  return [
    caller({ name: 'anybody', by: 'nothing', headers: {} }),
    caller({
      ...by('a resident who has reported here', own.resident),
      may: ['be resident'],
      sees: ['account', 'contact', 'private-case'],
      isHolder: true,
    }),
    caller({
      ...by('a resident who has reported nothing', (await arrived('new@example.org')).cookie),
      may: ['be resident'],
    }),
    caller(by('a copied cookie of a resident who has signed out', left.cookie)),
  ]
}

async function atWork({ app, own, neighbor }: World): Promise<Caller[]> {
  const { platform } = app
  const db = openTenant(platform, system, own.region, own.slug)
  let count = 0
  const arrive = async (name: string, lists: Lists, staff?: string, source: SignInSource = 'mailbox') => {
    const holder = staff ?? (await hire(app, own.region, name, `staff-${++count}@example.org`))
    const method = source === 'mailbox' ? 'email' : 'oidc'
    const input = {
      kind: 'staff',
      holder,
      shown: [{ method, source }],
      device: 'a test',
    } as const
    const { cookie, signedIn } = await open(app, own.region, input)
    return { ...caller({ name, by: 'cookie', headers: { cookie }, ...lists }), signedIn }
  }
  const nothing = { may: ['be staff'] } as const
  const grantRole = ({ signedIn }: Awaited<ReturnType<typeof arrive>>, role: Role, limits: object = {}) =>
    makeGrant(platform, db, { staff: signedIn.holder, role, source: 'command', ...limits })

  const roles = Object.keys(ofRole) as Role[]
  const callers = await Promise.all(
    roles.map(async role => {
      const one = await arrive(`the ${role}`, { may: ofRole[role], sees: seenBy[role] })
      await grantRole(one, role)
      return one
    }),
  )
  const limited = await arrive('an agent for another service', { may: everyday })
  await grantRole(limited, 'agent', { services: ['street-light'] })

  const withdrawn = await arrive('an administrator whose grant was withdrawn', nothing)
  await withdrawGrant(platform, db, await grantRole(withdrawn, 'administrator'))
  const now = platform.clock.now()
  const expired = await arrive('an administrator whose grant has expired', nothing)
  await grantRole(expired, 'administrator', { from: now - 2000, to: now - 1000 })
  const early = await arrive('an administrator whose grant begins later', nothing)
  await grantRole(early, 'administrator', { from: now + 3_600_000 })
  const player = await arrive('an administrator in a demonstration that is over', nothing)
  await grantRole(player, 'administrator', { source: 'demo' })
  const ended = await arrive('an administrator whose session was ended', {})
  await grantRole(ended, 'administrator')
  const endedToo = await arrive('a supervisor whose session was ended', {})
  await grantRole(endedToo, 'supervisor')
  for (const { signedIn } of [ended, endedToo]) await endSession(platform, own.region, signedIn.session)

  const beside = await arrive('the neighbor’s agent', { may: everyday, sees: everydaySights })
  const besideFirst = await arrive('the neighbor’s administrator', {
    may: ['be staff', 'see administration', 'draft'],
  })
  const besideDb = openTenant(platform, system, neighbor.region, neighbor.slug)
  const source = 'command'
  await makeGrant(platform, besideDb, { staff: beside.signedIn.holder, role: 'agent', source })
  await makeGrant(platform, besideDb, { staff: besideFirst.signedIn.holder, role: 'administrator', source })

  const person = { email: 'region@example.org', name: 'The region’s' }
  const region = await addAdministrator(platform, own.region, person, 'test')
  const another = { email: 'region-2@example.org', name: 'The region’s other' }
  const second = await addAdministrator(platform, own.region, another, 'test')
  const reader = { email: 'region-3@example.org', name: 'The region’s reviewer' }
  const reviewer = await addAdministrator(platform, own.region, reader, 'test', 'reviewer')
  // A provider that the neighbor runs can claim to be anyone it knows.
  const provider = 'issuer:https://login.neighbor.example/'
  const arriveByProvider = (name: string, staff?: string) =>
    arrive(`${name}, by the word of the neighbor’s provider`, nothing, staff, provider)
  const identity = await arriveByProvider('the administrator')
  await grantRole(identity, 'administrator')
  return [
    ...callers,
    caller({
      name: 'the clerk',
      by: 'cookie',
      headers: { cookie: own.clerk },
      may: everyday,
      sees: [...everydaySights, 'mailbox', 'device'],
      isHolder: true,
    }),
    { ...limited, isLimited: true },
    await arrive('staff without a grant', nothing),
    withdrawn,
    expired,
    early,
    player,
    ended,
    endedToo,
    { ...beside, home: 'neighbor' },
    { ...identity, otherSignInFor: 'jurisdiction' },
    await arriveByProvider('staff without a grant'),
    { ...(await arriveByProvider('the region’s administrator', second)), otherSignInFor: 'region' },
    await arrive('the region’s reviewer', { may: ['be staff', 'see administration'] }, reviewer),
    await arrive(
      'the region’s administrator',
      { may: ['be staff', 'administer', 'see administration', 'draft', 'configure'] },
      region,
    ),
  ]
}

async function programs({ app, own }: World): Promise<Caller[]> {
  const { platform } = app
  const db = openTenant(platform, system, own.region, own.slug)
  const now = platform.clock.now()
  const bearer = (name: string, token: string, lists: Lists = {}) =>
    caller({ name, by: 'bearer', headers: { authorization: `Bearer ${token}` }, token, ...lists })
  const keys = await Promise.all(
    scopes.map(async scope => {
      const { key } = await createKey(platform, db, `a ${scope} key`, scope)
      return bearer(`a key to ${scope}`, key, { may: ofScope[scope], sees: seenByScope[scope] })
    }),
  )
  const { key } = await createKey(platform, db, 'damaged', 'work')
  const revoked = await createKey(platform, db, 'revoked', 'work')
  await revokeKey(db, revoked.id, now)
  const expired = await createKey(platform, db, 'expired', 'work', now - 1)

  const buy = async (name: string) => {
    const made = await createClient(platform, db, { name, scope: 'work', expiresAt: null })
    const form = { grant_type: 'client_credentials', client_id: made.clientId, client_secret: made.secret }
    const path = `/r/${own.region}/oauth/token`
    const answer = await app.request(path, { method: 'POST', body: new URLSearchParams(form) })
    return { id: made.id, token: ((await answer.json()) as { access_token: string }).access_token }
  }
  const client = await buy('a client')
  const ended = await buy('a client that is revoked')
  await revokeKey(db, ended.id, now)
  return [
    ...keys,
    bearer('a client’s token to work', client.token, { may: ofScope.work, sees: seenByScope.work }),
    bearer('a token of a client that was revoked since', ended.token),
    bearer(
      'a key with a wrong secret',
      key.replace(/.$/, last => (last === '2' ? '3' : '2')),
    ),
    bearer('a revoked key', revoked.key),
    bearer('an expired key', expired.key),
  ]
}
