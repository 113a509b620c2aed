import { type SQL, sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { may, type Proof, permitted, type Right, servicesFor, type WorkAccess } from '../core/access.ts'
import { openTenant, openTenantReader, type TenantDb, type TenantReader } from '../core/db.ts'
import { type ProblemSlug, problem } from '../core/problem.ts'
import { bearerOf } from '../people/bearer.ts'
import { programAccess } from '../people/programs.ts'
import type { Region } from '../regions/compile.ts'
import { hasLeft } from '../regions/leaving.ts'
import type { Door } from '../regions/site.ts'

/* A jurisdiction's own programs at work, by `Authorization: Bearer`: the database of the key's own jurisdiction. */

/** What a call is about: a right may be granted for some services only. */
export interface Matter {
  readonly request?: string | undefined
  readonly handoff?: string | undefined
}

/** To look. Throws `key-refused` for a program that may not. */
export async function openToLook(
  c: Context<Door>,
  matter: Matter = {},
  right: Right = 'read',
): Promise<TenantReader> {
  const access = await accessOf(c, right, matter)
  return openTenantReader(c.get('platform'), access, access.region, access.jurisdiction)
}

/**
 * To change something. Throws `key-refused`, and `jurisdiction-left` in one that has left: its cases are frozen, and can
 * only be read (S17).
 */
export async function openToChange(c: Context<Door>, right: Right, matter: Matter = {}): Promise<TenantDb> {
  const access = await accessOf(c, right, matter)
  refuseFrozen(c.get('site').region, access.jurisdiction, c.get('platform').clock.now())
  return openTenant(c.get('platform'), access, access.region, access.jurisdiction)
}

async function accessOf(c: Context<Door>, right: Right, matter: Matter): Promise<WorkAccess> {
  const access = await programAccess(c, bearerOf(c))
  if (access === undefined || !may(access, right)) throw problem('key-refused')
  return about(access, right, matter)
}

/**
 * The access for one matter alone. What is of a service that may not even be read is not found; what may be read, but
 * not with this right, is not allowed.
 */
export function about(access: WorkAccess, right: Right, matter: Matter): WorkAccess {
  const proof = [
    ...access.proof,
    ...limits(access, 'read', matter, 'not-found'),
    ...(right === 'read' ? [] : limits(access, right, matter, 'not-allowed')),
  ]
  return { ...access, proof }
}

function limits(
  access: WorkAccess,
  right: Right,
  { request, handoff }: Matter,
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

/** Throws `jurisdiction-left` in one that has left: its cases are frozen, and can only be read (S17). */
export function refuseFrozen(region: Region, slug: string, now: number): void {
  if (!hasLeft(region, slug, now)) return
  const detail =
    'It has left the platform: its cases can be read here and taken along, but no longer changed.'
  throw problem('jurisdiction-left', { detail })
}
