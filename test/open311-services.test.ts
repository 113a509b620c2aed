import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Documents } from '../src/regions/documents/snapshot.ts'
import { bundledDocuments, startApp, type TestApp } from './support/app.ts'
import { errors, hollis, items, xml } from './support/open311.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const json = async (path: string) => (await app.request(path)).json()

describe('GET services', () => {
  test('the region lists its common catalogue, each service with every element', async () => {
    const listed = await items(app.request('/open311/v2/services.json'))
    expect(listed.map(({ service_code }) => service_code)).toEqual(
      app.region.documents.services.map(({ code }) => code),
    )
    const [service] = listed
    expect(Object.keys(service ?? {})).toEqual([
      'service_code',
      'service_name',
      'description',
      'metadata',
      'type',
      'keywords',
      'group',
    ])
    expect(service).toMatchObject({ service_code: 'pothole', metadata: true, type: 'realtime' })
  })

  test('a jurisdiction lists what it offers, under its own names, on its endpoint and by its id alike', async () => {
    const own = await items(app.request('/j/ellery-county/open311/v2/services.json'))
    expect(own).toEqual(await items(app.request('/open311/v2/services.json?jurisdiction_id=ellery-county')))
    expect(own.find(({ service_code }) => service_code === 'stray-animal')?.service_name).toBe(
      'Loose or dangerous animal',
    )
    const water = await items(app.request('/j/quill-water/open311/v2/services.json'))
    expect(water.map(({ service_code }) => service_code)).not.toContain('pothole')
  })

  test('XML says the same', async () => {
    const answer = await app.request('/open311/v2/services.xml')
    expect(answer.headers.get('content-type')).toBe('text/xml; charset=utf-8')
    const { service } = xml(await answer.text()).services
    const listed = await items(app.request('/open311/v2/services.json'))
    expect(service.map((one: { service_code: string }) => one.service_code)).toEqual(
      listed.map(({ service_code }) => service_code),
    )
    expect(service[0]).toMatchObject({ metadata: 'true', type: 'realtime' })
  })

  test('a service whose reports are not published says so with the keyword that FixMyStreet reads', async () => {
    const listed = await items(app.request('/open311/v2/services.json'))
    const keywords = (code: string) =>
      String(listed.find(({ service_code }) => service_code === code)?.keywords).split(',')
    expect(keywords('housing')).toContain('private')
    expect(keywords('pothole')).not.toContain('private')
  })

  test('texts come in the reader’s language', async () => {
    const headers = { 'accept-language': 'es-US,es;q=0.9' }
    const [service] = await items(app.request('/open311/v2/services.json', { headers }))
    expect(service?.service_name).toBe('Bache')
  })

  test('with a place, only the services that someone there answers for', async () => {
    const all = await items(app.request('/open311/v2/services.json?jurisdiction_id=hollis'))
    const place = new URLSearchParams(hollis)
    const here = await items(app.request(`/open311/v2/services.json?jurisdiction_id=hollis&${place}`))
    const far = await items(app.request('/open311/v2/services.json?jurisdiction_id=hollis&lat=0&long=0'))
    expect([here.length > 0, here.length < all.length, far]).toEqual([true, true, []])
    expect((await errors(app.request('/open311/v2/services.json?lat=38.6')))[0]?.code).toBe(400)
  })
})

describe('GET services/{service_code}', () => {
  test('a definition is one object; its questions are attributes in order', async () => {
    const definition = await json('/open311/v2/services/pothole.json')
    expect(definition.service_code).toBe('pothole')
    expect(definition.attributes.map(({ code }: { code: string }) => code)).toEqual([
      'size',
      'lane',
      'direction',
    ])
    expect(definition.attributes[0]).toEqual({
      variable: true,
      code: 'size',
      datatype: 'singlevaluelist',
      required: true,
      datatype_description: null,
      order: 1,
      description: 'How big is it?',
      values: [
        { key: 'small', name: 'Smaller than a dinner plate' },
        { key: 'medium', name: 'Up to the size of a car tire' },
        { key: 'large', name: 'Bigger than a tire' },
      ],
    })
    expect(definition.attributes[2]).toMatchObject({ datatype: 'string', required: false, values: [] })
  })

  test('XML wraps attributes and values', async () => {
    const definition = xml(
      await (await app.request('/open311/v2/services/pothole.xml')).text(),
    ).service_definition
    expect(definition.attributes.attribute[0].values.value[0]).toEqual({
      key: 'small',
      name: 'Smaller than a dinner plate',
    })
    expect(definition.attributes.attribute[2].values).toBe('')
  })

  test('a code that no service has is 404, and so is one that this jurisdiction does not offer', async () => {
    expect((await errors(app.request('/open311/v2/services/unicorn.json')))[0]?.code).toBe(404)
    expect((await errors(app.request('/j/quill-water/open311/v2/services/pothole.xml')))[0]?.code).toBe(404)
  })
})

describe('a catalogue of one service', () => {
  /** Codes of digits, every kind of question, a single option, text that tries to inject markup. */
  async function peculiar(): Promise<Documents> {
    const documents = await bundledDocuments()
    const [first] = documents.services
    const kinds = ['text', 'paragraph', 'number', 'date', 'choice', 'choices', 'notice'] as const
    const questions = kinds.map(type => ({
      code: `q.${type}`,
      type,
      label: `<b>${type}</b> & ]]> 🕳️`,
      options: [{ key: '1', label: 'One' }],
    }))
    const service = { code: '001', name: 'A & B', layers: first?.layers ?? [], questions }
    const jurisdictions = documents.jurisdictions.map(({ services, offers, ...jurisdiction }) => jurisdiction)
    return { ...documents, services: [service], agreements: {}, jurisdictions }
  }

  test('one service, one attribute and one value are arrays still; 001 keeps its zeros', async () => {
    const single = await startApp({ documents: await peculiar() })
    try {
      const list = await (await single.request('/open311/v2/services.json')).text()
      expect(list).toMatch(/^\[\{"service_code":"001",/)
      const definition = await (await single.request('/open311/v2/services/001.json')).json()
      expect(
        definition.attributes.map((one: { datatype: string; variable: boolean }) => [
          one.datatype,
          one.variable,
        ]),
      ).toEqual([
        ['string', true],
        ['text', true],
        ['number', true],
        ['datetime', true],
        ['singlevaluelist', true],
        ['multivaluelist', true],
        ['text', false],
      ])
      expect(definition.attributes[4].values).toEqual([{ key: '1', name: 'One' }])
      const xmlText = await (await single.request('/open311/v2/services/001.xml')).text()
      expect(xml(xmlText).service_definition.attributes.attribute[0].description).toBe('<b>text</b> & ]]> 🕳️')
      expect(
        xml(await (await single.request('/open311/v2/services.xml')).text()).services.service.service_code,
      ).toBe('001')
    } finally {
      await single.close()
    }
  })

  test('no services is an empty list, 200', async () => {
    const empty = await startApp({ documents: { ...(await peculiar()), services: [] } })
    try {
      expect(await items(empty.request('/open311/v2/services.json'))).toEqual([])
      expect(await (await empty.request('/open311/v2/services.xml')).text()).toContain('<services/>')
    } finally {
      await empty.close()
    }
  })
})

describe('jurisdiction_id', () => {
  const services = (id: string, site = '') =>
    app.request(`${site}/open311/v2/services.json?jurisdiction_id=${id}`)

  test('is understood as a slug, the region, or nothing at all', async () => {
    const common = await (await services('')).json()
    expect(await (await services('ellery')).json()).toEqual(common)
    expect(await (await services('HOLLIS')).json()).toEqual(await (await services('', '/j/hollis')).json())
  })

  test('is understood as a web host of the jurisdiction', async () => {
    const documents = await bundledDocuments()
    const region = { ...documents.region, jurisdictionHosts: { '311.hollis.example': 'hollis' } }
    const jurisdictions = documents.jurisdictions.map(one =>
      one.slug === 'larkfield' ? { ...one, url: 'https://www.larkfield.example/311' } : one,
    )
    const hosted = await startApp({ documents: { ...documents, region, jurisdictions } })
    try {
      const list = async (id: string) =>
        (await hosted.request(`/open311/v2/services.json?jurisdiction_id=${id}`)).json()
      expect(await list('311.hollis.example')).toEqual(await list('hollis'))
      expect(await list('larkfield.example')).toEqual(await list('larkfield'))
    } finally {
      await hosted.close()
    }
  })

  test('that is unknown is 404 on every call, in the format asked for', async () => {
    const calls = ['services', 'services/pothole', 'requests', 'requests/HO-22222-22222', 'tokens/1']
    for (const call of calls) {
      for (const format of ['json', 'xml']) {
        const [error] = await errors(app.request(`/open311/v2/${call}.${format}?jurisdiction_id=atlantis`))
        expect([error?.code, error?.description]).toEqual([404, expect.stringContaining('atlantis')])
      }
    }
  })

  test('of another jurisdiction is 404 on a jurisdiction’s own endpoint', async () => {
    expect((await services('larkfield', '/j/hollis')).status).toBe(404)
    expect((await services('ellery', '/j/hollis')).status).toBe(404)
    expect((await services('hollis', '/j/hollis')).status).toBe(200)
  })
})

describe('service discovery', () => {
  test('the region names its own endpoint first, then one of each jurisdiction; each answers', async () => {
    const found = await json('/open311/discovery.json')
    expect(Object.keys(found)).toEqual(['changeset', 'contact', 'key_service', 'endpoints'])
    expect(found.endpoints.map(({ url }: { url: string }) => url)).toEqual([
      'http://localhost/open311/v2',
      ...app.region.documents.jurisdictions.map(({ slug }) => `http://localhost/j/${slug}/open311/v2`),
    ])
    for (const { url, ...endpoint } of found.endpoints) {
      expect(endpoint).toEqual({
        specification: 'http://wiki.open311.org/GeoReport_v2',
        changeset: found.changeset,
        type: 'production',
        formats: ['text/xml', 'application/json'],
      })
      expect((await app.request(`${url}/services.xml`)).status).toBe(200)
    }
  })

  test('a jurisdiction’s own names its endpoint first and the shared one second', async () => {
    const found = await json('/j/hollis/open311/discovery.json')
    expect(found.endpoints.map(({ url }: { url: string }) => url)).toEqual([
      'http://localhost/j/hollis/open311/v2',
      'http://localhost/r/ellery/open311/v2',
    ])
    expect(found.contact).toContain('City of Hollis')
  })

  test('the changeset is when the configuration was applied: sortable, and in the past', async () => {
    const { changeset } = await json('/open311/discovery.json')
    expect(changeset).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Date.parse(changeset)).toBeLessThanOrEqual(app.platform.clock.now())
  })

  test('XML says the same, with lists that hold their items', async () => {
    const { endpoints, contact } = xml(await (await app.request('/open311/discovery.xml')).text()).discovery
    expect(contact).toBe((await json('/open311/discovery.json')).contact)
    expect(endpoints.endpoint[0].formats.format).toEqual(['text/xml', 'application/json'])
  })

  test('the bare address leads to the document', async () => {
    const answer = await app.request('/j/hollis/open311/discovery')
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/j/hollis/open311/discovery.json'])
  })

  test('the key service says how to get a key and which jurisdictions there are', async () => {
    const { key_service } = await json('/open311/discovery.json')
    expect(key_service).toContain('311@ellerycounty.example')
    for (const { slug } of app.region.documents.jurisdictions) expect(key_service).toContain(slug)
  })
})

describe('at the route', () => {
  test('an unknown call, format or path is 404 with an error list, XML where the format cannot be told', async () => {
    const typed = async (path: string) => {
      const answer = await app.request(path)
      const type = answer.headers.get('content-type')
      return [(await errors(answer))[0]?.code, type?.split(';')[0]]
    }
    expect(await typed('/open311/v2/nothing.json')).toEqual([404, 'application/json'])
    expect(await typed('/open311/v2/nothing.xml')).toEqual([404, 'text/xml'])
    expect(await typed('/open311/v2/services.csv')).toEqual([404, 'text/xml'])
    expect(await typed('/open311/v2/services/pothole')).toEqual([404, 'text/xml'])
    expect(await typed('/open311')).toEqual([404, 'text/xml'])
    expect(await typed('/r/atlantis/open311/v2/services.json')).toEqual([404, 'application/json'])
  })

  test('a path’s last extension is the format; what is before it is the name, decoded', async () => {
    const asked = async (name: string) =>
      (await errors(app.request(`/open311/v2/services/${name}.json`)))[0]?.description
    expect(await asked('14-1.2')).toContain('"14-1.2"')
    expect(await asked('a%2Fb')).toContain('"a/b"')
    expect(await asked('a%20b.xml')).toContain('"a b.xml"')
    expect(await asked('%zz')).toContain('"%zz"')
  })

  test('HEAD answers as GET without a body; OPTIONS allows any origin', async () => {
    const head = await app.request('/open311/v2/services.json', { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      'application/json; charset=utf-8',
      '',
    ])
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
    const preflight = await app.request('/open311/v2/requests.json', { method: 'OPTIONS', headers })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
  })

  test('answers and errors may be read from any origin', async () => {
    for (const path of [
      '/open311/v2/services.json',
      '/open311/v2/services/unicorn.json',
      '/open311/nothing',
    ]) {
      expect((await app.request(path)).headers.get('access-control-allow-origin')).toBe('*')
    }
  })

  test('a method that a call does not have is 405, and says which it has', async () => {
    const refused = await app.request('/open311/v2/services.json', { method: 'POST' })
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    const put = await app.request('/open311/v2/requests.json', { method: 'PUT' })
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
    await errors(put)
  })
})
