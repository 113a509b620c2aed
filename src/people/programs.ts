import type { Context, MiddlewareHandler } from 'hono'
import type { WorkAccess } from '../core/access.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import type { Door } from '../regions/site.ts'
import { keyAccess, noteUse, readKey } from './keys.ts'
import { limit, noteRefused, refuseGuessing } from './limits.ts'
import { tokenAccess } from './tokens.ts'

/* Programs at the doors: an API key, or an access token of an OAuth client. */

/**
 * What a program may do by what it sends; undefined for what is none of this region. Counts it. Throws
 * `too-many-requests`.
 */
export async function programAccess(c: Context<Door>, credential: string): Promise<WorkAccess | undefined> {
  if (credential === '') return undefined
  await refuseGuessing(c)
  c.set('program', 'unknown')
  const found = await identify(c.get('platform'), c.get('site').region, credential)
  if (found === undefined) return undefined
  await limit(c, 'program', found.counted)
  c.set('program', found.access)
  return found.access
}

interface Identified {
  readonly access: WorkAccess
  /** A wrong secret has a bucket of its own: nobody empties another's who does not know it. */
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
    return access && { access, counted: `${access.jurisdiction} ${access.actor}` }
  }
  if (region.jurisdiction(key.jurisdiction) === undefined) return undefined
  const access = keyAccess(region.slug, key, platform.clock.now())
  return { access, counted: `${key.jurisdiction} ${access.actor} ${key.hash}` }
}

/** Around the doors of programs: notes that one was let in, and that another was not. */
export const notePrograms: MiddlewareHandler<Door> = async (c, next) => {
  await next()
  const program = c.get('program')
  if (program === undefined) return
  if (c.res.status === 401 || c.res.status === 403) await noteRefused(c)
  else if (c.res.ok && program !== 'unknown') noteUse(c.get('platform'), program)
}
