import fc from 'fast-check'
import { bodyOf, type Known, rightFields } from './bodies.ts'
import { hostileEncoded, hostileHeader } from './hostile.ts'

/** A request to the app, as it is sent. */
export interface Call {
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array<ArrayBuffer> | null
  /** For the report of a failure. */
  readonly [fc.toStringMethod]: () => string
}

/** The app's own routing table: it includes new routes automatically. */
type Routes = readonly { readonly method: string; readonly path: string }[]

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']
const hosts = ['http://localhost', 'http://LOCALHOST', 'https://nowhere.example', 'http://127.0.0.1:8311']

/** Any call to any of the app's routes, most with one or two errors. */
export function anyCall(routes: Routes, known: Known): fc.Arbitrary<Call> {
  const addresses = [...new Map(routes.map(route => [`${route.method} ${route.path}`, route])).values()]
  // Routes that write are tried more often: more can go wrong.
  const weighted = addresses.map(route => ({
    weight: route.method === 'POST' ? 6 : route.method === 'ALL' ? 1 : 2,
    arbitrary: callTo(route, known),
  }))
  return fc.oneof(...weighted)
}

function callTo(route: Routes[number], known: Known): fc.Arbitrary<Call> {
  const names = pathNames(known)
  return fc
    .record({
      method: mostly(fc.constant(route.method), fc.constantFrom(...methods), 5),
      host: mostly(fc.constant(hosts[0] as string), fc.constantFrom(...hosts), 5),
      prefix: mostly(fc.constant(''), prefixes(known), 3),
      parts: fc.array(fc.tuple(fc.nat(), hostileEncoded, fc.nat(3)), { minLength: 3, maxLength: 3 }),
      tail: mostly(fc.constant(''), fc.constantFrom('/', '//', '.json', '.xml', '/x', '%2f', ';a=b'), 8),
      query: query(known),
      headers: headers(known, route.path.startsWith('/api/v1/work/')),
      session: session(known, route.path),
      body: bodyOf(`${route.method} ${route.path}`, known),
    })
    .map(({ method, host, prefix, parts, tail, query, headers, session, body: [type, bytes] }) => {
      const left = [...parts]
      const path = route.path.replace(/(?<=\/(\w*)\/?)(?::\w+|\*)/g, (name, parent) => {
        const [pick, hostile, odds] = left.pop() ?? [0, '', 0]
        const right = names[`${parent}/${name}`] ?? names[name] ?? Object.values(names).flat()
        return odds === 0 ? hostile : (right[pick % right.length] ?? '')
      })
      const hasBody = method !== 'ALL' && method !== 'GET' && method !== 'HEAD'
      return described({
        method: method === 'ALL' ? 'GET' : method,
        url: `${host}${prefix}${path}${tail}${query}`,
        headers: [
          ...(hasBody && type !== '' ? [['content-type', type] as const] : []),
          ...session,
          ...headers,
        ],
        body: hasBody ? bytes : null,
      })
    })
}

function described(call: Omit<Call, typeof fc.toStringMethod>): Call {
  const { method, url, headers, body } = call
  const lines = [`${method} ${url}`, ...headers.map(header => header.join(': '))]
  const text = body === null ? '' : new TextDecoder('latin1').decode(body).slice(0, 3000)
  return { ...call, [fc.toStringMethod]: () => `\n${lines.join('\n')}\n\n${JSON.stringify(text)}\n` }
}

function mostly<T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: other })
}

function prefixes({ region }: Known) {
  const slugs = region.documents.jurisdictions.map(({ slug }) => slug)
  return fc.constantFrom(
    `/r/${region.slug}`,
    ...slugs.flatMap(slug => [`/j/${slug}`, `/r/${region.slug}/j/${slug}`]),
    '/r/nowhere',
    '/j/nowhere',
    `/r/${region.slug}/j/nowhere`,
    `/r/${region.slug.toUpperCase()}`,
    '/r/..%2f',
    '/',
    '//',
  )
}

function pathNames({
  region,
  numbers,
  photos,
  handoffs,
  tokens,
  grants,
  keyIds,
}: Known): Readonly<Record<string, readonly string[]>> {
  const services = region.documents.services.flatMap(({ code }) => ['pothole', code])
  return {
    ':service': services,
    ':jurisdiction': region.documents.jurisdictions.map(({ slug }) => slug),
    ':number': numbers,
    ':id': photos,
    'requests/:id': numbers,
    'handoffs/:id': handoffs,
    'grants/:id': grants,
    'keys/:id': keyIds,
    ':of': numbers,
    ':token': tokens,
    ':kind': ['services', 'requests', 'tokens', 'images'],
    ':file': [...services, ...numbers].flatMap(name => [`${name}.json`, `${name}.xml`]),
  }
}

function query(known: Known): fc.Arbitrary<string> {
  const right = rightFields(known)
  const place = ['service_code', 'lat', 'long', 'address'] as const
  const chosen = fc
    .tuple(fc.boolean(), fc.subarray(Object.keys(right), { maxLength: 4 }))
    .map(([placed, others]) => (placed ? [...new Set([...place, ...others])] : others))
  const pair = fc
    .tuple(fc.oneof(fc.constantFrom(...Object.keys(right)), hostileEncoded), hostileEncoded)
    .map(([name, value]) => `${encodeURIComponent(name).replaceAll('%25', '%')}=${value}`)
  return fc
    .tuple(chosen, fc.array(pair, { maxLength: 3 }), fc.constantFrom('?', '?', '?', '?&', '??', '?#'))
    .map(([names, pairs, mark]) => {
      const usual = names.map(name => `${encodeURIComponent(name)}=${encodeURIComponent(right[name] ?? '')}`)
      const all = [...usual, ...pairs]
      return all.length === 0 ? '' : mark + all.join('&')
    })
}

/** Routes of people, who come from one of our pages. */
const signedInRoutes = /^\/(?:work|me|region|account|sign-in|sign-out)(?:\/|$)/

function session({ cookies }: Known, path: string): fc.Arbitrary<readonly (readonly [string, string])[]> {
  if (!signedInRoutes.test(path) || cookies.length === 0) return fc.constant([])
  const signedIn = fc.constantFrom(...cookies).map(
    cookie =>
      [
        ['cookie', cookie],
        ['origin', 'http://localhost'],
        ['sec-fetch-site', 'same-origin'],
      ] as const,
  )
  return mostly<readonly (readonly [string, string])[]>(signedIn, fc.constant([]), 8)
}

function headers({ keys }: Known, withKey: boolean): fc.Arbitrary<readonly (readonly [string, string])[]> {
  const bearer = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(keys[0] ?? '', ...keys).map(key => `Bearer ${key}`) },
    fc.constantFrom('Bearer ', 'Basic eDp5', `Bearer ${'K'.repeat(3000)}`, 'Bearer cl_a_b_c'),
    hostileHeader,
  )
  const one = fc.oneof(
    fc.tuple(fc.constant('authorization'), bearer),
    fc.tuple(fc.constant('idempotency-key'), fc.oneof(fc.constantFrom('once', 'twice'), hostileHeader)),
    fc.tuple(
      fc.constantFrom(
        'accept-language',
        'x-request-id',
        'cookie',
        'if-none-match',
        'accept',
        'content-length',
        'origin',
        'sec-fetch-site',
        'content-type',
        'range',
        'x-forwarded-host',
        'transfer-encoding',
      ),
      hostileHeader,
    ),
    fc.constantFrom(
      ['content-length', '-1'] as const,
      ['content-length', '99999999999'] as const,
      ['cookie', 'language=%ff; language=__proto__'] as const,
      ['x-request-id', 'a-fine_id'] as const,
    ),
  )
  return fc
    .tuple(
      fc.option(bearer, { freq: withKey ? 10 : 2 }),
      fc.option(fc.array(one, { maxLength: 3 }), { freq: 2, nil: [] }),
    )
    .map(([key, others]) => (key === null ? others : [['authorization', key], ...others]))
}
