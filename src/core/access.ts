import { type SQL, sql } from 'drizzle-orm'
import type { ProblemSlug } from './problem.ts'

/** Who makes a call, with which grants. Handles on data are made from an access only. */
export type Access = PublicAccess | ResidentAccess | WorkAccess | SignedInAccess | SystemAccess

export interface PublicAccess {
  readonly kind: 'public'
  readonly region: string
  /** The caller, where it is known although it has only public rights. Scopes its idempotency keys. */
  readonly sender?: string
}

export function publicAccess(region: string, sender?: string): PublicAccess {
  return sender === undefined ? { kind: 'public', region } : { kind: 'public', region, sender }
}

/** A signed-in resident: public rights, and their own data in every jurisdiction. */
export interface ResidentAccess {
  readonly kind: 'resident'
  readonly region: string
  readonly account: string
  readonly proof: readonly Proof[]
  /** The same proof for the region's database, which records which jurisdictions may know of the account. */
  readonly inRegion: readonly Proof[]
}

export interface SignedInAccess {
  readonly kind: 'signed-in'
  readonly region: string
  readonly proof: readonly Proof[]
}

/** Staff by grants, or a program by key. The proof runs with every statement: withdrawal is immediate. */
export interface WorkAccess {
  readonly kind: 'work'
  readonly region: string
  readonly jurisdiction: string
  /** `staff:<id>`, `key:<id>` or `client:<id>`. */
  readonly actor: string
  readonly permits: readonly Permit[]
  readonly proof: readonly Proof[]
}

export interface Permit {
  /** Of staff. */
  readonly role?: string
  readonly rights: readonly Right[]
  readonly services: readonly string[] | undefined
}

export interface SystemAccess {
  readonly kind: 'system'
  readonly reason: string
  /** Names the operator in the logs, where a person runs the command line. */
  readonly operator?: string
  /** The actor who asked for it in the browser, such as `staff:<id>`. */
  readonly onBehalfOf?: string
}

/** A condition that must hold in the queried database, and the problem to throw when it does not. */
export interface Proof {
  readonly holds: SQL
  readonly otherwise: ProblemSlug
}

/** What may be done in a jurisdiction; `identity/roles.ts` maps roles to rights. */
export type Right =
  | 'report'
  /** Read requests, private ones too, without contact details and internal notes. */
  | 'read'
  | 'contacts'
  /** Read internal text of staff: notes, and comments on transfers and duplicates. */
  | 'notes'
  /** Acknowledge, update, close, reopen, add notes, correct the location, link duplicates. */
  | 'change'
  | 'handoffs'
  | 'decide'
  | 'grants'
  | 'keys'
  | 'audit'

// Without any of these an access gets a reader only.
const changing: readonly Right[] = ['report', 'change', 'handoffs', 'decide', 'grants', 'keys']

export function mayChange(access: Access): boolean {
  return access.kind !== 'work' || changing.some(right => may(access, right))
}

export function may(access: Access, right: Right): boolean {
  if (access.kind === 'work') return access.permits.some(({ rights }) => rights.includes(right))
  return access.kind === 'system'
}

/** The services for which this access has the right; undefined means all. */
export function servicesFor(access: Access, right: Right): readonly string[] | undefined {
  if (access.kind !== 'work') return may(access, right) ? undefined : []
  const permits = access.permits.filter(({ rights }) => rights.includes(right))
  if (permits.some(({ services }) => services === undefined)) return undefined
  return [...new Set(permits.flatMap(({ services = [] }) => services))]
}

export function mayFor(access: Access, right: Right, service: string): boolean {
  const services = servicesFor(access, right)
  return services === undefined || services.includes(service)
}

/** The role that gives this right; undefined for a program. */
export function roleFor(access: Access, right: Right, service: string): string | undefined {
  if (access.kind !== 'work') return undefined
  return access.permits.find(
    ({ rights, services }) =>
      rights.includes(right) && (services === undefined || services.includes(service)),
  )?.role
}

export function permitted(access: Access, right: Right, serviceCode: SQL): SQL {
  const services = servicesFor(access, right)
  if (services === undefined) return sql`1`
  return sql`${serviceCode} IN (SELECT value FROM json_each(${JSON.stringify(services)}))`
}

export function actorOf(access: Access): string {
  if (access.kind === 'work') return access.actor
  if (access.kind === 'resident') return `account:${access.account}`
  if (access.kind !== 'system') return access.kind
  if (access.onBehalfOf !== undefined) return access.onBehalfOf
  return access.operator === undefined ? `system:${access.reason}` : `operator:${access.operator}`
}

/** Scope of idempotency keys. Undefined for a caller that cannot be told from others. */
export function senderOf(access: Access): string | undefined {
  if (access.kind === 'public') return access.sender
  // One sender for all jobs.
  return access.kind === 'system' && access.operator === undefined ? 'system' : actorOf(access)
}

export function proofOf(access: Access): readonly Proof[] {
  return 'proof' in access ? access.proof : []
}
