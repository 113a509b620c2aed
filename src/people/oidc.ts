import * as oauth from 'oauth4webapi'
import { shortSha256 } from '../core/digest.ts'
import { randomText } from '../core/ids.ts'
import { Problem, problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { type Claims, checkTokenHash, refuseAlgorithm, valuesOf } from './id-token.ts'
import type { WithProvider } from './issuers.ts'
import { readToken, tokenOf } from './links.ts'
import { issueOneTime, useOneTime } from './one-time.ts'
import { peopleDb } from './staff.ts'

/*
 * Sign-in with a jurisdiction's own provider: OpenID Connect, Authorization Code with PKCE (RFC 7636), by `oauth4webapi`.
 * The state is a one-time row; the browser keeps the PKCE verifier in a cookie, whose hash the row knows, so a state is good
 * once and in that browser only. Everything is asked anew at each sign-in: nothing that a provider has changed lives on.
 */

const PURPOSE = 'oidc'
const MINUTES = 10
/** For a step-up: how long ago the provider may have asked who they are. */
const PROVED_WITHIN_SECONDS = 300

interface State {
  readonly jurisdiction: string
  readonly redirectUri: string
  readonly nonce: string
  readonly verifierHash: string
  readonly to: string
  /** The session that proves itself again; empty for a sign-in. */
  readonly again: string
}

export interface OidcWish {
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string
  readonly to: string
  readonly again: string
}

/** Where the browser is to go, and the verifier that it keeps. Throws `partner-away` when the provider does not answer. */
export async function beginOidc(
  platform: Platform,
  region: string,
  { slug, signIn }: WithProvider,
  wish: OidcWish,
): Promise<{ readonly location: string; readonly verifier: string }> {
  const server = await discover(platform, signIn.issuer)
  const verifier = randomText(platform.random, 64)
  const nonce = randomText(platform.random, 32)
  const state: State = { ...wish, jurisdiction: slug, nonce, verifierHash: shortSha256(verifier) }
  const made = await issueOneTime(platform, peopleDb(platform, region), {
    purpose: PURPOSE,
    minutes: MINUTES,
    data: state,
  })
  if (made === undefined || server.authorization_endpoint === undefined) throw refused('no-endpoint')
  const location = new URL(server.authorization_endpoint)
  refuseInsecure(platform, location)
  const asked = {
    response_type: 'code',
    client_id: signIn.clientId,
    redirect_uri: wish.redirectUri,
    scope: `openid ${signIn.scope ?? 'profile'}`,
    state: tokenOf(made),
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(wish.again === '' ? {} : { prompt: 'login', max_age: String(PROVED_WITHIN_SECONDS) }),
  }
  for (const [name, value] of Object.entries(asked)) location.searchParams.set(name, value)
  return { location: location.href, verifier }
}

/** Whom a provider has vouched for. */
export interface Vouched {
  readonly jurisdiction: WithProvider
  readonly claims: Claims
  readonly to: string
  readonly again: string
}

/**
 * What the provider says, as it sent the browser back. Throws `sign-in-failed` for everything that is not as it should be:
 * a state used before or of another browser, a token of another issuer, for somebody else, too old, signed by nobody or by
 * an unknown key (OpenID Connect Core 1.0, 3.1.3.7; RFC 9207; RFC 9700).
 */
export async function finishOidc(
  platform: Platform,
  region: string,
  find: (slug: string) => WithProvider | undefined,
  answer: URLSearchParams,
  verifier: string,
): Promise<Vouched> {
  try {
    const state = await stateOf(platform, region, answer.get('state') ?? '')
    if (state.verifierHash !== shortSha256(verifier)) throw refused('other-browser')
    const jurisdiction = find(state.jurisdiction)
    if (jurisdiction === undefined) throw refused('no-provider')
    const claims = await exchange(platform, jurisdiction, state, answer, verifier)
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
  const db = peopleDb(platform, region)
  const known = await useOneTime<State>(platform, db, PURPOSE, token.id, token.secret)
  if (known === undefined) throw refused('state-used-or-too-old')
  return known
}

async function exchange(
  platform: Platform,
  { signIn }: WithProvider,
  { redirectUri, nonce, again }: State,
  answer: URLSearchParams,
  verifier: string,
): Promise<Claims> {
  const server = await discover(platform, signIn.issuer)
  const client: oauth.Client = { client_id: signIn.clientId }
  const state = answer.get('state') ?? ''
  const parameters = oauth.validateAuthResponse(server, client, answer, state)
  const http = httpOptions(platform)
  const authentication = clientAuthentication(platform, signIn, server)
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
    ...(again === '' ? {} : { maxAge: PROVED_WITHIN_SECONDS }),
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
    throw problem('partner-away', { detail: `${new URL(issuer).host} is no OpenID provider.`, cause: error })
  }
}

/** Everything goes through the guard; plain http only to hosts that the operator has named. */
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
  if (!isSecure) throw problem('partner-away', { detail: `${url.host} must be asked over https.` })
}

/** Throws `not-configured` where the secret that the document names is missing. */
function clientAuthentication(
  platform: Platform,
  { clientSecret }: WithProvider['signIn'],
  server: oauth.AuthorizationServer,
): oauth.ClientAuth {
  if (clientSecret === undefined) return oauth.None()
  const secret = platform.secrets.get(clientSecret)
  if (secret === undefined) throw problem('not-configured', { detail: `Set the secret ${clientSecret}.` })
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return methods.includes('client_secret_basic')
    ? oauth.ClientSecretBasic(secret)
    : oauth.ClientSecretPost(secret)
}

/** A reason for the log, without anything that was sent. */
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
