import fc from 'fast-check'
import type { Region } from '../../src/regions/compile.ts'
import { damaged, hostileEncoded, hostileHeader, hostileJson, hostileText } from './hostile.ts'
import { jpeg, png, webp } from './photos.ts'

/** A request to the front door, as it is sent. */
export interface Call {
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array<ArrayBuffer> | null
  /** For whoever reads a failure. */
  readonly [fc.toStringMethod]: () => string
}

/** What a caller can know: enough to get past the first check of every route. */
export interface Known {
  readonly region: Region
  readonly routes: readonly { readonly method: string; readonly path: string }[]
  /** Of scope `work`, so that it opens every door. */
  readonly keys: readonly string[]
  readonly numbers: readonly string[]
  readonly photos: readonly string[]
}

type Fields = readonly (readonly [name: string, value: unknown])[]

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']
const hosts = ['http://localhost', 'http://LOCALHOST', 'https://nowhere.example', 'http://127.0.0.1:8311']

/** Any call to any of the app's routes, most of them wrong in a place or two. */
export function anyCall(known: Known): fc.Arbitrary<Call> {
  const addresses = [...new Map(known.routes.map(route => [`${route.method} ${route.path}`, route])).values()]
  // Those that write are tried more often: there is more that can go wrong.
  const weighted = addresses.map(route => ({
    weight: route.method === 'POST' ? 6 : route.method === 'ALL' ? 1 : 2,
    arbitrary: fc.constant(route),
  }))
  return fc
    .record({
      route: fc.oneof(...weighted),
      method: mostly(fc.constant(''), fc.constantFrom(...methods), 5),
      host: mostly(fc.constant(hosts[0] as string), fc.constantFrom(...hosts), 5),
      prefix: mostly(fc.constant(''), prefixes(known), 3),
      parts: fc.array(pathPart(known), { minLength: 4, maxLength: 4 }),
      tail: mostly(fc.constant(''), fc.constantFrom('/', '//', '.json', '.xml', '/x', '%2f', ';a=b'), 8),
      query: query(known),
      headers: headers(known),
      body: body(known),
    })
    .map(({ route, method, host, prefix, parts, tail, query, headers, body }) => {
      const left = [...parts]
      const path = route.path.replace(/:\w+|\*/g, () => left.pop() ?? '')
      const [type, bytes] = body
      const own = route.method === 'ALL' ? 'GET' : route.method
      const sent = method === '' ? own : method
      const hasBody = sent !== 'GET' && sent !== 'HEAD'
      return described({
        method: sent,
        url: `${host}${prefix}${path}${tail}${query}`,
        headers: hasBody && type !== '' ? [['content-type', type] as const, ...headers] : headers,
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

function pathPart({ region, numbers, photos }: Known) {
  const usual = [
    ...region.documents.services.map(({ code }) => code),
    ...region.documents.jurisdictions.map(({ slug }) => slug),
    ...numbers,
    ...photos,
  ]
  return fc.oneof(
    fc.constantFrom(...usual),
    fc
      .tuple(fc.constantFrom(...usual, ''), fc.constantFrom('.json', '.xml', '.html'))
      .map(([name, extension]) => name + extension),
    hostileEncoded,
  )
}

/** Fields of every form and query, with values that are right. */
function fields({ region, keys, numbers, photos }: Known): Record<string, string> {
  const [long, lat] = region.documents.region.map.center
  return {
    service_code: 'pothole',
    lat: String(lat),
    long: String(long),
    accuracy: '5',
    at: '2026-08-12T16:00:00Z',
    address: '12 Mill Road',
    address_string: '12 Mill Road',
    address_id: '7',
    zipcode: '00311',
    description: 'A hole as wide as a door',
    'answers.size': 'large',
    'answers.lane': 'driving',
    'answers[size]': 'large',
    'attribute[size]': 'large',
    'attribute[lane]': 'driving',
    email: 'reader@example.org',
    first_name: 'Ana',
    firstName: 'Ana',
    phone: '311',
    api_key: keys[0] ?? '',
    jurisdiction_id: region.documents.jurisdictions[0]?.slug ?? '',
    media: photos[0] ?? '',
    media_url: 'https://example.org/a.jpg',
    account_id: '1',
    device_id: '2',
    once: 'FZ4KT7X9QXC2',
    asked: '1',
    nowhere: '1',
    thanks: '1',
    q: 'mill',
    words: 'by the mill',
    number: numbers[0] ?? '',
    service_request_id: numbers.join(','),
    status: 'open',
    start_date: '2026-08-01T00:00:00Z',
    end_date: '2026-08-30',
    updated_after: '2026-08-01T00:00:00-0400',
    updated_before: '2026-08-30',
    page: '1',
    page_size: '10',
    limit: '5',
    bbox: `${long - 1},${lat - 1},${long + 1},${lat + 1}`,
    after: '1786550400000-1',
    extensions: 'true',
    group: 'streets-and-sidewalks',
    jurisdiction: region.documents.jurisdictions[0]?.slug ?? '',
    lang: 'es',
    urgent: 'true',
  }
}

/** Some of the right fields, a few of them left out, given twice, replaced or made up. */
function changed<T>(right: Readonly<Record<string, T>>, hostile: fc.Arbitrary<T>): fc.Arbitrary<Fields> {
  const name = fc.constantFrom(...Object.keys(right))
  const made = fc.oneof(
    name,
    hostileText,
    fc.constantFrom('attribute[size][]', 'attribute[]', 'answers.', 'photos'),
  )
  const edit = fc.record({ name: made, value: hostile, how: fc.constantFrom('drop', 'replace', 'add') })
  return fc.array(edit, { maxLength: 4 }).map(edits => {
    let given: [string, T][] = Object.entries(right)
    for (const { name, value, how } of edits) {
      if (how !== 'add') given = given.filter(([known]) => known !== name)
      if (how !== 'drop') given.push([name, value])
    }
    return given
  })
}

function query(known: Known): fc.Arbitrary<string> {
  const right = fields(known)
  const chosen = fc.subarray(Object.keys(right), { maxLength: 6 })
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

function headers({ keys }: Known): fc.Arbitrary<readonly (readonly [string, string])[]> {
  const bearer = fc.oneof(
    fc.constantFrom(...keys).map(key => `Bearer ${key}`),
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
    .tuple(fc.option(bearer, { freq: 2 }), fc.array(one, { maxLength: 3 }))
    .map(([key, others]) => (key === null ? others : [['authorization', key], ...others]))
}

type Body = readonly [type: string, bytes: Uint8Array<ArrayBuffer>]

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

function body(known: Known): fc.Arbitrary<Body> {
  const form = changed(fields(known), hostileText)
  const [long, lat] = known.region.documents.region.map.center
  const report = {
    service_code: 'pothole',
    lat,
    long,
    accuracy: 0,
    address: '12 Mill Road',
    description: 'A hole',
    answers: { size: 'large', lane: ['driving'] },
    email: 'reader@example.org',
    media: known.photos.slice(0, 1),
  }
  const json = fc
    .oneof(
      { weight: 3, arbitrary: changed<unknown>(report, hostileJson) },
      changed<unknown>(
        { to: 'acknowledged', reason: undefined, text: 'Seen', version: 1 },
        fc.oneof(hostileJson, fc.constantFrom('closed', 'completed', 'in_progress')),
      ),
      changed<unknown>({ text: 'A note', public: true }, hostileJson),
    )
    .map(given => encode(JSON.stringify(Object.fromEntries(given)) ?? ''))
  const odd = fc.oneof(
    fc.string({ unit: 'binary' }).map(encode),
    fc.uint8Array({ maxLength: 200 }).map(bytes => new Uint8Array(bytes)),
    fc.constantFrom('[', '{"a":', '\0').map(text => encode(text.repeat(20_000))),
    json.chain(damaged),
  )
  const photo = fc.constantFrom(jpeg(), png(), webp()).chain(damaged)
  const types = [
    'application/json',
    'application/json; charset=utf-16',
    'APPLICATION/JSON',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'text/plain',
    'image/jpeg',
    '',
  ]
  return fc.oneof(
    { weight: 6, arbitrary: json.map(bytes => ['application/json', bytes] as const) },
    {
      weight: 4,
      arbitrary: form.map(given => ['application/x-www-form-urlencoded', encode(urlencoded(given))] as const),
    },
    {
      weight: 1,
      arbitrary: form
        .chain(given => damaged(encode(urlencoded(given))))
        .map(bytes => ['application/x-www-form-urlencoded', bytes] as const),
    },
    { weight: 4, arbitrary: multipart(form, photo) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('image/jpeg', 'image/png', ''), photo) },
    { weight: 2, arbitrary: fc.tuple(fc.oneof(fc.constantFrom(...types), hostileHeader), odd) },
  )
}

function urlencoded(given: Fields): string {
  return given
    .map(pair => pair.map(text => encodeURIComponent(String(text).toWellFormed())).join('='))
    .join('&')
}

function multipart(
  form: fc.Arbitrary<Fields>,
  photo: fc.Arbitrary<Uint8Array<ArrayBuffer>>,
): fc.Arbitrary<Body> {
  return fc
    .tuple(
      form,
      fc.array(photo, { maxLength: 2 }),
      fc.boolean(),
      fc.constantFrom('photos', 'media', 'photo1'),
      hostileText,
    )
    .chain(([given, photos, whole, name, file]) => {
      const parts = [
        ...given.map(([field, value]) => [disposition(field), encode(String(value))] as const),
        ...photos.map(
          bytes => [`${disposition(name)}; filename="${file.replace(/["\r\n]/g, '')}"`, bytes] as const,
        ),
      ]
      const bytes = new Uint8Array([
        ...parts.flatMap(([head, content]) => [...encode(`--edge\r\n${head}\r\n\r\n`), ...content, 13, 10]),
        ...encode('--edge--\r\n'),
      ])
      const sent = whole ? fc.constant(bytes) : damaged(bytes)
      return sent.map(bytes => ['multipart/form-data; boundary=edge', bytes] as const)
    })
}

function disposition(name: string): string {
  return `content-disposition: form-data; name="${name.replaceAll('"', '%22').replace(/[\r\n]/g, ' ')}"`
}
