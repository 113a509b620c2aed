import { type SQL, sql } from 'drizzle-orm'
import type { Context, MiddlewareHandler } from 'hono'
import {
  may,
  type Proof,
  type PublicAccess,
  permitted,
  publicAccess,
  type Right,
  servicesFor,
  type WorkAccess,
} from '../../core/access.ts'
import {
  openTenant,
  openTenantReader,
  type TenantDb,
  type TenantReader,
} from '../../core/database/handles.ts'
import { type ProblemSlug, problem } from '../../core/problem.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { hasLeft } from '../../regions/versions/leaving.ts'
import { bearerOf } from './bearer.ts'
import { verifyKey } from './keys.ts'
import { programAccess } from './programs.ts'

/**
 * For calls that anybody may make: with a key they are its program's, and counted as such. Without one, or with
 * something else, they are anybody's. Throws `key-refused` for a key that is not in force.
 */
export const recognizeProgram: MiddlewareHandler<AppEnv> = async (c, next) => {
  const credential = bearerOf(c)
  if (credential !== '') {
    const program = await programAccess(c, credential)
    if (program === undefined) c.set('program', undefined)
    else await verifyKey(openTenantReader(c.get('platform'), program, program.region, program.jurisdiction))
  }
  await next()
}

/** The program that `recognizeProgram` has found. */
export function programOf(c: Context<AppEnv>): WorkAccess | undefined {
  const program = c.get('program')
  return program === 'unknown' ? undefined : program
}

/** A program outside its own jurisdiction has the public's rights, but idempotency keys of its own. */
export function asPublic({ region, jurisdiction, actor }: WorkAccess): PublicAccess {
  return publicAccess(region, `program:${jurisdiction}:${actor}`)
}

/** A right may be limited to some services. */
export interface WorkSubject {
  readonly request?: string | undefined
  readonly handoff?: string | undefined
}

/** Throws `key-refused`. */
export async function authorizeProgramRead(
  c: Context<AppEnv>,
  subject: WorkSubject = {},
  right: Right = 'read',
): Promise<TenantReader> {
  const access = await accessOf(c, right, subject)
  return openTenantReader(c.get('platform'), access, access.region, access.jurisdiction)
}

/** Throws `key-refused`, or `jurisdiction-left`. */
export async function authorizeProgram(
  c: Context<AppEnv>,
  right: Right,
  subject: WorkSubject = {},
): Promise<TenantDb> {
  const access = await accessOf(c, right, subject)
  refuseFrozen(c.get('site').region, access.jurisdiction, c.get('platform').clock.now())
  return openTenant(c.get('platform'), access, access.region, access.jurisdiction)
}

async function accessOf(c: Context<AppEnv>, right: Right, subject: WorkSubject): Promise<WorkAccess> {
  const access = await programAccess(c, bearerOf(c))
  if (access === undefined || !may(access, right)) throw problem('key-refused')
  return limitedToSubject(access, right, subject)
}

/** `not-found` if the service may not be read, `not-allowed` if only this right is missing. */
export function limitedToSubject(access: WorkAccess, right: Right, subject: WorkSubject): WorkAccess {
  const proof = [
    ...access.proof,
    ...limits(access, 'read', subject, 'not-found'),
    ...(right === 'read' ? [] : limits(access, right, subject, 'not-allowed')),
  ]
  return { ...access, proof }
}

function limits(
  access: WorkAccess,
  right: Right,
  { request, handoff }: WorkSubject,
  otherwise: ProblemSlug,
): Proof[] {
  if (servicesFor(access, right) === undefined) return []
  const within = (table: SQL, id: string, serviceCode: SQL): Proof => {
    const isOther = sql`NOT ${permitted(access, right, serviceCode)}`
    return { holds: sql`NOT EXISTS (SELECT 1 FROM ${table} WHERE id = ${id} AND ${isOther})`, otherwise }
  }
  return [
    ...(request === undefined ? [] : [within(sql`request`, request, sql`service_code`)]),
    ...(handoff === undefined ? [] : [within(sql`handoff`, handoff, sql`content ->> 'serviceCode'`)]),
  ]
}

/** Throws `jurisdiction-left`: cases of a jurisdiction that has left are read-only (S17). */
export function refuseFrozen(region: Region, slug: string, now: number): void {
  if (!hasLeft(region, slug, now)) return
  const detail =
    'It has left the platform: its cases can be read here and taken along, but no longer changed.'
  throw problem('jurisdiction-left', { detail })
}
