import { Cache } from '../../core/cache.ts'
import { openTenantReader } from '../../core/database/handles.ts'
import type { Platform } from '../../platform/platform.ts'
import { apiKey } from '../schema.ts'
import { inForce } from './keys.ts'

// Consulted only for addresses that sent too many invalid credentials, so that nobody's valid one is refused
// because of them and guessing costs at most one read per second and jurisdiction. Grants nothing: every
// statement still proves the credential.

const MINUTE = 60_000
// When to reread for a credential that is not cached, such as a new one.
const READ_AGAIN = 1000

const known = new Cache<ReadonlySet<string>>({ fresh: MINUTE })

/** `hash` is that of the secret; absent for a client whose token has been verified. */
export interface Credential {
  readonly jurisdiction: string
  readonly kind: 'key' | 'client'
  readonly id: string
  readonly hash?: string
}

export async function isValid(platform: Platform, region: string, credential: Credential): Promise<boolean> {
  const { jurisdiction } = credential
  const name = nameOf(credential)
  const where = `${region} ${jurisdiction}`
  const cached = known.peek(platform, where)
  if (cached !== undefined) {
    const has = cached.value.has(name)
    if (platform.clock.now() - cached.readAt < (has ? MINUTE : READ_AGAIN)) return has
    // Others that ask meanwhile get what is known.
    known.set(platform, where, cached.value)
  }
  return known.set(platform, where, await readCredentials(platform, region, jurisdiction)).has(name)
}

async function readCredentials(
  platform: Platform,
  region: string,
  jurisdiction: string,
): Promise<ReadonlySet<string>> {
  const access = { kind: 'system', reason: 'keys' } as const
  const rows = await openTenantReader(platform, access, region, jurisdiction)
    .select({ kind: apiKey.kind, id: apiKey.id, hash: apiKey.hash })
    .from(apiKey)
    .where(inForce(platform))
  return new Set(
    rows.flatMap(({ kind, id, hash }) => {
      const each = { jurisdiction, kind, id }
      return [nameOf({ ...each, hash }), ...(kind === 'client' ? [nameOf(each)] : [])]
    }),
  )
}

function nameOf({ kind, id, hash = '' }: Credential): string {
  return `${kind} ${id} ${hash}`
}
