import { openTenant } from '../../src/core/db.ts'
import { accountFor } from '../../src/people/accounts.ts'
import { addAdministrator } from '../../src/people/administrators.ts'
import { createClient } from '../../src/people/clients.ts'
import { makeGrant, withdrawGrant } from '../../src/people/grants.ts'
import { createKey, revokeKey } from '../../src/people/keys.ts'
import { type Role, type Scope, scopes } from '../../src/people/roles.ts'
import { endSession } from '../../src/people/sessions.ts'
import { hire, open } from './people.ts'
import type { Secret, World } from './world.ts'

/* Everybody who may come to a door. Their rights are written here by hand, and not taken from the code that is tested. */

export interface Caller {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  /** What they may do at their own jurisdiction, in the words of `expectations.ts`. */
  readonly may: ReadonlySet<Ability>
  /** Whose marks of these kinds they may see: their own jurisdiction's only. */
  readonly sees: ReadonlySet<Secret>
  /** Whose things are their own. */
  readonly home: 'own' | 'neighbour'
  /** What is one person's alone there is theirs. */
  readonly isHolder?: true
  /** By what they come: programs' doors take no cookie, and pages no key. */
  readonly by: 'nothing' | 'cookie' | 'bearer'
  /** The key or token itself, for doors that take it in a field. */
  readonly token?: string
  /** Let in for another service only: a matter of this one is as if it were not there. */
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
  /** Has signed in, whoever lets them do what. */
  | 'be staff'
  /** Looks after who administers the region's jurisdictions. */
  | 'administer'
  /** Has an account, and has signed in to it. */
  | 'be resident'

const everyday: readonly Ability[] = ['be staff', 'read', 'change', 'hand on']
const ofRole: Readonly<Record<Role, readonly Ability[]>> = {
  administrator: [...everyday, 'decide', 'grant', 'make keys', 'audit'],
  supervisor: [...everyday, 'decide'],
  agent: everyday,
  'field-crew': ['be staff', 'read', 'change'],
  auditor: ['be staff', 'read', 'audit'],
}
/** Colleagues are known by name to whoever reads what they have written. */
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
  // Each note says whose it is.
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
    return open(app, own.region, { kind: 'account', holder, method: 'email', device: 'a test' })
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

async function atWork({ app, own, neighbour }: World): Promise<Caller[]> {
  const { platform } = app
  const db = openTenant(platform, system, own.region, own.slug)
  let count = 0
  const arrive = async (name: string, lists: Lists, staff?: string) => {
    const holder = staff ?? (await hire(app, own.region, name, `staff-${++count}@example.org`))
    const wish = { kind: 'staff', holder, method: 'email', device: 'a test' } as const
    const { cookie, signedIn } = await open(app, own.region, wish)
    return { ...caller({ name, by: 'cookie', headers: { cookie }, ...lists }), signedIn }
  }
  const nothing = { may: ['be staff'] } as const
  const letIn = ({ signedIn }: Awaited<ReturnType<typeof arrive>>, role: Role, limits: object = {}) =>
    makeGrant(platform, db, { staff: signedIn.holder, role, source: 'command', ...limits })

  const roles = Object.keys(ofRole) as Role[]
  const callers = await Promise.all(
    roles.map(async role => {
      const one = await arrive(`the ${role}`, { may: ofRole[role], sees: seenBy[role] })
      await letIn(one, role)
      return one
    }),
  )
  const limited = await arrive('an agent for another service', { may: everyday })
  await letIn(limited, 'agent', { services: ['street-light'] })

  const withdrawn = await arrive('an administrator whose grant was withdrawn', nothing)
  await withdrawGrant(platform, db, await letIn(withdrawn, 'administrator'))
  const now = platform.clock.now()
  const expired = await arrive('an administrator whose grant has expired', nothing)
  await letIn(expired, 'administrator', { from: now - 2000, to: now - 1000 })
  const early = await arrive('an administrator whose grant begins later', nothing)
  await letIn(early, 'administrator', { from: now + 3_600_000 })
  const player = await arrive('an administrator in a demonstration that is over', nothing)
  await letIn(player, 'administrator', { source: 'demo' })
  const ended = await arrive('an administrator whose session was ended', {})
  await letIn(ended, 'administrator')
  const endedToo = await arrive('a supervisor whose session was ended', {})
  await letIn(endedToo, 'supervisor')
  for (const { signedIn } of [ended, endedToo]) await endSession(platform, own.region, signedIn.session)

  const beside = await arrive('the neighbour’s agent', { may: everyday, sees: everydaySights })
  const besideFirst = await arrive('the neighbour’s administrator', nothing)
  const besideDb = openTenant(platform, system, neighbour.region, neighbour.slug)
  const source = 'command'
  await makeGrant(platform, besideDb, { staff: beside.signedIn.holder, role: 'agent', source })
  await makeGrant(platform, besideDb, { staff: besideFirst.signedIn.holder, role: 'administrator', source })

  const person = { email: 'region@example.org', name: 'The region’s' }
  const region = await addAdministrator(platform, own.region, person, 'test')
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
    await arrive('staff whom nobody has let in', nothing),
    withdrawn,
    expired,
    early,
    player,
    ended,
    endedToo,
    { ...beside, home: 'neighbour' },
    await arrive('the region’s administrator', { may: ['be staff', 'administer'] }, region),
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
