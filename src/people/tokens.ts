import { errors, jwtVerify, SignJWT } from 'jose'
import type { WorkAccess } from '../core/access.ts'
import { randomText } from '../core/ids.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import { siteAddress } from '../regions/site.ts'
import { type Client, clientAccess, readClientId } from './clients.ts'
import { type Scope, scopes } from './roles.ts'
import { ALGORITHM, currentSigningKey, publishedKey } from './signing-keys.ts'

/*
 * Access tokens as RFC 9068 writes them: a JWT that says which client of which jurisdiction may do what for ten minutes.
 * The token alone opens nothing: every statement that it leads to says as well that the client is not revoked.
 */

const TYPE = 'at+jwt'
const GOOD_FOR_SECONDS = 600
/** Two machines of ours need not have the very same time. */
const SKEW_SECONDS = 10
const LONGEST = 2_000

export interface Token {
  readonly text: string
  readonly expiresIn: number
}

/** Throws `not-configured` where the deployment has no master key to keep signing keys by. */
export async function issueToken(
  platform: Platform,
  region: Region,
  client: Client,
  granted: readonly Scope[],
): Promise<Token> {
  const now = platform.clock.now()
  const at = Math.floor(now / 1000)
  const until = Math.min(at + GOOD_FOR_SECONDS, Math.floor((client.expiresAt ?? Infinity) / 1000))
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

/**
 * What a token opens: undefined for anything but a token of ours, for this region, in its time (RFC 9068 § 4). Only
 * ES256 by a key that this region publishes is looked at, whatever the token says of itself.
 */
export async function tokenAccess(
  platform: Platform,
  region: Region,
  text: string,
): Promise<WorkAccess | undefined> {
  if (text.length > LONGEST || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return undefined
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
    return clientAccess(region.slug, client, granted, platform.clock.now())
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

/** Who issues the region's tokens: its site. */
export function issuerOf(platform: Platform, region: Region): string {
  return siteAddress(platform, region)
}

/** Whom they are for: its programs' doors. */
export function audienceOf(platform: Platform, region: Region): string {
  return `${issuerOf(platform, region)}/api/v1`
}
