import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose'
import Provider from 'oidc-provider'
import type { Visitor } from './visitor.ts'

export const CALLBACK = 'http://localhost/sign-in/oidc/callback'
export const CLIENT = { id: 'countyline', secret: 'a-secret-that-both-know' }

interface Server {
  readonly issuer: string
  readonly host: string
  close(): Promise<void>
}

async function serve(handle: (req: IncomingMessage, res: ServerResponse) => void): Promise<Server> {
  const server = createServer((req, res) => handle(req, res))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    issuer: `http://${host}`,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export interface RealProvider extends Server {
  /** The person at the browser, by subject: the claims that the provider makes about them. */
  readonly people: Map<string, Record<string, unknown>>
  /** Who signs in next. */
  sits(subject: string): void
}

/** `oidc-provider` on a port of this machine. Anyone asked to sign in there does so at once. */
export async function startProvider(): Promise<RealProvider> {
  const people = new Map<string, Record<string, unknown>>()
  let sitting = ''
  let provider: Provider
  const server = await serve((req, res) => {
    if (!req.url?.startsWith('/interaction/')) return void provider.callback()(req, res)
    void provider.interactionFinished(req, res, { login: { accountId: sitting } })
  })
  provider = new Provider(server.issuer, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [CALLBACK] }],
    claims: { openid: ['sub'], profile: ['name', 'email', 'email_verified', 'groups'] },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...people.get(id) }) }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['test'] },
    pkce: { required: () => true },
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client?.clientId,
        accountId: ctx.oidc.session?.accountId,
      })
      grant.addOIDCScope('openid profile')
      await grant.save()
      return grant
    },
  })
  return {
    ...server,
    people,
    sits(subject) {
      sitting = subject
    },
  }
}

/**
 * Follows redirects from our page through the provider, with a browser's cookies there. Returns the URL that it
 * sends back to.
 */
export async function throughProvider(location: string, jar: Map<string, string>): Promise<string> {
  let url = location
  for (let hops = 0; hops < 10; hops++) {
    if (url.startsWith(CALLBACK)) return url.slice('http://localhost'.length)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    const next = answer.headers.get('location')
    if (next === null) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`)
    url = new URL(next, url).href
  }
  throw new Error('the provider never came to an end')
}

export interface Forgery {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Partial<JWTHeaderParameters>
  /** Signed by a key that the provider never published. */
  readonly otherKey?: boolean
  readonly token?: (good: string) => string
  /** More or other members of the token endpoint's response. */
  readonly answer?: Readonly<Record<string, unknown>>
  /** Overrides in the discovery document. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

export interface EvilProvider extends Server {
  forge(forgery: Forgery): void
  /** The URL that the browser would be sent back to. */
  answerTo(location: string, more?: Readonly<Record<string, string>>): string
  /** The `authorization` header of each request to its token endpoint. */
  readonly tokenRequests: readonly (string | undefined)[]
}

export async function startEvilProvider(): Promise<EvilProvider> {
  const [ours, theirs] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')])
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: 'ours', alg: 'ES256', use: 'sig' }
  let forgery: Forgery = {}
  const tokenRequests: (string | undefined)[] = []
  let nonce = ''
  const idToken = async () => {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: server.issuer,
      sub: 'mallory',
      aud: CLIENT.id,
      iat: now,
      exp: now + 300,
      nonce,
      name: 'Mallory',
      groups: ['311-agents'],
      ...forgery.claims,
    }
    const good = await new SignJWT(JSON.parse(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'ES256', kid: 'ours', ...forgery.header })
      .sign(forgery.otherKey ? theirs.privateKey : ours.privateKey)
    return forgery.token?.(good) ?? good
  }
  const server = await serve(async (req, res) => {
    const send = (body: unknown) => {
      res.setHeader('content-type', 'application/json')
      res.end(JSON.stringify(body))
    }
    if (req.url === '/.well-known/openid-configuration') {
      return send({
        issuer: server.issuer,
        authorization_endpoint: `${server.issuer}/authorize`,
        token_endpoint: `${server.issuer}/token`,
        jwks_uri: `${server.issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['ES256', 'HS256', 'none'],
        authorization_response_iss_parameter_supported: true,
        ...forgery.metadata,
      })
    }
    if (req.url === '/jwks') return send({ keys: [jwk] })
    tokenRequests.push(req.headers.authorization)
    const token = { access_token: 'an-access-token', token_type: 'Bearer', expires_in: 60 }
    send({ ...token, id_token: await idToken(), ...forgery.answer })
  })
  return {
    ...server,
    tokenRequests,
    forge(wanted) {
      forgery = wanted
    },
    answerTo(location, more = {}) {
      const asked = new URL(location).searchParams
      nonce = asked.get('nonce') ?? ''
      const answer = { code: 'a-code', state: asked.get('state') ?? '', iss: server.issuer, ...more }
      return `/sign-in/oidc/callback?${new URLSearchParams(answer)}`
    },
  }
}

/** A browser's whole way from our sign-in page to the provider and back. Returns our last response. */
export async function signInWith(
  browser: Visitor,
  jurisdiction: string,
  jar = new Map<string, string>(),
  query = '',
): Promise<Response> {
  const sent = await browser.get(`/sign-in/oidc/${jurisdiction}${query}`)
  return browser.get(await throughProvider(sent.headers.get('location') ?? '', jar))
}
