import { type Expectation, open, where } from './expectation.ts'
import { mark } from './world.ts'

/* Where staff sign in, and where they work. */

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

export const signIn: Record<string, Expectation> = {
  'GET /sign-in': open,
  'GET /sign-in/email': { ...open, leadsToSignIn: true },
  'GET /sign-in/passkey': { ...open, leadsToSignIn: true },
  'GET /sign-in/again': { ...staff, needs: 'be staff' },
  // The same for an address of anyone or no one.
  'POST /sign-in/email': {
    needs: 'anyone',
    isPersonal: true,
    names: ['email'],
    form: ({ ids }) => ({ email: ids.email }),
  },
  'GET /sign-in/link/:token': aLink,
  'POST /sign-in/link/:token': aLink,
  'GET /sign-in/oidc/callback': { ...open, query: () => ({ state: 'X', code: 'X' }) },
  // No jurisdiction here has a provider of its own.
  'GET /sign-in/oidc/:jurisdiction': { needs: 'anyone', ids: { ':jurisdiction': 'jurisdiction' } },
  'POST /sign-in/passkey/options': open,
  'POST /sign-in/passkey': {
    needs: 'anyone',
    isPersonal: true,
    names: ['passkey'],
    form: ({ ids }) => ({ answer: JSON.stringify({ id: ids.passkey, rawId: ids.passkey }) }),
  },
  // Not a demonstration.
  'GET /demo/mailbox': open,
  'POST /sign-in/demo': open,
  'POST /sign-in/demo/again': open,
  'POST /sign-out': { ...open, writesAnywhere: true, signsOut: true, leadsToSignIn: true },

  'GET /me': { ...staff, needs: 'be staff' },
  'GET /me/grants/:jurisdiction/:id': myGrant,
  'POST /me/grants/:jurisdiction/:id': myGrant,
  // Their session was ended with all others.
  'POST /me/sessions/:id/end': { ...mySession, also: 404 },
  'POST /me/sessions/end-others': { ...staff, needs: 'be staff' },
  'POST /me/passkeys/options': { ...staff, needs: 'be staff' },
  // A response that proves nothing.
  'POST /me/passkeys': { ...staff, needs: 'be staff', also: 403, form: () => ({ answer: '{}' }) },
  'GET /me/passkeys/:id': myPasskey,
  'POST /me/passkeys/:id': { ...myPasskey, form: party => ({ name: mark(party, 'device') }) },
  'POST /me/passkeys/:id/remove': myPasskey,
  // They have already proved theirs.
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

export const workspace: Record<string, Expectation> = {
  'GET /work': { ...staff, needs: 'be staff', query: () => ({ status: 'any' }) },
  'POST /work/search': { ...staff, needs: 'be staff', form: () => ({ q: 'Reyes' }) },
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
  'POST /work/:jurisdiction/requests/:id/reopen': {
    ...insideRequest,
    needs: 'change',
    form: () => ({ ...version, 'reopen.reason': 'It came back' }),
  },
  'POST /work/:jurisdiction/requests/:id/review': {
    ...insideRequest,
    needs: 'change',
    form: () => ({ ...version, 'review.as': 'urgent' }),
  },
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
    names: ['privateRequest'],
    needs: 'change',
    form: ({ ids }) => ({ 'duplicates.of': ids.privateRequest }),
  },
  'GET /work/:jurisdiction/requests/:id/duplicate': {
    ...insideRequest,
    names: ['privateRequest'],
    needs: 'change',
    query: ({ ids }) => ({ of: ids.privateRequest }),
  },
  'POST /work/:jurisdiction/requests/:id/answer': {
    ...insideRequest,
    names: ['privateRequest'],
    needs: 'change',
    // No such proposal exists.
    also: 404,
    form: ({ ids }) => ({ 'answer.of': ids.privateRequest, 'answer.confirmed': 'yes' }),
  },
  'POST /work/:jurisdiction/requests/:id/unlink': {
    ...insideRequest,
    names: ['privateRequest'],
    needs: 'change',
    // No such proposal exists.
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
    // They are not its arbitrator.
    also: 403,
    form: ({ slug }) => ({ 'decide.holder': slug }),
  },
  'GET /work/:jurisdiction/reroutes': { ...inside, needs: 'read' },
  'GET /work/:jurisdiction/corrections': { ...inside, needs: 'read' },
  'GET /work/:jurisdiction/grants': { ...inside, needs: 'audit' },
  'GET /work/:jurisdiction/grants/new': { ...inside, needs: 'grant' },
  'POST /work/:jurisdiction/grants': {
    ...inside,
    needs: 'grant',
    form: () => ({ 'grant.email': 'matrix@example.org', 'grant.role': 'agent' }),
  },
  'GET /work/:jurisdiction/grants/:id/withdraw': { ...insideGrant, needs: 'grant' },
  'POST /work/:jurisdiction/grants/:id/withdraw': { ...insideGrant, needs: 'grant', form: () => ({}) },
  'GET /work/:jurisdiction/keys': { ...inside, needs: 'audit' },
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
