import fc from 'fast-check'
import type { Region } from '../../src/regions/runtime/compile.ts'
import { fittingObject, type Meanings, type Schema } from './from-schema.ts'
import { damaged, hostileHeader, hostileJson, hostileText } from './hostile.ts'
import { jpeg, png, webp } from './photos.ts'

/** What a caller can know: enough to pass the first check of every route. */
export interface Known {
  readonly region: Region
  /**
   * Keys and tokens of scope `work`, so that they pass every authorization; the first belongs to the keeper of
   * the known requests.
   */
  readonly keys: readonly string[]
  /** Of administrators and signed-in residents; each request uses one at random, because some sign out. */
  readonly cookies: readonly string[]
  /** May be ended: nothing else depends on these grants and keys. */
  readonly grants: readonly string[]
  readonly keyIds: readonly string[]
  readonly numbers: readonly string[]
  readonly photos: readonly string[]
  readonly handoffs: readonly string[]
  /** From links in emails. */
  readonly tokens: readonly string[]
  /** The JSON bodies that routes take. */
  readonly schemas: ReadonlyMap<string, Schema>
}

type Fields = readonly (readonly [name: string, value: unknown])[]

/** Valid values for the fields of every form and query. */
export function rightFields({ region, keys, numbers }: Known): Record<string, string> {
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
    act: 'acknowledged',
    solved: 'yes',
    text: 'Seen',
    follow: '1',
    first_name: 'Ana',
    firstName: 'Ana',
    phone: '311',
    api_key: keys[0] ?? '',
    jurisdiction_id: /^cl_[a-z]+_([^_]+)/.exec(keys[0] ?? '')?.[1] ?? '',
    media_url: 'https://example.org/a.jpg',
    account_id: '1',
    device_id: '2',
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

/** The same for forms and pages of signed-in people. */
function peopleFields({ region, numbers }: Known): Record<string, string> {
  const [long, lat] = region.documents.region.map.center
  return {
    version: '1',
    to: '/me',
    name: 'Ana',
    code: '1234 5678',
    ticket: '22222222222222222222',
    session: '22222222222222222222',
    answer: '{"id":"AAAA","response":{}}',
    role: 'agent',
    grant_type: 'client_credentials',
    client_id: 'client_hollis_2222222222',
    client_secret: '2222',
    'status.to': 'acknowledged',
    'close.reason': 'completed',
    'reopen.reason': 'It came back.',
    'note.text': 'Seen',
    'note.for': 'staff',
    'offer.receiver': region.documents.jurisdictions[1]?.slug ?? '',
    'offer.kind': 'transfer',
    'offer.reason': 'other',
    'duplicates.of': numbers[1] ?? '',
    'place.lat': String(lat),
    'place.long': String(long),
    'forward.partner': region.documents.region.partners?.[0]?.id ?? '',
    'refuse.reason': 'other',
    'decide.holder': region.documents.jurisdictions[0]?.slug ?? '',
    'grant.email': 'ana@example.org',
    'grant.role': 'agent',
    'grant.to': '2026-12-31',
    'key.name': 'A program',
    'key.scope': 'read',
    'key.to': '2026-12-31',
  }
}

/** Routes of people, who come from one of our pages, and of clients that exchange their secret for a token. */
const signedInRoutes = / \/(?:work|me|region|account|sign-in|sign-out|oauth)(?:\/|$)/

/** Some of the valid fields, with a few left out, repeated, replaced or invented. */
function changed<T>(right: Readonly<Record<string, T>>, hostile: fc.Arbitrary<T>): fc.Arbitrary<Fields> {
  const name = fc.constantFrom('text', ...Object.keys(right))
  const others = fc.constantFrom('media', 'once', 'attribute[size][]', 'attribute[]', 'answers.', 'photos')
  const made = fc.oneof({ weight: 3, arbitrary: name }, hostileText, others)
  const edit = fc.record({ name: made, value: hostile, how: fc.constantFrom('drop', 'replace', 'add') })
  return fc.array(edit, { maxLength: 3 }).map(edits => {
    let given: [string, T][] = Object.entries(right)
    for (const { name, value, how } of edits) {
      if (how !== 'add') given = given.filter(([known]) => known !== name)
      if (how !== 'drop') given.push([name, value])
    }
    return given
  })
}

type Body = readonly [type: string, bytes: Uint8Array<ArrayBuffer>]

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

/** What is sent to a route: mostly valid, with one or two errors; now and then anything else. */
export function bodyOf(route: string, known: Known): fc.Arbitrary<Body> {
  const photoOr = fc.oneof({ weight: 5, arbitrary: hostileText }, fc.constantFrom(...known.photos))
  const right = rightFields(known)
  const form = changed(signedInRoutes.test(route) ? { ...right, ...peopleFields(known) } : right, photoOr)
  const urlencodedForm = form.map(
    given => ['application/x-www-form-urlencoded', encode(urlencoded(given))] as const,
  )
  const photo = fc.constantFrom(jpeg(), png(), webp()).chain(damaged)
  const kinds = {
    form: fc.oneof(
      { weight: 4, arbitrary: urlencodedForm },
      urlencodedForm.chain(([type, bytes]) => damaged(bytes).map(changed => [type, changed] as const)),
      { weight: 4, arbitrary: multipart(form, photo) },
    ),
    photo: fc.tuple(fc.constantFrom('image/jpeg', 'image/png', ''), photo),
    json: json(known.schemas.get(route) ?? {}, known),
  }
  const own = known.schemas.has(route) ? kinds.json : route.endsWith('/media') ? kinds.photo : kinds.form
  return fc.oneof({ weight: 8, arbitrary: own }, ...Object.values(kinds), odd(kinds.json))
}

/** JSON that fits the schema, with a few fields left out, replaced or invented. */
function json(schema: Schema, known: Known): fc.Arbitrary<Body> {
  const hostile = fc.oneof(hostileJson, fc.array(fc.oneof(hostileText, fc.constantFrom(...known.photos))))
  return fittingObject(schema, meanings(known))
    .chain(right => fc.oneof(fc.constant(Object.entries(right)), changed<unknown>(right, hostile)))
    .map(given => ['application/json', encode(JSON.stringify(Object.fromEntries(given)))] as const)
}

function meanings({ region, numbers, handoffs }: Known): Meanings {
  const [long, lat] = region.documents.region.map.center
  const bodies = region.documents.jurisdictions.map(({ slug }) => slug)
  return {
    service_code: ['pothole', ...region.documents.services.map(({ code }) => code)],
    lat: [lat, lat, lat + 0.01, 38.592348],
    long: [long, long, long + 0.01, -74.243556],
    answers: [
      { size: 'large', lane: ['driving'] },
      { size: 'small', lane: 'bike' },
    ],
    at: ['2026-08-12T16:00:00Z', '2020-01-01T00:00:00-05:00'],
    incident_at: ['2026-08-12T15:00:00Z', null],
    email: ['reader@example.org'],
    media: [[]],
    dry_run: [false, true],
    version: [1, 1, 2, 3],
    receiver: bodies,
    holder: bodies,
    counter: [...bodies, null],
    partner: (region.documents.region.partners ?? []).map(({ id }) => id),
    of: [...numbers, ...handoffs],
    reason: ['not-our-asset', 'other', 'completed', 'no-action'],
  }
}

function odd(right: fc.Arbitrary<Body>): fc.Arbitrary<Body> {
  const bytes = fc.oneof(
    fc.string({ unit: 'binary' }).map(encode),
    fc.uint8Array({ maxLength: 200 }).map(bytes => new Uint8Array(bytes)),
    fc.constantFrom('[', '{"a":', '\0').map(text => encode(text.repeat(20_000))),
    right.chain(([, bytes]) => damaged(bytes)),
  )
  const types = fc.constantFrom(
    'application/json',
    'application/json; charset=utf-16',
    'APPLICATION/JSON',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'text/plain',
    'image/jpeg',
    '',
  )
  return fc.tuple(fc.oneof(types, hostileHeader), bytes)
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
