import { type SQL, sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { may, type Proof, permitted, type Right, servicesFor, type WorkAccess } from '../core/access.ts'
import { openTenant, openTenantReader, type TenantDb, type TenantReader } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import { programAccess } from '../people/programs.ts'
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
  const now = c.get('platform').clock.now()
  if (hasLeft(c.get('site').region, access.jurisdiction, now)) throw frozen()
  return openTenant(c.get('platform'), access, access.region, access.jurisdiction)
}

async function accessOf(c: Context<Door>, right: Right, matter: Matter): Promise<WorkAccess> {
  const { region } = c.get('site')
  const bearer = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
  const access = await programAccess(c.get('platform'), region, bearer)
  if (access === undefined || !may(access, right)) throw problem('key-refused')
  return about(access, right, matter)
}

/** The access for one matter alone: what is of a service that the right was not granted for is not found. */
export function about(access: WorkAccess, right: Right, { request, handoff }: Matter): WorkAccess {
  if (servicesFor(access, right) === undefined) return access
  const proof: Proof[] = [...access.proof]
  const within = (table: SQL, id: string, serviceCode: SQL) => {
    const isOther = sql`NOT ${permitted(access, right, serviceCode)}`
    proof.push({
      holds: sql`NOT EXISTS (SELECT 1 FROM ${table} WHERE id = ${id} AND ${isOther})`,
      otherwise: 'not-found',
    })
  }
  if (request !== undefined) within(sql`request`, request, sql`service_code`)
  if (handoff !== undefined) within(sql`handoff`, handoff, sql`content ->> 'serviceCode'`)
  return { ...access, proof }
}

/** What a change in a jurisdiction that has left is refused with. */
export function frozen() {
  const detail =
    'It has left the platform: its cases can be read here and taken along, but no longer changed.'
  return problem('jurisdiction-left', { detail })
}
