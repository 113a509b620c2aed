import { openTenant } from '../../src/core/db.ts'
import { makeGrant, withdrawGrant } from '../../src/people/grants.ts'
import { createKey, revokeKey } from '../../src/people/keys.ts'
import type { Role } from '../../src/people/roles.ts'
import { endSession, readSession, startSession } from '../../src/people/sessions.ts'
import { type Secret, secrets, type World } from './world.ts'

/* Everybody who may come to a door. Their rights are written here by hand, and not taken from the code that is tested. */

export interface Caller {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  /** What they may do at their own jurisdiction, in the words of `expectations.ts`. */
  readonly may: ReadonlySet<Ability>
  /** Whose marks of these kinds they may see: their own jurisdiction's only. */
  readonly sees: ReadonlySet<Secret>
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

const everyday: readonly Ability[] = ['be staff', 'read', 'change', 'hand on']
const ofRole: Readonly<Record<Role, readonly Ability[]>> = {
  administrator: [...everyday, 'decide', 'grant', 'make keys', 'audit'],
  supervisor: [...everyday, 'decide'],
  agent: everyday,
  'field-crew': ['be staff', 'read', 'change'],
  auditor: ['be staff', 'read', 'audit'],
}
const seenBy: Readonly<Record<Role, readonly Secret[]>> = {
  administrator: secrets,
  supervisor: ['contact', 'note', 'private-case'],
  agent: ['contact', 'note', 'private-case'],
  'field-crew': ['note', 'private-case'],
  auditor: ['contact', 'note', 'private-case', 'staff', 'key'],
}
const ofScope: Readonly<Record<'report' | 'read' | 'work', readonly Ability[]>> = {
  report: ['report'],
  read: ['read'],
  work: ['report', 'read', 'change', 'hand on', 'decide'],
}
const seenByScope: Readonly<Record<'report' | 'read' | 'work', readonly Secret[]>> = {
  report: [],
  read: ['private-case'],
  work: ['contact', 'note', 'private-case'],
}

export async function everyCaller({ app, own, neighbour }: World): Promise<Caller[]> {
  const { platform } = app
  const system = { kind: 'system', reason: 'test' } as const
  const db = openTenant(platform, system, own.region, own.slug)
  const session = (staff: string) =>
    startSession(platform, own.region, { kind: 'staff', holder: staff, method: 'demo', device: 'a test' })
  const cookie = (written: string) => ({ cookie: `__Host-staff-${own.region}=${written}` })
  const signedIn = async (
    name: string,
    staff: string,
    may: readonly Ability[],
    sees: readonly Secret[],
  ): Promise<Caller> => ({
    name,
    headers: cookie(await session(staff)),
    may: new Set(may),
    sees: new Set(sees),
    by: 'cookie',
  })
  const granted = async (staff: string, role: Role, limits: object = {}) =>
    makeGrant(platform, db, { staff, role, source: 'command', ...limits })
  const bearer = (name: string, token: string, may: readonly Ability[], sees: readonly Secret[]): Caller => ({
    name,
    headers: { authorization: `Bearer ${token}` },
    may: new Set(may),
    sees: new Set(sees),
    by: 'bearer',
    token,
  })

  const callers: Caller[] = [
    { name: 'anybody', headers: {}, may: new Set(), sees: new Set(), by: 'nothing' },
    await signedIn('staff whom nobody has let in', 'staff-nowhere', ['be staff'], []),
  ]
  for (const role of Object.keys(ofRole) as Role[]) {
    await granted(`staff-${role}`, role)
    callers.push(await signedIn(`the ${role}`, `staff-${role}`, ofRole[role], seenBy[role]))
  }

  await granted('staff-limited', 'agent', { services: ['street-light'] })
  const limited = await signedIn('an agent for another service', 'staff-limited', everyday, [])
  callers.push({ ...limited, isLimited: true })

  const withdrawn = await granted('staff-withdrawn', 'administrator')
  callers.push(
    await signedIn('an administrator whose grant was withdrawn', 'staff-withdrawn', ['be staff'], []),
  )
  await withdrawGrant(platform, db, withdrawn)

  const now = platform.clock.now()
  await granted('staff-expired', 'administrator', { from: now - 2000, to: now - 1000 })
  callers.push(await signedIn('an administrator whose grant has expired', 'staff-expired', ['be staff'], []))
  await granted('staff-early', 'administrator', { from: now + 3_600_000 })
  callers.push(await signedIn('an administrator whose grant begins later', 'staff-early', ['be staff'], []))

  await granted('staff-ended', 'administrator')
  const ended = await signedIn('an administrator whose session was ended', 'staff-ended', [], [])
  const written = ended.headers.cookie?.split('=').slice(1).join('=') ?? ''
  const read = await readSession(platform, own.region, 'staff', written)
  await endSession(platform, own.region, read?.signedIn.session ?? '')
  callers.push(ended)

  await makeGrant(platform, openTenant(platform, system, neighbour.region, neighbour.slug), {
    staff: 'staff-of-neighbour',
    role: 'administrator',
    source: 'command',
  })

  for (const scope of ['report', 'read', 'work'] as const) {
    const { key } = await createKey(platform, db, `a ${scope} key`, scope)
    callers.push(bearer(`a key to ${scope}`, key, ofScope[scope], seenByScope[scope]))
    const damaged = key.replace(/.$/, last => (last === '2' ? '3' : '2'))
    if (scope === 'work') callers.push(bearer('a key with a wrong secret', damaged, [], []))
  }
  const revoked = await createKey(platform, db, 'revoked', 'work')
  await revokeKey(db, revoked.id, now)
  callers.push(bearer('a revoked key', revoked.key, [], []))
  const expired = await createKey(platform, db, 'expired', 'work', now - 1)
  callers.push(bearer('an expired key', expired.key, [], []))
  return callers
}
