import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { readText } from '../../core/http/body.ts'
import { parsePairs } from '../../core/http/form.ts'
import { asProblem } from '../../core/problem.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import type { AppEnv } from '../../regions/runtime/site.ts'
import { countRefused, limit, refuseGuessing } from '../limits.ts'
import { scopes } from '../roles.ts'
import { findClient, grantScopes, isClient } from './clients.ts'
import { noteUse } from './keys.ts'
import { keySet } from './signing-keys.ts'
import { issuerOf, issueToken } from './tokens.ts'

const MAX_BYTES = 16 * 1024
const WELL_KNOWN = '/.well-known/oauth-authorization-server'

// RFC 6749 § 5.2.
type Refusal =
  | 'invalid_request'
  | 'invalid_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'temporarily_unavailable'

/** OAuth client credentials (RFC 6749 § 4.4), server metadata (RFC 8414) and the key set (RFC 7517). */
export function oauthRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>()
  routes.post('/oauth/token', async c => {
    c.header('cache-control', 'no-store')
    c.header('pragma', 'no-cache')
    try {
      return await giveToken(c)
    } catch (error) {
      const found = asProblem(error)
      if (found.slug === 'too-large' || found.slug === 'bad-request') {
        return refuse(c, 'invalid_request', found.detail ?? found.title)
      }
      if (found.slug !== 'too-many-requests') throw error
      c.header('retry-after', String(found.retryAfterSeconds))
      return refuse(c, 'temporarily_unavailable', found.title, 429)
    }
  })
  routes.get(WELL_KNOWN, c => c.json(metadata(c, c.get('site').region)))
  // For an issuer with a path, the path follows the well-known one (RFC 8414 § 3.1).
  routes.get(`${WELL_KNOWN}/r/:region`, async c =>
    c.json(metadata(c, await currentRegion(c.get('platform'), c.req.param('region')))),
  )
  routes.get('/.well-known/jwks.json', async c => {
    c.header('cache-control', 'public, max-age=3600')
    return c.json(await keySet(c.get('platform'), c.get('site').region.slug))
  })
  return routes
}

async function giveToken(c: Context<AppEnv>): Promise<Response> {
  const platform = c.get('platform')
  const { region } = c.get('site')
  await limit(c, 'unproven')
  const form = await readForm(c)
  if (form === undefined) return refuse(c, 'invalid_request', 'Send a form, each parameter once.')
  const proof = credentialsOf(c.req.header('authorization'), form)
  if (proof === 'twice') return refuse(c, 'invalid_request', 'Send the secret in one way only.')
  if (!form.has('grant_type')) return refuse(c, 'invalid_request', 'grant_type is missing.')
  if (form.get('grant_type') !== 'client_credentials') {
    return refuse(c, 'unsupported_grant_type', 'Only client_credentials is given.')
  }
  await refuseGuessing(
    c,
    async () => proof !== undefined && isClient(platform, region, proof.id, proof.secret),
  )
  const client = proof && (await findClient(platform, region, proof.id, proof.secret))
  if (client === undefined) {
    await countRefused(c)
    return refuse(c, 'invalid_client', 'The client or its secret is wrong.', 401)
  }
  await limit(c, 'program', `${client.jurisdiction} client:${client.id}`)
  const granted = grantScopes(client, form.get('scope') ?? '')
  if (granted === undefined) return refuse(c, 'invalid_scope', `This client may have ${client.scope}.`)
  const { text, expiresIn } = await issueToken(platform, region, client, granted)
  const { jurisdiction, id } = client
  noteUse(platform, { region: region.slug, jurisdiction, actor: `client:${id}` })
  return c.json({
    access_token: text,
    token_type: 'Bearer',
    expires_in: expiresIn,
    scope: granted.join(' '),
  })
}

// Undefined for anything but a form, and for repeated parameters (RFC 6749 § 3.2).
async function readForm(c: Context<AppEnv>): Promise<ReadonlyMap<string, string> | undefined> {
  const type = c.req.header('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return undefined
  const pairs = parsePairs(await readText(c.req.raw, MAX_BYTES))
  const form = new Map(pairs)
  return form.size === pairs.length ? form : undefined
}

interface Credentials {
  readonly id: string
  readonly secret: string
}

// `client_secret_basic` or `client_secret_post`, never both (RFC 6749 § 2.3.1).
function credentialsOf(
  authorization: string | undefined,
  form: ReadonlyMap<string, string>,
): Credentials | 'twice' | undefined {
  const posted = form.get('client_secret')
  if (authorization === undefined) {
    const id = form.get('client_id')
    return id === undefined || posted === undefined ? undefined : { id, secret: posted }
  }
  const basic = readBasic(authorization)
  if (posted !== undefined) return 'twice'
  const named = form.get('client_id')
  return named === undefined || named === basic?.id ? basic : undefined
}

function readBasic(authorization: string): Credentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization.trim())?.[1]
  if (encoded === undefined) return undefined
  try {
    const [, id, secret] = /^([^:]*):(.*)$/s.exec(atob(encoded)) ?? []
    if (id === undefined || secret === undefined) return undefined
    const plain = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))
    return { id: plain(id), secret: plain(secret) }
  } catch {
    return undefined
  }
}

function refuse(
  c: Context<AppEnv>,
  error: Refusal,
  description: string,
  status: ContentfulStatusCode = 400,
): Response {
  c.header('cache-control', 'no-store')
  if (status === 401) c.header('www-authenticate', 'Basic realm="oauth", charset="UTF-8"')
  return c.json({ error, error_description: description }, status)
}

function metadata(c: Context<AppEnv>, region: Region): object {
  const issuer = issuerOf(c.get('platform'), region)
  return {
    issuer,
    token_endpoint: `${issuer}/oauth/token`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: scopes,
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }
}
