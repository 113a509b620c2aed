import { type SQL, sql } from 'drizzle-orm'
import type { ProblemSlug } from './problem.ts'

/**
 * Who is asking, and with which grants. Every handle on a tenant's data is made from one of these, and only in
 * `db.ts`, so code without an access cannot reach a row.
 */
export type Access = PublicAccess | ResidentAccess | WorkAccess | SignedInAccess | SystemAccess

/** Anyone at the front door of a region: may file reports there and read public fields. */
export interface PublicAccess {
  readonly kind: 'public'
  readonly region: string
}

/** A resident who has signed in: the public's, and what is their own in every jurisdiction. */
export interface ResidentAccess {
  readonly kind: 'resident'
  readonly region: string
  readonly account: string
  readonly proof: readonly Proof[]
  /** The same of the region's own database, where it is noted which jurisdictions may know of the account. */
  readonly inRegion: readonly Proof[]
}

/** Whoever has signed in, in the region's database: their own sign-ins, sessions and account. */
export interface SignedInAccess {
  readonly kind: 'signed-in'
  readonly region: string
  readonly proof: readonly Proof[]
}

/**
 * Somebody at work for one jurisdiction: a person by their grants, or a program by its key. `people/` compiles it. Its
 * proof travels in the same batch as every statement, so what was withdrawn a moment ago reaches nothing.
 */
export interface WorkAccess {
  readonly kind: 'work'
  readonly region: string
  readonly jurisdiction: string
  /** `staff:<id>`, `key:<id>` or `client:<id>`. */
  readonly actor: string
  readonly permits: readonly Permit[]
  readonly proof: readonly Proof[]
}

/** What one grant or key allows, and for which services: undefined, for all. */
export interface Permit {
  readonly rights: readonly Right[]
  readonly services: readonly string[] | undefined
}

/** The platform itself: jobs, migrations, the command line of whoever holds the files. */
export interface SystemAccess {
  readonly kind: 'system'
  readonly reason: string
  /** Whoever is at the command line, where it is a person's doing: the logs name them. */
  readonly operator?: string
}

/** What must hold in the database that is asked, and what a caller is told when it does not. */
export interface Proof {
  readonly holds: SQL
  readonly otherwise: ProblemSlug
}

/** What may be done in a jurisdiction; `people/roles.ts` says which role may what. */
export type Right =
  /** File reports as a program. */
  | 'report'
  /** See requests, private ones too, but neither contact details nor private notes. */
  | 'read'
  /** See who reported. */
  | 'contacts'
  /** See what staff write privately: notes, and their words on handoffs and duplicates. */
  | 'notes'
  /** Acknowledge, change, close, reopen, note, move the pin, link duplicates. */
  | 'change'
  /** Offer requests, answer offers, pass them on to partners. */
  | 'handoffs'
  /** As the region's arbitrator, decide. */
  | 'decide'
  /** Make and withdraw grants. */
  | 'grants'
  /** Make and revoke keys. */
  | 'keys'
  /** Read who did and saw what. */
  | 'audit'

/** Whoever has none of these is given a reader only. */
const changing: readonly Right[] = ['report', 'change', 'handoffs', 'decide', 'grants', 'keys']

export function mayChange(access: Access): boolean {
  return access.kind !== 'work' || changing.some(right => may(access, right))
}

/** Whether this access has the right for at least one service. */
export function may(access: Access, right: Right): boolean {
  if (access.kind === 'work') return access.permits.some(({ rights }) => rights.includes(right))
  return access.kind === 'system'
}

/** The services for which this access has the right; undefined: for all. */
export function servicesFor(access: Access, right: Right): readonly string[] | undefined {
  if (access.kind !== 'work') return may(access, right) ? undefined : []
  const permits = access.permits.filter(({ rights }) => rights.includes(right))
  if (permits.some(({ services }) => services === undefined)) return undefined
  return [...new Set(permits.flatMap(({ services = [] }) => services))]
}

/** Whether this access has the right for a service, by its code. */
export function mayFor(access: Access, right: Right, service: string): boolean {
  const services = servicesFor(access, right)
  return services === undefined || services.includes(service)
}

/** The condition, on a column that holds a service's code, that this access has the right for it. */
export function permitted(access: Access, right: Right, serviceCode: SQL): SQL {
  const services = servicesFor(access, right)
  if (services === undefined) return sql`1`
  return sql`${serviceCode} IN (SELECT value FROM json_each(${JSON.stringify(services)}))`
}

/** How the log names the actor: never a name or an address. */
export function actorOf(access: Access): string {
  if (access.kind === 'work') return access.actor
  if (access.kind === 'resident') return `account:${access.account}`
  if (access.kind !== 'system') return access.kind
  return access.operator === undefined ? `system:${access.reason}` : `operator:${access.operator}`
}

/** Travels with every statement of a handle that was opened by it. */
export function proofOf(access: Access): readonly Proof[] {
  return 'proof' in access ? access.proof : []
}
