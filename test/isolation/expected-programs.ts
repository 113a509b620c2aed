import type { Caller } from './callers.ts'
import { type Expectation, open, where } from './expectation.ts'
import type { Party } from './world.ts'

/* Routes of programs and of the public API. */

function formats(call: string, expectation: Expectation): Record<string, Expectation> {
  return { [`${call}.json`]: expectation, [`${call}.xml`]: expectation }
}

/** Methods that a path does not take: 405 for everyone. */
function refused(methods: string, ...paths: readonly string[]): Record<string, Expectation> {
  const calls = methods.split(' ').flatMap(method => paths.map(path => `${method} ${path}`))
  return Object.fromEntries(calls.map(call => [call, open]))
}

const apiKey = (_: Party, { token = '' }: Caller) => ({ api_key: token })

export const open311: Record<string, Expectation> = {
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

export const api: Record<string, Expectation> = {
  'GET /api/v1/openapi.json': open,
  'GET /api/v1/route': { ...open, query: ({ service }) => ({ service_code: service, ...where }) },
  'GET /api/v1/place': { ...open, query: () => where },
  'GET /api/v1/places': { ...open, query: () => ({ q: 'mill' }) },
  'GET /api/v1/services': open,
  'GET /api/v1/map': open,
  'GET /map/streets': open,
  // Without imported streets.
  'GET /map/streets/:z/:x/:y': { ...open, also: 404 },
  'GET /api/v1/reasons': open,
  'POST /api/v1/media': open,
  'GET /media/:jurisdiction/:id': {
    ...open,
    ids: { ':jurisdiction': 'jurisdiction', ':id': 'photo' },
    privateNeeds: 'read',
  },
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
  'POST /api/v1/work/requests/:id/review': {
    ...ofRequest,
    needs: 'change',
    json: () => ({ urgent: true, version: 1 }),
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
    names: ['privateRequest'],
    needs: 'change',
    json: ({ ids }) => ({ of: ids.privateRequest }),
  },
  'POST /api/v1/work/requests/:id/duplicates/:of/answer': {
    ...work,
    ids: { ':id': 'request', ':of': 'privateRequest' },
    needs: 'change',
    // No such proposal exists.
    also: 404,
    json: () => ({ confirmed: true }),
  },
  'POST /api/v1/work/requests/:id/duplicates/:of/unlink': {
    ...work,
    ids: { ':id': 'request', ':of': 'privateRequest' },
    needs: 'change',
    // No such proposal exists.
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
    // They are not its arbitrator.
    also: 403,
    json: ({ slug }) => ({ holder: slug }),
  },
  'GET /api/v1/work/corrections': { ...work, needs: 'read' },
  'GET /api/v1/work/duplicates': { ...work, needs: 'read' },
  'GET /api/v1/work/reroutes': { ...work, needs: 'read' },
}
