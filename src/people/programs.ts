import type { WorkAccess } from '../core/access.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { keyAccess, readKey } from './keys.ts'

/** What a program may do by what it sends as its bearer token: an API key. Undefined for what is none of this region. */
export async function programAccess(
  platform: Platform,
  region: Region,
  bearer: string,
): Promise<WorkAccess | undefined> {
  const key = readKey(bearer)
  if (key === undefined || region.jurisdiction(key.jurisdiction) === undefined) return undefined
  return keyAccess(region.slug, key, platform.clock.now())
}
