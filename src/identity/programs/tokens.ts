import { errors, jwtVerify, SignJWT } from 'jose'
import type { WorkAccess } from '../../core/access.ts'
import { randomText } from '../../core/ids.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { siteAddress } from '../../regions/runtime/site.ts'
import { type Scope, scopes } from '../roles.ts'
import { type Client, clientAccess, readClientId } from './clients.ts'
import { ALGORITHM, currentSigningKey, publishedKey } from './signing-keys.ts'

// JWTs as of RFC 9068. A token alone grants nothing: every statement also proves that its client is not
// revoked.

const TYPE = 'at+jwt'
const VALID_FOR_SECONDS = 600
// Clock difference between our own servers.
const SKEW_SECONDS = 10
const MAX_TOKEN_LENGTH = 2_000

export interface Token {
  readonly text: string
  readonly expiresIn: number
}

/** Throws `not-configured` without a master key. */
export async function issueToken(
  platform: Platform,
  region: Region,
  client: Client,
  granted: readonly Scope[],
): Promise<Token> {
  const now = platform.clock.now()
  const at = Math.floor(now / 1000)
  const until = Math.min(at + VALID_FOR_SECONDS, Math.floor((client.expiresAt ?? Infinity) / 1000))
  const { kid, key } = await currentSigningKey(platform, region.slug)
  const { clientId, jurisdiction } = client
  const text = await new SignJWT({ client_id: clientId, jurisdiction, scope: granted.join(' ') })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid })
    .setIssuer(issuerOf(platform, region))
    .setAudience(audienceOf(platform, region))
    .setSubject(clientId)
    .setJti(randomText(platform.random, 20))
    .setIssuedAt(at)
    .setExpirationTime(until)
    .sign(key)
  return { text, expiresIn: until - at }
}

/** Only ES256 by a published key, whatever the header says; undefined for anything else (RFC 9068 § 4). */
export async function tokenAccess(
  platform: Platform,
  region: Region,
  text: string,
): Promise<WorkAccess | undefined> {
  if (text.length > MAX_TOKEN_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return undefined
  try {
    const { payload } = await jwtVerify<{ client_id?: unknown; jurisdiction?: unknown; scope?: unknown }>(
      text,
      async ({ kid = '' }) => {
        const key = await publishedKey(platform, region.slug, kid)
        if (key === undefined) throw new errors.JWKSNoMatchingKey()
        return key
      },
      {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: issuerOf(platform, region),
        audience: audienceOf(platform, region),
        clockTolerance: SKEW_SECONDS,
        currentDate: new Date(platform.clock.now()),
        requiredClaims: ['exp', 'iat', 'sub', 'jti', 'client_id'],
      },
    )
    const client = readClientId(String(payload.client_id))
    if (client === undefined || client.jurisdiction !== payload.jurisdiction) return undefined
    if (region.jurisdiction(client.jurisdiction) === undefined) return undefined
    const names = String(payload.scope).split(' ')
    const granted = scopes.filter(scope => names.includes(scope))
    return clientAccess(platform, region.slug, client, granted)
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

export function issuerOf(platform: Platform, region: Region): string {
  return siteAddress(platform, region)
}

export function audienceOf(platform: Platform, region: Region): string {
  return `${issuerOf(platform, region)}/api/v1`
}
