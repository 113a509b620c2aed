import type { Ability, Caller } from './callers.ts'
import { type Ids, mark, type Party } from './world.ts'

/*
 * What each route of the app answers to whom. Every route has a line here: the matrix fails without it, and fails for a
 * line whose route is gone.
 */

export interface Expectation {
  /** Who is let in about what is their own: anyone, or whoever has this ability there. */
  readonly needs: 'anyone' | Ability
  /** By what they come through this door. */
  readonly by?: 'cookie' | 'bearer'
  /** What the names in its path stand for. Who may not know of the thing is answered as if there were none. */
  readonly ids?: Readonly<Record<string, keyof Ids>>
  /** What is named is one person's: to everybody else, colleagues too, it is as if it were not there. */
  readonly isPersonal?: true
  /** Whoever is let in is so for the whole region. */
  readonly isRegional?: true
  /** What is named in its query or its form, which is to be as secret as in its path. */
  readonly names?: readonly (keyof Ids)[]
  /** Nobody is signed in any more after it: it is asked last. */
  readonly signsOut?: true
  /** It shows of anybody's what is public: that others' things are there is no secret. */
  readonly isPublic?: true
  readonly query?: (party: Party, caller: Caller) => Readonly<Record<string, string>>
  readonly json?: (party: Party, caller: Caller) => object
  readonly form?: (party: Party, caller: Caller) => Readonly<Record<string, string>>
  /** What whoever is let in may be answered too, since the thing is not in the state for it. */
  readonly also?: 403 | 404
  /** It may write in any jurisdiction's database: what the public sends. */
  readonly writesAnywhere?: true
  /** What is asked of the region's site as a whole is asked of the party's own site too. */
  readonly site?: 'jurisdiction'
}

const open = { needs: 'anyone', isPublic: true } as const
const where = { lat: '38.6', long: '-74.3' }
const pothole = { 'answers.size': 'large', 'answers.lane': 'driving' }

/** Both formats of a call. */
function formats(call: string, expectation: Expectation): Record<string, Expectation> {
  return { [`${call}.json`]: expectation, [`${call}.xml`]: expectation }
}

/** Methods that an address does not take: 405 to everyone. */
function refused(methods: string, ...paths: readonly string[]): Record<string, Expectation> {
  const calls = methods.split(' ').flatMap(method => paths.map(path => `${method} ${path}`))
  return Object.fromEntries(calls.map(call => [call, open]))
}

const apiKey = (_: Party, { token = '' }: Caller) => ({ api_key: token })

const open311: Record<string, Expectation> = {
  ...formats('GET /open311/discovery', open),
  ...formats('GET /open311/v2/discovery', open),
  'GET /open311/discovery': open,
  ...formats('GET /open311/v2/services', { ...open, query: () => where }),
  'GET /open311/v2/services/:file': { ...open, ids: { ':file': 'file' } },
  ...formats('GET /open311/v2/requests', {
    ...open,
    query: ({ ids }) => ({ service_request_id: `${ids.request},${ids.privateRequest}`, extensions: 'true' }),
  }),
  'GET /open311/v2/requests/:file': {
    ...open,
    ids: { ':file': 'file' },
    query: () => ({ extensions: 'true' }),
  },
  ...formats('POST /open311/v2/requests', {
    ...open,
    writesAnywhere: true,
    form: (party, { token = '' }) => ({
      api_key: token,
      service_code: party.service,
      ...where,
      'attribute[size]': 'large',
      'attribute[lane]': 'driving',
      description: 'By the matrix',
    }),
  }),
  ...formats('GET /open311/v2/servicerequestupdates', {
    needs: 'report',
    by: 'bearer',
    site: 'jurisdiction',
    query: apiKey,
  }),
  'GET /open311/v2/tokens/:file': { ...open, ids: { ':file': 'file' } },
  ...refused(
    'PUT PATCH DELETE',
    ...['discovery', 'v2/services', 'v2/requests', 'v2/servicerequestupdates'].flatMap(path => [
      `/open311/${path}.json`,
      `/open311/${path}.xml`,
    ]),
    '/open311/v2/:kind/:file',
  ),
  ...refused(
    'POST',
    ...['discovery', 'v2/services', 'v2/servicerequestupdates'].flatMap(path => [
      `/open311/${path}.json`,
      `/open311/${path}.xml`,
    ]),
    '/open311/v2/:kind/:file',
  ),
}

const work = { by: 'bearer' } as const
const ofRequest = { ...work, ids: { ':id': 'request' } } as const
const ofHandoff = { ...work, ids: { ':id': 'handoff' } } as const
const ofOffer = { ...work, ids: { ':id': 'offered' } } as const

const api: Record<string, Expectation> = {
  'GET /api/v1/openapi.json': open,
  'GET /api/v1/route': { ...open, query: ({ service }) => ({ service_code: service, ...where }) },
  'GET /api/v1/places': { ...open, query: () => ({ q: 'mill' }) },
  'GET /api/v1/services': open,
  'GET /api/v1/map': open,
  'GET /api/v1/reasons': open,
  'POST /api/v1/media': open,
  'GET /media/:jurisdiction/:id': { ...open, ids: { ':jurisdiction': 'jurisdiction', ':id': 'photo' } },
  'POST /api/v1/requests': {
    ...open,
    writesAnywhere: true,
    json: ({ service }) => ({
      service_code: service,
      lat: 38.6,
      long: -74.3,
      answers: { size: 'large', lane: 'driving' },
    }),
  },
  'GET /api/v1/requests': { ...open, query: ({ cursor }) => ({ after: cursor, limit: '200' }) },
  'GET /api/v1/nearby': { ...open, query: ({ service }) => ({ service_code: service, ...where }) },
  'GET /api/v1/requests/:id': { ...open, ids: { ':id': 'request' } },

  'GET /api/v1/work/requests': { ...work, needs: 'read', query: ({ cursor }) => ({ after: cursor }) },
  'GET /api/v1/work/audit': {
    ...work,
    needs: 'audit',
    names: ['privateRequest'],
    query: ({ ids }) => ({ request: ids.privateRequest, kind: 'did' }),
  },
  'GET /api/v1/work/requests/:id': { ...ofRequest, needs: 'read' },
  'POST /api/v1/work/requests/:id/status': {
    ...ofRequest,
    needs: 'change',
    json: () => ({ to: 'acknowledged', version: 1 }),
  },
  'POST /api/v1/work/requests/:id/notes': {
    ...ofRequest,
    needs: 'change',
    json: () => ({ text: 'By the matrix', public: false }),
  },
  'POST /api/v1/work/requests/:id/location': {
    ...ofRequest,
    needs: 'change',
    json: () => ({ lat: 38.6, long: -74.3, version: 1, dry_run: true }),
  },
  'POST /api/v1/work/requests/:id/handoffs': {
    ...ofRequest,
    needs: 'hand on',
    json: ({ slug }) => ({ receiver: slug, reason: 'other', version: 1 }),
  },
  'GET /api/v1/work/requests/:id/forwards': { ...ofRequest, needs: 'read' },
  'POST /api/v1/work/requests/:id/forwards': {
    ...ofRequest,
    needs: 'hand on',
    json: () => ({ partner: 'state-dot', version: 1 }),
  },
  'GET /api/v1/work/requests/:id/duplicates': { ...ofRequest, needs: 'read' },
  'POST /api/v1/work/requests/:id/duplicates': {
    ...ofRequest,
    needs: 'change',
    json: ({ ids }) => ({ of: ids.privateRequest }),
  },
  'POST /api/v1/work/requests/:id/duplicates/:of/answer': {
    ...work,
    ids: { ':id': 'request', ':of': 'privateRequest' },
    needs: 'change',
    // Nobody has proposed it.
    also: 404,
    json: () => ({ confirmed: true }),
  },
  'POST /api/v1/work/requests/:id/duplicates/:of/unlink': {
    ...work,
    ids: { ':id': 'request', ':of': 'privateRequest' },
    needs: 'change',
    // Nobody has proposed it.
    also: 404,
    json: () => ({}),
  },
  'GET /api/v1/work/handoffs': { ...work, needs: 'read' },
  'GET /api/v1/work/handoffs/:id': { ...ofHandoff, needs: 'read' },
  'POST /api/v1/work/handoffs/:id/accept': { ...ofOffer, needs: 'hand on', json: () => ({}) },
  'POST /api/v1/work/handoffs/:id/refuse': {
    ...ofOffer,
    needs: 'hand on',
    json: () => ({ reason: 'other' }),
  },
  'POST /api/v1/work/handoffs/:id/withdraw': { ...ofHandoff, needs: 'hand on', json: () => ({}) },
  'POST /api/v1/work/handoffs/:id/decide': {
    ...ofHandoff,
    needs: 'decide',
    // They are no arbitrators of it.
    also: 403,
    json: ({ slug }) => ({ holder: slug }),
  },
  'GET /api/v1/work/corrections': { ...work, needs: 'read' },
  'GET /api/v1/work/duplicates': { ...work, needs: 'read' },
  'GET /api/v1/work/reroutes': { ...work, needs: 'read' },
}

const number = { ...open, ids: { ':number': 'request' } } as const
const linked = (id: keyof Ids): Expectation => ({ ...open, ids: { ':token': id } })

const citizen: Record<string, Expectation> = {
  'GET /': open,
  'GET /about': open,
  'GET /jurisdictions': open,
  'GET /brand.css': open,
  'GET /report': open,
  'GET /report/:service': { ...open, ids: { ':service': 'service' } },
  'GET /report/:service/details': { ...open, ids: { ':service': 'service' }, query: () => where },
  'GET /report/:service/who': { ...open, ids: { ':service': 'service' }, query: () => where },
  'POST /report/:service/send': {
    ...open,
    ids: { ':service': 'service' },
    form: () => ({ ...where, ...pothole }),
    writesAnywhere: true,
  },
  'GET /track': { ...open, query: ({ ids }) => ({ number: ids.privateRequest }) },
  'GET /cases/:number': number,
  'GET /reports': { ...open, query: ({ cursor, slug }) => ({ after: cursor, jurisdiction: slug }) },
  'GET /cases/:number/follow': number,
  'POST /cases/:number/follow': {
    ...number,
    form: () => ({ email: 'matrix@example.org' }),
    writesAnywhere: true,
  },
  'GET /follow/:token': linked('follow'),
  'POST /follow/:token': { ...linked('follow'), writesAnywhere: true },
  'GET /unfollow/:token': linked('unfollow'),
  'POST /unfollow/:token': { ...linked('unfollow'), writesAnywhere: true },
  'GET /answer/:token': linked('answer'),
  'POST /answer/:token': { ...linked('answer'), form: () => ({ answer: 'yes' }), writesAnywhere: true },
  'GET /reply/:token': linked('reply'),
  'POST /reply/:token': linked('reply'),
}

const own = { needs: 'be resident', by: 'cookie' } as const

const ofTicket: Expectation = {
  needs: 'anyone',
  isPersonal: true,
  names: ['ticket'],
  query: ({ ids }) => ({ ticket: ids.ticket }),
}

const account: Record<string, Expectation> = {
  'GET /account': own,
  'GET /account/sign-in': open,
  'POST /account/sign-in': { ...open, form: () => ({ address: 'no address' }) },
  'GET /account/sign-in/again': own,
  'POST /account/sign-in/again': { ...own, form: () => ({ by: 'phone' }) },
  'GET /account/code': ofTicket,
  'POST /account/code': { ...ofTicket, form: () => ({ code: '1234 5678' }) },
  'GET /account/cases': own,
  'POST /account/cases': {
    ...own,
    names: ['privateRequest'],
    form: ({ ids }) => ({ number: ids.privateRequest }),
  },
  'POST /account/address': { ...own, form: () => ({ address: 'no address' }) },
  'POST /account/sessions': {
    ...own,
    isPersonal: true,
    // It is noted wherever they have reported.
    writesAnywhere: true,
    names: ['accountSession'],
    form: ({ ids }) => ({ session: ids.accountSession }),
  },
  'GET /account/history': own,
  'POST /account/history': { ...own, form: ({ ids }) => ({ withdraw: ids.jurisdiction }) },
  'GET /account/data': own,
  'POST /account/data': own,
  'GET /account/erase': own,
  // Without the tick that it needs.
  'POST /account/erase': { ...own, form: () => ({}) },
  // Wherever they have reported, their session is noted as ended.
  'POST /account/sign-out': { ...open, writesAnywhere: true, signsOut: true },
}

const staff = { by: 'cookie' } as const
const inside = { ...staff, ids: { ':jurisdiction': 'jurisdiction' } } as const
const insideRequest = { ...staff, ids: { ':jurisdiction': 'jurisdiction', ':id': 'request' } } as const
const insideHandoff = { ...staff, ids: { ':jurisdiction': 'jurisdiction', ':id': 'handoff' } } as const
const insideOffer = { ...staff, ids: { ':jurisdiction': 'jurisdiction', ':id': 'offered' } } as const
const insideKey = { ...staff, ids: { ':jurisdiction': 'jurisdiction', ':id': 'key' } } as const
const insideGrant = { ...staff, ids: { ':jurisdiction': 'jurisdiction', ':id': 'grant' } } as const
const version = { version: '1' }

const mine = { ...staff, needs: 'be staff', isPersonal: true } as const
const mySession = { ...mine, ids: { ':id': 'session' } } as const
const myPasskey = { ...mine, ids: { ':id': 'passkey' } } as const
const myGrant = { ...mine, ids: { ':jurisdiction': 'jurisdiction', ':id': 'grant' } } as const
const myMailbox = { ...mine, ids: { ':token': 'mailbox' } } as const
const aLink = { needs: 'anyone', isPersonal: true, ids: { ':token': 'link' } } as const
const ofRegion = { ...staff, needs: 'administer', isRegional: true } as const

const signIn: Record<string, Expectation> = {
  'GET /sign-in': open,
  'GET /sign-in/again': { ...staff, needs: 'be staff' },
  // Whoever's address it is, and nobody's.
  'POST /sign-in/email': {
    needs: 'anyone',
    isPersonal: true,
    names: ['email'],
    form: ({ ids }) => ({ email: ids.email }),
  },
  'GET /sign-in/link/:token': aLink,
  'POST /sign-in/link/:token': aLink,
  'GET /sign-in/oidc/callback': { ...open, query: () => ({ state: 'X', code: 'X' }) },
  // None here has a provider of its own.
  'GET /sign-in/oidc/:jurisdiction': { needs: 'anyone', ids: { ':jurisdiction': 'jurisdiction' } },
  'POST /sign-in/passkey/options': open,
  'POST /sign-in/passkey': {
    needs: 'anyone',
    isPersonal: true,
    names: ['passkey'],
    form: ({ ids }) => ({ answer: JSON.stringify({ id: ids.passkey, rawId: ids.passkey }) }),
  },
  // No demonstration.
  'POST /sign-in/demo': open,
  'POST /sign-in/demo/again': open,
  'POST /sign-out': { ...open, writesAnywhere: true, signsOut: true },

  'GET /me': { ...staff, needs: 'be staff' },
  'GET /me/grants/:jurisdiction/:id': myGrant,
  'POST /me/grants/:jurisdiction/:id': myGrant,
  // Theirs was ended with all others.
  'POST /me/sessions/:id/end': { ...mySession, also: 404 },
  'POST /me/sessions/end-others': { ...staff, needs: 'be staff' },
  'POST /me/passkeys/options': { ...staff, needs: 'be staff' },
  // An answer that proves nothing.
  'POST /me/passkeys': { ...staff, needs: 'be staff', also: 403, form: () => ({ answer: '{}' }) },
  'GET /me/passkeys/:id': myPasskey,
  'POST /me/passkeys/:id': { ...myPasskey, form: party => ({ name: mark(party, 'device') }) },
  'POST /me/passkeys/:id/remove': myPasskey,
  // They have proved theirs.
  'POST /me/mailbox': { ...staff, needs: 'be staff', also: 404, form: ({ ids }) => ({ email: ids.email }) },
  'GET /me/mailbox/:token': myMailbox,
  'POST /me/mailbox/:token': myMailbox,

  'GET /region': ofRegion,
  'GET /region/:jurisdiction': { ...ofRegion, ids: { ':jurisdiction': 'jurisdiction' } },
  'POST /region/:jurisdiction': {
    ...ofRegion,
    ids: { ':jurisdiction': 'jurisdiction' },
    form: () => ({ email: 'matrix@example.org', name: 'By the matrix' }),
  },
}

const workspace: Record<string, Expectation> = {
  'GET /work': { ...staff, needs: 'be staff', query: () => ({ status: 'any' }) },
  'GET /work/:jurisdiction/requests/:id': { ...insideRequest, needs: 'read' },
  'POST /work/:jurisdiction/requests/:id/status': {
    ...insideRequest,
    needs: 'change',
    form: () => ({ ...version, 'status.to': 'acknowledged' }),
  },
  'POST /work/:jurisdiction/requests/:id/close': {
    ...insideRequest,
    needs: 'change',
    form: () => ({ ...version, 'close.reason': 'completed' }),
  },
  'POST /work/:jurisdiction/requests/:id/reopen': { ...insideRequest, needs: 'change', form: () => version },
  'POST /work/:jurisdiction/requests/:id/note': {
    ...insideRequest,
    needs: 'change',
    form: () => ({ 'note.text': 'By the matrix', 'note.for': 'staff' }),
  },
  'POST /work/:jurisdiction/requests/:id/offer': {
    ...insideRequest,
    needs: 'hand on',
    form: ({ slug }) => ({
      ...version,
      'offer.receiver': slug,
      'offer.kind': 'transfer',
      'offer.reason': 'other',
    }),
  },
  'POST /work/:jurisdiction/requests/:id/duplicates': {
    ...insideRequest,
    needs: 'change',
    form: ({ ids }) => ({ 'duplicates.of': ids.privateRequest }),
  },
  'POST /work/:jurisdiction/requests/:id/answer': {
    ...insideRequest,
    needs: 'change',
    // Nobody has proposed it.
    also: 404,
    form: ({ ids }) => ({ 'answer.of': ids.privateRequest, 'answer.confirmed': 'yes' }),
  },
  'POST /work/:jurisdiction/requests/:id/unlink': {
    ...insideRequest,
    needs: 'change',
    // Nobody has proposed it.
    also: 404,
    form: ({ ids }) => ({ 'unlink.of': ids.privateRequest }),
  },
  'GET /work/:jurisdiction/requests/:id/place': { ...insideRequest, needs: 'change', query: () => where },
  'POST /work/:jurisdiction/requests/:id/place': {
    ...insideRequest,
    needs: 'change',
    form: () => ({ ...version, 'place.lat': where.lat, 'place.long': where.long }),
  },
  'GET /work/:jurisdiction/requests/:id/forward': {
    ...insideRequest,
    needs: 'hand on',
    query: () => ({ partner: 'state-dot' }),
  },
  'POST /work/:jurisdiction/requests/:id/forward': {
    ...insideRequest,
    needs: 'hand on',
    form: () => ({ ...version, 'forward.partner': 'state-dot' }),
  },
  'GET /work/:jurisdiction/handoffs': { ...inside, needs: 'read' },
  'GET /work/:jurisdiction/handoffs/:id': { ...insideHandoff, needs: 'read' },
  'POST /work/:jurisdiction/handoffs/:id/accept': { ...insideOffer, needs: 'hand on', form: () => ({}) },
  'POST /work/:jurisdiction/handoffs/:id/refuse': {
    ...insideOffer,
    needs: 'hand on',
    form: () => ({ 'refuse.reason': 'other' }),
  },
  'POST /work/:jurisdiction/handoffs/:id/withdraw': { ...insideHandoff, needs: 'hand on', form: () => ({}) },
  'POST /work/:jurisdiction/handoffs/:id/decide': {
    ...insideHandoff,
    needs: 'decide',
    // They are no arbitrators of it.
    also: 403,
    form: ({ slug }) => ({ 'decide.holder': slug }),
  },
  'GET /work/:jurisdiction/reroutes': { ...inside, needs: 'read' },
  'GET /work/:jurisdiction/corrections': { ...inside, needs: 'read' },
  'GET /work/:jurisdiction/grants': { ...inside, needs: 'grant' },
  'GET /work/:jurisdiction/grants/new': { ...inside, needs: 'grant' },
  'POST /work/:jurisdiction/grants': {
    ...inside,
    needs: 'grant',
    form: () => ({ 'grant.email': 'matrix@example.org', 'grant.role': 'agent' }),
  },
  'GET /work/:jurisdiction/grants/:id/withdraw': { ...insideGrant, needs: 'grant' },
  'POST /work/:jurisdiction/grants/:id/withdraw': { ...insideGrant, needs: 'grant', form: () => ({}) },
  'GET /work/:jurisdiction/keys': { ...inside, needs: 'make keys' },
  'GET /work/:jurisdiction/keys/new': { ...inside, needs: 'make keys' },
  'POST /work/:jurisdiction/keys': {
    ...inside,
    needs: 'make keys',
    form: () => ({ 'key.name': 'By the matrix', 'key.scope': 'read' }),
  },
  'GET /work/:jurisdiction/keys/:id/revoke': { ...insideKey, needs: 'make keys' },
  'POST /work/:jurisdiction/keys/:id/revoke': { ...insideKey, needs: 'make keys', form: () => ({}) },
  'GET /work/:jurisdiction/audit': {
    ...inside,
    needs: 'audit',
    names: ['privateRequest'],
    query: ({ ids }) => ({ request: ids.privateRequest, kind: 'did' }),
  },
}

export const expectations: Readonly<Record<string, Expectation>> = {
  'GET /healthz': open,
  'GET /readyz': open,
  'GET /assets/*': open,
  'POST /oauth/token': open,
  'GET /.well-known/oauth-authorization-server': open,
  // Of no region: 404.
  'GET /.well-known/oauth-authorization-server/r/:region': { ...open, also: 404 },
  // The region's first key is made when it is asked for.
  'GET /.well-known/jwks.json': { ...open, writesAnywhere: true },
  ...open311,
  ...api,
  ...citizen,
  ...account,
  ...signIn,
  ...workspace,
}
