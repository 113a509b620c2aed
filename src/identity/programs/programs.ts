import type { Context, MiddlewareHandler } from 'hono'
import type { WorkAccess } from '../../core/access.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { countRefused, limit, refuseGuessing } from '../limits.ts'
import { keyAccess, noteUse, readKey } from './keys.ts'
import { type Credential, isValid } from './known-programs.ts'
import { tokenAccess } from './tokens.ts'

/** Undefined for a credential that is not of this region. Throws `too-many-requests`. */
export async function programAccess(c: Context<AppEnv>, credential: string): Promise<WorkAccess | undefined> {
  if (credential === '') return undefined
  c.set('program', 'unknown')
  const platform = c.get('platform')
  const { region } = c.get('site')
  // Parsing needs no database.
  const found = await identify(platform, region, credential)
  await refuseGuessing(c, async () => found !== undefined && isValid(platform, region.slug, found.presented))
  if (found === undefined) return undefined
  await limit(c, 'program', found.counted)
  c.set('program', found.access)
  return found.access
}

interface Identified {
  readonly access: WorkAccess
  readonly presented: Credential
  /** Includes the hash, so that wrong secrets cannot exhaust the quota of the credential's owner. */
  readonly counted: string
}

async function identify(
  platform: Platform,
  region: Region,
  credential: string,
): Promise<Identified | undefined> {
  const key = readKey(credential)
  if (key === undefined) {
    const access = await tokenAccess(platform, region, credential)
    if (access === undefined) return undefined
    const { jurisdiction, actor } = access
    const presented = { jurisdiction, kind: 'client', id: actor.slice(actor.indexOf(':') + 1) } as const
    return { access, presented, counted: `${jurisdiction} ${actor}` }
  }
  if (region.jurisdiction(key.jurisdiction) === undefined) return undefined
  const access = keyAccess(platform, region.slug, key)
  const presented = { ...key, kind: 'key' } as const
  return { access, presented, counted: `${key.jurisdiction} ${access.actor} ${key.hash}` }
}

export const notePrograms: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next()
  const program = c.get('program')
  if (program === undefined) return
  if (c.res.status === 401 || c.res.status === 403) await countRefused(c)
  else if (c.res.ok && program !== 'unknown') noteUse(c.get('platform'), program)
}
