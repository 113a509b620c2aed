import { describe, expect, test } from 'vitest'
import { asProblem, type Problem } from '../src/core/problem.ts'
import { readFilter } from '../src/open311/filter.ts'
import { Parameters, readForm, readQuery } from '../src/open311/parameters.ts'

const url = 'https://ellery.example/open311/v2/requests.json'
const query = (text: string) => readQuery(new Request(`${url}?${text}`))
const urlencoded = 'application/x-www-form-urlencoded'
const form = (body: string | Uint8Array<ArrayBuffer>, type = urlencoded, search = '') =>
  readForm(new Request(url + search, { method: 'POST', body, headers: { 'content-type': type } }))

async function refusal(work: Promise<unknown>): Promise<Problem> {
  return work.then(
    () => expect.unreachable('it was accepted'),
    error => asProblem(error),
  )
}

describe('the form of a POST', () => {
  test('an empty value acts exactly like an absent one', async () => {
    const given = await form('description=&lat=0&email')
    expect([given.one('description'), given.one('email'), given.one('lat')]).toEqual(['', '', '0'])
  })

  test('the body beats the query, which fills in what the body lacks', async () => {
    const given = await form(
      'jurisdiction_id=&api_key=body',
      urlencoded,
      '?jurisdiction_id=query&api_key=query',
    )
    expect([given.one('jurisdiction_id'), given.one('api_key')]).toEqual(['query', 'body'])
  })

  test.each([
    ['repeated', 'attribute[A]=x&attribute[A]=y'],
    ['with brackets', 'attribute[A][]=x&attribute[A][]=y'],
    ['with indices', 'attribute[A][0]=x&attribute[A][1]=y'],
    ['percent-encoded', 'attribute%5BA%5D%5B%5D=x&attribute%5BA%5D%5B%5D=y'],
  ])('several answers to one question are read when they come %s', async (_, body) => {
    expect({ ...(await form(body)).attributes() }).toEqual({ A: ['x', 'y'] })
  })

  test.each([
    ['attribute[A][0][]', 'attribute[A][0][]=x'],
    ['attributes[A]', 'attributes[A]=x'],
    ['Attribute[A][x]', 'Attribute[A][x]=x'],
  ])('an answer is read under %s too', async (_, body) => {
    const given = await form(body)
    expect([{ ...given.attributes() }, given.misspelled('report', ['A'])]).toEqual([{ A: ['x'] }, []])
  })

  test.each([
    ['Lat', 'lat'],
    ['LONG', 'long'],
    ['lng', 'long'],
    ['serviceCode', 'service_code'],
    ['service-code', 'service_code'],
    ['service_code[]', 'service_code'],
    ['address', 'address_string'],
    ['zip_code', 'zipcode'],
    ['API_KEY', 'api_key'],
    ['jurisdiction', 'jurisdiction_id'],
  ])('%s is read as %s, which beats it', async (written, name) => {
    expect((await form(`${written}=x`)).one(name)).toBe('x')
    expect((await form(`${written}=x&${name}=y`)).one(name)).toBe('y')
  })

  test.each([
    ['descripton', 'description'],
    ['adress_string', 'address_string'],
    ['frist_name', 'first_name'],
    ['service_codes', 'service_code'],
    ['jurisdiction_ids', 'jurisdiction_id'],
    ['emails', 'email'],
    ['emal', 'email'],
    ['mail', 'email'],
    ['phon', 'phone'],
    ['longg', 'long'],
    ['latt', 'lat'],
    ['latitud', 'lat'],
    ['adress', 'address_string'],
    ['adres', 'address_string'],
    ['zipp', 'zipcode'],
    ['zpcde', 'zipcode'],
    ['apikee', 'api_key'],
    ['atribute[trouble]', 'attribute[trouble]'],
    ['attribut[trouble]', 'attribute[trouble]'],
    ['attributs[trouble][0]', 'attribute[trouble]'],
    ['atribut[trouble]', 'attribute[trouble]'],
    ['attr[trouble]', 'attribute[trouble]'],
    ['Attribs[trouble][]', 'attribute[trouble]'],
    ['atribute[troubel]', 'attribute[trouble]'],
    ['atribute[other]', 'attribute[code]'],
    ['atribute.trouble', 'attribute[code]'],
    ['attribute', 'attribute[code]'],
    ['attribute.trouble', 'attribute[code]'],
    ['attribute[trouble', 'attribute[code]'],
    ['attribute[][trouble]', 'attribute[code]'],
    ['attribute_trouble', 'attribute[code]'],
    ['attribute[Trouble]', 'attribute[trouble]'],
    ['attribute[troubel]', 'attribute[trouble]'],
  ])('%s, which would be ignored, is told with %s', async (field, meant) => {
    const given = await form(`${encodeURIComponent(field)}=x`)
    expect(given.misspelled('report', ['trouble'])).toEqual([
      { field, code: 'misspelled', params: { meant } },
    ])
  })

  test('what is close to no name is the client’s own', async () => {
    const own = [
      'title',
      'lang',
      'locale',
      'service_name',
      'status',
      'photo1',
      'requested_datetime',
      'page_size',
      'utm_source',
      'callback',
      'photo',
      'alt',
      'state',
    ]
    const codes = ['fixmystreet_id', 'easting', 'title', 'service_request_id_ext']
    const fields = [...own, ...codes.map(code => `attribute[${code}]`)]
    const given = await form(fields.map(field => `${field}=x`).join('&'))
    expect(given.misspelled('report', ['trouble', 'size', 'lane', 'direction'])).toEqual([])
  })

  test('a question may be called like a property of every object', async () => {
    const answers = (await form('attribute[__proto__]=x&attribute[constructor]=y')).attributes()
    expect(Object.keys(answers)).toEqual(['__proto__', 'constructor'])
  })

  test('a + is a space, and a % that escapes nothing is a %', async () => {
    expect((await form('description=100%+broken+%2B+wet')).one('description')).toBe('100% broken + wet')
  })

  test.each([
    ['raw', new Uint8Array([0x61, 0x3d, 0xff])],
    ['percent-encoded', 'description=caf%E9'],
  ])('%s bytes that are not UTF-8 are refused', async (_, body) => {
    expect((await refusal(form(body))).slug).toBe('bad-request')
  })

  test('a multipart form gives fields and files, but no empty file', async () => {
    const parts = new FormData()
    parts.append('service_code', 'pothole')
    parts.append('media', new File(['picture'], 'a.jpg'))
    parts.append('photo2', new File([], ''))
    const files: unknown[] = []
    const given = await readForm(new Request(url, { method: 'POST', body: parts }), async (file, before) => {
      files.push([file.name, file.fileName, before.one('service_code')])
    })
    expect([given.one('service_code'), files]).toEqual(['pothole', [['media', 'a.jpg', 'pothole']]])
  })

  test('a multipart form that is not UTF-8 is refused', async () => {
    const head = '--b\r\nContent-Disposition: form-data; name="description"\r\n\r\n'
    const bytes = new Uint8Array([
      ...new TextEncoder().encode(head),
      0xe9,
      ...new TextEncoder().encode('\r\n--b--\r\n'),
    ])
    expect((await refusal(form(bytes, 'multipart/form-data; boundary=b'))).slug).toBe('bad-request')
  })

  test.each(['multipart/form-data', 'multipart/form-data; boundary=other'])(
    'a broken multipart form (%s) is refused, not a fault',
    async type => {
      expect((await refusal(form('--b\r\nnonsense', type))).slug).toBe('bad-request')
    },
  )

  test.each(['application/json', 'text/xml'])('%s is refused with what to send instead', async type => {
    const refused = await refusal(form('{}', type))
    expect([refused.slug, refused.detail]).toEqual(['unsupported-media', expect.stringContaining(urlencoded)])
  })

  test('10 MB of text is refused, whether its length was announced or not', async () => {
    const text = `description=${'x'.repeat(10_000_000)}`
    expect((await refusal(form(text))).slug).toBe('too-large')
    const headers = { 'content-type': urlencoded, 'content-length': String(text.length) }
    expect((await refusal(readForm(new Request(url, { method: 'POST', body: text, headers })))).slug).toBe(
      'too-large',
    )
  })
})

const zone = 'America/New_York'
const now = Date.parse('2026-07-01T12:00:00Z')
const DAY = 24 * 3_600_000
const filter = (text: string) => readFilter(query(text), zone, now)
const refused = (text: string) => {
  try {
    return expect.unreachable(JSON.stringify(filter(text)))
  } catch (error) {
    return asProblem(error)
  }
}

describe('which requests are wanted', () => {
  test('nothing asked: the last 90 days, at most 1,000', () => {
    expect(filter('')).toMatchObject({
      requested: { from: now - 90 * DAY, to: Infinity },
      limit: 1000,
      offset: 0,
    })
  })

  test('ids override every other argument, also the dates', () => {
    const wanted = filter('service_request_id=a,b&service_request_id=c&start_date=nonsense&page=2')
    expect(wanted).toEqual({ ids: ['a', 'b', 'c'], limit: 1000, offset: 0 })
  })

  test('lists come comma-delimited or repeated; empty items count as absent', () => {
    expect(filter('service_code=001,002&service_code=,003').services).toEqual(['001', '002', '003'])
    expect(filter('service_code=,&status=').services).toBeUndefined()
  })

  test('open and closed together is both', () => {
    expect([
      filter('status=open,closed').status,
      filter('status=closed').status,
      filter('status=Open').status,
    ]).toEqual([undefined, 'closed', 'open'])
  })

  test.each([
    ['with a zone', '2026-06-01T00:00:00-04:00'],
    ['in UTC', '2026-06-01T04:00:00Z'],
    ['with a + that arrived as a space', '2026-06-01T09:00:00+05:00'],
    ['with an encoded +', '2026-06-01T09:00:00%2B05:00'],
    ['with an offset without colon', '2026-06-01T00:00:00-0400'],
    ['as a day, of the local calendar', '2026-06-01'],
    ['without a zone, in local time', '2026-06-01T00:00:00'],
    ['without a zone and seconds', '2026-06-01T00:00'],
    ['without a zone, with a space', '2026-06-01%2000:00:00'],
    ['with a space and an offset after another', '2026-06-01+04:00:00+00:00'],
  ])('a date is read %s', (_, date) => {
    const from = Date.parse('2026-06-01T04:00:00Z')
    expect(filter(`start_date=${date}`).requested).toEqual({ from, to: from + 90 * DAY })
  })

  test('the end is inclusive: the whole second, the whole day', () => {
    const end = (date: string) => filter(`end_date=${date}`).requested?.to
    expect(end('2026-06-01T04:00:00Z')).toBe(Date.parse('2026-06-01T04:00:00.999Z'))
    expect(end('2026-06-01T23:59:59.999999-04:00')).toBe(Date.parse('2026-06-02T03:59:59.999Z'))
    expect(end('2026-06-01')).toBe(Date.parse('2026-06-02T03:59:59.999Z'))
  })

  test('a local time that the clocks skip is moved on; one that they repeat is both', () => {
    const span = (date: string) => {
      const { from, to } = filter(`start_date=${date}&end_date=${date}`).requested ?? {}
      return [from, to].map(at => new Date(at ?? 0).toISOString())
    }
    expect(span('2026-03-08T02:30:00')).toEqual(['2026-03-08T07:30:00.000Z', '2026-03-08T07:30:00.999Z'])
    expect(span('2026-11-01T01:30:00')).toEqual(['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.999Z'])
    expect(span('2026-11-01')).toEqual(['2026-11-01T04:00:00.000Z', '2026-11-02T04:59:59.999Z'])
    for (const date of ['2026-03-08T25:00', '2026-02-30T10:00', '2026-3-8', '10:00', '2026-03-08T10']) {
      expect(refused(`start_date=${date}`).fields).toEqual([{ field: 'start_date', code: 'not-a-date' }])
    }
  })

  test('90 days are taken, also across a change of clocks; 91 are refused', () => {
    expect(filter('start_date=2026-01-15&end_date=2026-04-14').requested).toBeDefined()
    expect(filter('start_date=2026-09-01&end_date=2026-11-29').requested).toBeDefined()
    expect(filter('start_date=2026-01-01T00:00:00Z&end_date=2026-04-01T00:00:00Z').requested).toBeDefined()
    expect(refused('start_date=2026-01-01T00:00:00Z&end_date=2026-04-02T00:00:00Z').detail).toContain(
      '90 days',
    )
  })

  test('what was updated is asked for by itself, without the 90 days of when it was requested', () => {
    const from = Date.parse('2026-06-30T00:00:00Z')
    expect(filter('updated_after=2026-06-30T00:00:00Z')).toMatchObject({
      requested: undefined,
      updated: { from, to: from + 90 * DAY },
    })
    const dated = 'start_date=2026-06-30&end_date=2026-06-30'
    expect(
      filter(`${dated}&updated_after=2018-01-01T00:00:00Z&updated_before=2026-06-30T00:00:00Z`),
    ).toBeDefined()
  })

  test('pages begin at 1, hold 50 unless asked, and at most 1,000', () => {
    expect(filter('page=3')).toMatchObject({ limit: 50, offset: 100 })
    expect(filter('page=2&page_size=128')).toMatchObject({ limit: 128, offset: 128 })
    expect(filter('page_size=5000')).toMatchObject({ limit: 1000, offset: 0 })
  })

  test('every argument that cannot be read is named at once', () => {
    const { slug, fields } = refused(
      'start_date=yesterday&end_date=2026-02-30&status=pending&page=0&page_size=x',
    )
    expect(slug).toBe('invalid-fields')
    expect(fields.map(({ field }) => field).sort()).toEqual([
      'end_date',
      'page',
      'page_size',
      'start_date',
      'status',
    ])
  })

  test('an end before the start is refused', () => {
    expect(refused('start_date=2026-06-02&end_date=2026-06-01').slug).toBe('bad-request')
  })
})

test('a query that is not UTF-8 is refused', () => {
  expect(() => query('service_code=%E9')).toThrow('UTF-8')
  expect(new Parameters([['a', 'é']]).one('a')).toBe('é')
})
