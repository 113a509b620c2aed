import * as oauth from 'oauth4webapi'
import { shortSha256 } from '../../core/encryption/digest.ts'
import { type SecretOwner, secretNameOf } from '../../core/encryption/secret-names.ts'
import { randomText } from '../../core/ids.ts'
import { Problem, problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { issueOneTime, useOneTime } from '../sessions/one-time.ts'
import { readToken, tokenOf } from '../staff/links.ts'
import { identityDb } from '../staff/staff.ts'
import { type Claims, checkTokenHash, refuseAlgorithm, valuesOf } from './id-token.ts'
import type { WithProvider } from './issuers.ts'

// Authorization Code with PKCE (RFC 7636). The row of the state holds the hash of the PKCE verifier, which
// the browser keeps in a cookie, so a state works once and only in that browser. Provider metadata is never
// cached.

const PURPOSE = 'oidc'
const MINUTES = 10
const STEP_UP_SECONDS = 300

interface State {
  readonly jurisdiction: string
  readonly redirectUri: string
  readonly nonce: string
  readonly verifierHash: string
  readonly to: string
  readonly again: string
}

export interface OidcInput {
  readonly redirectUri: string
  readonly to: string
  readonly again: string
}

/** Where to send the browser, and the verifier it keeps. Throws `partner-unavailable`. */
export async function beginOidc(
  platform: Platform,
  region: string,
  { slug, signIn }: WithProvider,
  input: OidcInput,
): Promise<{ readonly location: string; readonly verifier: string }> {
  const server = await discover(platform, signIn.issuer)
  const verifier = randomText(platform.random, 64)
  const nonce = randomText(platform.random, 32)
  const state: State = { ...input, jurisdiction: slug, nonce, verifierHash: shortSha256(verifier) }
  const made = await issueOneTime(platform, identityDb(platform, region), {
    purpose: PURPOSE,
    minutes: MINUTES,
    data: state,
  })
  if (made === undefined || server.authorization_endpoint === undefined) throw refused('no-endpoint')
  const location = new URL(server.authorization_endpoint)
  refuseInsecure(platform, location)
  const parameters = {
    response_type: 'code',
    client_id: signIn.clientId,
    redirect_uri: input.redirectUri,
    scope: `openid ${signIn.scope ?? 'profile'}`,
    state: tokenOf(made),
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(input.again === '' ? {} : { prompt: 'login', max_age: String(STEP_UP_SECONDS) }),
  }
  for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value)
  return { location: location.href, verifier }
}

export interface OidcIdentity {
  readonly jurisdiction: WithProvider
  readonly claims: Claims
  readonly to: string
  readonly again: string
}

/** Checks OpenID Connect Core 1.0, 3.1.3.7; RFC 9207; RFC 9700. Throws `sign-in-failed`; the log has the reason. */
export async function finishOidc(
  platform: Platform,
  region: string,
  find: (slug: string) => WithProvider | undefined,
  answer: URLSearchParams,
  verifier: string,
): Promise<OidcIdentity> {
  try {
    const state = await stateOf(platform, region, answer.get('state') ?? '')
    if (state.verifierHash !== shortSha256(verifier)) throw refused('other-browser')
    const jurisdiction = find(state.jurisdiction)
    if (jurisdiction === undefined) throw refused('no-provider')
    const claims = await exchange(platform, region, jurisdiction, state, { answer, verifier })
    return { jurisdiction, claims, to: state.to, again: state.again }
  } catch (error) {
    if (error instanceof Problem && error.slug !== 'sign-in-failed') throw error
    platform.log('warn', 'sign-in-refused', { region, reason: reasonOf(error) })
    throw problem('sign-in-failed', { cause: error })
  }
}

async function stateOf(platform: Platform, region: string, state: string): Promise<State> {
  const token = readToken(state)
  if (token === undefined) throw refused('no-state')
  const db = identityDb(platform, region)
  const known = await useOneTime<State>(platform, db, PURPOSE, token.id, token.secret)
  if (known === undefined) throw refused('state-used-or-too-old')
  return known
}

async function exchange(
  platform: Platform,
  region: string,
  { slug, signIn }: WithProvider,
  { redirectUri, nonce, again }: State,
  { answer, verifier }: { readonly answer: URLSearchParams; readonly verifier: string },
): Promise<Claims> {
  const server = await discover(platform, signIn.issuer)
  const client: oauth.Client = { client_id: signIn.clientId }
  const state = answer.get('state') ?? ''
  const parameters = oauth.validateAuthResponse(server, client, answer, state)
  const http = httpOptions(platform)
  const owner = { purpose: 'OIDC', region, body: slug } as const
  const authentication = clientAuthentication(platform, owner, signIn, server)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    parameters,
    redirectUri,
    verifier,
    http,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
    ...(again === '' ? {} : { maxAge: STEP_UP_SECONDS }),
  })
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  if (claims === undefined || tokens.id_token === undefined) throw refused('no-id-token')
  const algorithm = refuseAlgorithm(tokens.id_token)
  if (claims.azp !== undefined && claims.azp !== signIn.clientId) throw refused('azp')
  await oauth.validateApplicationLevelSignature(server, response, http)
  await checkTokenHash(claims, tokens.access_token, algorithm)
  if (valuesOf(claims, signIn.claim).length > 0 || server.userinfo_endpoint === undefined) return claims
  const more = await oauth.userInfoRequest(server, client, tokens.access_token, http)
  return { ...(await oauth.processUserInfoResponse(server, client, claims.sub, more)), ...claims }
}

async function discover(platform: Platform, issuer: string): Promise<oauth.AuthorizationServer> {
  try {
    const url = new URL(issuer)
    const response = await oauth.discoveryRequest(url, httpOptions(platform))
    return await oauth.processDiscoveryResponse(url, response)
  } catch (error) {
    if (error instanceof Problem) throw error
    throw problem('partner-unavailable', {
      detail: `${new URL(issuer).host} is not an OpenID provider.`,
      cause: error,
    })
  }
}

// Requests go through the outbound guard; plain http only to hosts that the operator has allowed.
function httpOptions(platform: Platform) {
  return {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: (
      url: string,
      init: oauth.CustomFetchOptions<string, BodyInit | null | undefined>,
    ) => {
      refuseInsecure(platform, new URL(url))
      return platform.outbound.fetch(url, { ...init, body: init.body ?? null })
    },
  }
}

function refuseInsecure(platform: Platform, url: URL): void {
  const isSecure =
    url.protocol === 'https:' || (url.protocol === 'http:' && platform.outbound.isAllowed(url.host))
  if (!isSecure) throw problem('partner-unavailable', { detail: `${url.host} must use https.` })
}

// The secret must be this jurisdiction's own. Throws `not-configured`.
function clientAuthentication(
  platform: Platform,
  owner: SecretOwner,
  { clientSecret }: WithProvider['signIn'],
  server: oauth.AuthorizationServer,
): oauth.ClientAuth {
  if (clientSecret === undefined) return oauth.None()
  const secret = platform.secrets.ownedBy(owner, clientSecret)
  if (secret === undefined)
    throw problem('not-configured', { detail: `Set the secret ${secretNameOf(owner)}.` })
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return methods.includes('client_secret_basic')
    ? oauth.ClientSecretBasic(secret)
    : oauth.ClientSecretPost(secret)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error instanceof Problem) return error.cause instanceof Error ? error.cause.message : error.slug
  const code = 'code' in error ? String(error.code) : error.name
  const claim = error.cause instanceof Object && 'claim' in error.cause ? ` ${String(error.cause.claim)}` : ''
  return code + claim
}

function refused(reason: string): Problem {
  return problem('sign-in-failed', { cause: new Error(reason) })
}
