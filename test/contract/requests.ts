import { describe, expect, it } from 'vitest'
import { parseTrackingNumber } from '../../src/core/ids.ts'
import type { ContractApp } from './app.ts'

/** A request's life over HTTP: the same promises on each runtime. */
export function requestsContract(name: string, start: () => Promise<ContractApp>): void {
  describe(`a request's life, ${name}`, () => {
    it('is filed with its jurisdiction, followed by its number, worked on and closed', async () => {
      const app = await start()
      const filed = await app.post('/api/v1/requests', pothole(app))
      expect(filed.status).toBe(201)
      const { id, jurisdiction, resolution } = (await filed.json()) as Filed
      expect(parseTrackingNumber(id)?.id).toBe(id)
      expect(resolution.accountable).toMatchObject({ kind: 'jurisdiction', id: jurisdiction })

      const work = await app.key(jurisdiction, 'work')
      const before = await whole(app, work, id)
      expect(before).toMatchObject({
        status: 'submitted',
        version: 1,
        contact: { email: 'reader@example.org' },
      })

      expect((await app.change(work, id, { to: 'acknowledged', version: 1 })).status).toBe(200)
      expect(
        (await app.change(work, id, { to: 'in_progress', version: 2, text: 'A crew is on its way.' })).status,
      ).toBe(200)
      expect(
        (await app.change(work, id, { to: 'closed', version: 3, reason: 'completed', text: 'Filled.' }))
          .status,
      ).toBe(200)

      const seen = (await (await app.get(`/api/v1/requests/${id}`)).json()) as Shown
      expect(seen.status).toBe('closed')
      expect(seen.timeline.map(({ type, to }) => to ?? type)).toEqual([
        'submitted',
        'acknowledged',
        'in_progress',
        'closed',
      ])
      expect(JSON.stringify(seen)).not.toContain('reader@example.org')

      expect(
        (await app.change(work, id, { to: 'in_progress', version: 4, text: 'It has sunk again.' })).status,
      ).toBe(200)
      expect(await whole(app, work, id)).toMatchObject({
        status: 'in_progress',
        version: 5,
        closed_at: null,
        close_reason: null,
      })
    })

    it('is listed by GeoReport with its answers and its notes, oldest first, by extensions=true', async () => {
      const app = await start()
      const filed = await app.post('/api/v1/requests', pothole(app))
      const { id, jurisdiction } = (await filed.json()) as Filed
      const work = await app.key(jurisdiction, 'work')
      await app.change(work, id, { to: 'acknowledged', version: 1 })
      await app.change(work, id, { to: 'closed', version: 2, reason: 'completed', text: 'Filled.' })
      for (const path of [
        'requests.json?',
        `requests.json?service_request_id=${id}&`,
        `requests/${id}.json?`,
      ]) {
        const answer = await app.get(`/open311/v2/${path}jurisdiction_id=${jurisdiction}&extensions=true`)
        expect(answer.status).toBe(200)
        const found = ((await answer.json()) as Extended[]).find(each => each.service_request_id === id)
        expect(found?.attributes.length).toBeGreaterThan(0)
        expect(found?.notes).toMatchObject([
          {},
          { type: 'activity' },
          { type: 'closed', description: 'Filled.' },
        ])
      }
    })

    it('that does not exist is not found, whatever is asked about it', async () => {
      const app = await start()
      const work = await app.key(app.arbitrator, 'work')
      for (const about of ['', '/forwards', '/duplicates']) {
        const answer = await app.get(`/api/v1/work/requests/EC-22222-22222${about}`, work)
        expect([about, answer.status]).toEqual([about, 404])
      }
    })

    it('keeps what was pasted: line breaks of other programs, without control characters', async () => {
      const app = await start()
      const filed = await file(app, {
        ...pothole(app),
        description: 'x\u000by\fz\u0085a\u2028b\u2029c\u0007d\ud800e\t\u{1f4a1}',
        first_name: ' Ada\u000bLovelace\u0000',
      })
      const work = await app.key(filed.jurisdiction, 'work')
      const note = { text: 'seen\u000bfrom\u0002 the road', public: true }
      expect((await app.note(work, filed.id, note)).status).toBe(201)
      const status = { to: 'acknowledged', version: 2, text: 'one\u000btwo\u001b' }
      expect((await app.change(work, filed.id, status)).status).toBe(200)
      const kept = await whole(app, work, filed.id)
      expect(kept).toMatchObject({
        description: 'x\ny\nz\na\nb\ncde\t\u{1f4a1}',
        contact: { first_name: 'Ada Lovelace' },
      })
      expect(JSON.stringify(kept)).toContain('seen\\nfrom the road')
      expect(JSON.stringify(kept)).toContain('one\\ntwo"')
    })

    it('is filed once, however often it is sent with one key', async () => {
      const app = await start()
      const headers = { 'idempotency-key': `once-${app.unique()}` }
      const [first, second] = await Promise.all([
        app.post('/api/v1/requests', pothole(app), headers),
        app.post('/api/v1/requests', pothole(app), headers),
      ])
      expect([first.status, second.status]).toEqual([201, 201])
      const filed = ((await first.json()) as Filed).id
      expect(((await second.json()) as Filed).id).toBe(filed)
      const other = await app.post(
        '/api/v1/requests',
        { ...pothole(app), description: 'something else' },
        headers,
      )
      // Anonymous callers may use the same key: different content is then a different request.
      expect(other.status).toBe(201)
      expect(((await other.json()) as Filed).id).not.toBe(filed)
    })

    it('changes once when two decide at the same time', async () => {
      const app = await start()
      const { id, jurisdiction } = await file(app)
      const work = await app.key(jurisdiction, 'work')
      const answers = await Promise.all([
        app.change(work, id, { to: 'closed', version: 1, reason: 'completed' }),
        app.change(work, id, { to: 'acknowledged', version: 1 }),
      ])
      expect(answers.map(answer => answer.status).sort()).toEqual([200, 409])
      expect(await whole(app, work, id)).toMatchObject({ version: 2 })
    })

    it('cannot be moved where its status does not allow, and nothing is half-written', async () => {
      const app = await start()
      const { id, jurisdiction } = await file(app)
      const work = await app.key(jurisdiction, 'work')
      expect((await app.change(work, id, { to: 'submitted', version: 1 })).status).toBe(409)
      expect((await app.change(work, id, { to: 'closed', version: 1 })).status).toBe(400)
      const kept = (await whole(app, work, id)) as Shown
      expect(kept).toMatchObject({ status: 'submitted', version: 1 })
      expect(kept.timeline).toHaveLength(1)
    })

    it('keeps private notes with the jurisdiction', async () => {
      const app = await start()
      const { id, jurisdiction } = await file(app)
      const work = await app.key(jurisdiction, 'work')
      await app.note(work, id, { text: 'The caller sounded upset.' })
      await app.note(work, id, { text: 'Scheduled for Thursday.', public: true })
      const shown = await (await app.get(`/api/v1/requests/${id}`)).text()
      expect(shown).toContain('Scheduled for Thursday.')
      expect(shown).not.toContain('upset')
      expect(JSON.stringify(await whole(app, work, id))).toContain('upset')
    })

    it('is in the jurisdiction’s audit: who changed it, who saw it, and that someone read that', async () => {
      const app = await start()
      const { id, jurisdiction } = await file(app)
      const [work, audit] = [await app.key(jurisdiction, 'work'), await app.key(jurisdiction, 'audit')]
      await app.note(work, id, { text: 'For us alone.' })
      await whole(app, work, id)
      await app.get('/api/v1/work/requests?limit=1', work)
      const look = async () => {
        const answer = await app.get(`/api/v1/work/audit?request=${id}`, audit)
        expect(answer.status).toBe(200)
        return ((await answer.json()) as { rows: { what: string; fields: string[] }[] }).rows
      }
      const rows = await look()
      const kinds = rows.map(({ what }) => what).sort()
      expect(kinds).toEqual(['list', 'note', 'request', 'submitted'])
      expect(rows.find(({ what }) => what === 'request')?.fields).toEqual(['contacts', 'notes'])
      expect((await look()).filter(({ what }) => what === 'audit')).toHaveLength(1)
    })

    it('is never visible, nor to be changed, by another jurisdiction', async () => {
      const app = await start()
      const { id, jurisdiction } = await file(app)
      const other = app.jurisdictions.find(slug => slug !== jurisdiction) ?? ''
      const stranger = await app.key(other, 'work')
      expect((await app.get(`/api/v1/work/requests/${id}`, stranger)).status).toBe(404)
      expect((await app.change(stranger, id, { to: 'closed', version: 1, reason: 'invalid' })).status).toBe(
        404,
      )
      expect((await app.get('/api/v1/work/requests')).status).toBe(403)
      const reporter = await app.key(jurisdiction, 'report')
      expect((await app.get(`/api/v1/work/requests/${id}`, reporter)).status).toBe(403)
    })

    it('shows on the shared list, and near its place, once its job has run', async () => {
      const app = await start()
      const { id } = await file(app)
      await app.runJobs()
      const list = (await (await app.get('/api/v1/requests?limit=200')).json()) as { requests: Shown[] }
      expect(list.requests.map(request => request.id)).toContain(id)
      const { lat, long } = pothole(app)
      const near = (await (
        await app.get(`/api/v1/nearby?service_code=pothole&lat=${lat}&long=${long}`)
      ).json()) as { requests: Shown[] }
      expect(near.requests.length).toBeGreaterThan(0)
    })

    it('of a private service is on no public list, and its number shows only how it stands', async () => {
      const app = await start()
      const { id } = await file(app, {
        ...pothole(app),
        service_code: app.privateService,
        answers: app.answersFor(app.privateService),
        description: 'A neighbor in need',
      })
      await app.runJobs()
      const list = await (await app.get('/api/v1/requests?limit=200')).text()
      expect(list).not.toContain(id)
      const shown = await (await app.get(`/api/v1/requests/${id}`)).text()
      expect(shown).toContain('submitted')
      expect(shown).not.toContain('neighbor')
    })

    it('is found by words and by place, page after page, each once', async () => {
      const app = await start()
      const word = `quokka${app.unique().toLowerCase()}`
      const filed = []
      for (let count = 0; count < 5; count++)
        filed.push((await file(app, { ...pothole(app), description: `a ${word} number ${count}` })).id)
      const { jurisdiction } = await file(app)
      const work = await app.key(jurisdiction, 'work')
      const found: string[] = []
      let after = ''
      do {
        const page = (await (
          await app.get(`/api/v1/work/requests?q=${word}&limit=2&after=${after}`, work)
        ).json()) as { requests: Shown[]; next: string | null }
        found.push(...page.requests.map(request => request.id))
        after = page.next ?? ''
      } while (after !== '')
      expect(found).toEqual([...filed].reverse())
      const { lat, long } = pothole(app)
      const box = [long - 0.001, lat - 0.001, long + 0.001, lat + 0.001].join(',')
      const inBox = (await (await app.get(`/api/v1/work/requests?q=${word}&bbox=${box}`, work)).json()) as {
        requests: Shown[]
      }
      expect(inBox.requests).toHaveLength(5)
      const elsewhere = [long + 1, lat + 1, long + 2, lat + 2].join(',')
      expect(await (await app.get(`/api/v1/work/requests?bbox=${elsewhere}`, work)).json()).toMatchObject({
        requests: [],
      })
      expect(
        (await app.get(`/api/v1/work/requests?q=${encodeURIComponent('" OR * NEAR(')}`, work)).status,
      ).toBe(200)
    })

    it('carries its photos without what the phone wrote into them', async () => {
      const app = await start()
      const uploaded = await app.send('/api/v1/media', jpegWithPlace())
      expect(uploaded.status).toBe(201)
      const photo = ((await uploaded.json()) as { id: string }).id
      const { id, jurisdiction } = await file(app, { ...pothole(app), media: [photo] })
      const shown = (await (await app.get(`/api/v1/requests/${id}`)).json()) as Shown
      expect(shown.photos).toHaveLength(1)
      const served = await app.get(new URL(shown.photos[0] ?? '').pathname)
      expect(served.headers.get('content-type')).toBe('image/jpeg')
      expect(new TextDecoder('latin1').decode(await served.arrayBuffer())).not.toContain('GPS')
      const elsewhere = app.jurisdictions.find(slug => slug !== jurisdiction)
      expect((await app.get(`/media/${elsewhere}/${photo}`)).status).toBe(404)
    })

    it('a photo is one report’s: who names it again is refused, wherever, with whatever key; the same sending is answered again', async () => {
      const app = await start()
      const photo = ((await (await app.send('/api/v1/media', jpegWithPlace())).json()) as { id: string }).id
      const report = { ...pothole(app), media: [photo, photo] }
      const once = { 'idempotency-key': app.unique() }
      const send = (path: string, headers: Record<string, string> = {}, more: object = {}) =>
        app.post(path, { ...report, ...more }, headers)
      const filed = (await (await send('/api/v1/requests', once)).json()) as Filed
      expect(await (await send('/api/v1/requests', once)).json()).toMatchObject({ id: filed.id })
      const elsewhere = app.offering('pothole').find(slug => slug !== filed.jurisdiction)
      for (const [path, headers, more] of [
        ['/api/v1/requests', {}],
        ['/api/v1/requests', once, { description: 'Somebody else’s' }],
        [`/j/${elsewhere}/api/v1/requests`, {}],
        [`/j/${elsewhere}/api/v1/requests`, once],
      ] as const) {
        const refused = await send(path, headers, more)
        expect(refused.status).toBe(400)
        expect(await refused.json()).toMatchObject({ fields: [{ field: 'media', code: 'unknown' }] })
      }
      const shown = (await (await app.get(`/api/v1/requests/${filed.id}`)).json()) as Shown
      expect(shown.photos).toHaveLength(1)
    })

    it('of a private service, its photo is there for whoever may see it, noted, and for nobody else', async () => {
      const app = await start()
      const upload = async () =>
        ((await (await app.send('/api/v1/media', jpegWithPlace())).json()) as { id: string }).id
      const [photo, open] = [await upload(), await upload()]
      const { id, jurisdiction } = await file(app, {
        ...pothole(app),
        service_code: app.privateService,
        answers: app.answersFor(app.privateService),
        media: [photo],
      })
      const other = await file(app, { ...pothole(app), media: [open] })
      const reader = await app.key(jurisdiction, 'read')
      const shown = (await (await app.get(`/api/v1/work/requests/${id}`, reader)).json()) as Shown
      const path = new URL(shown.photos[0] ?? '').pathname
      const served = await app.get(path, reader)
      expect(served.status).toBe(200)
      expect(Object.fromEntries(served.headers)).toMatchObject({
        'content-type': 'image/jpeg',
        'cache-control': 'private, no-store',
        'cross-origin-resource-policy': 'same-origin',
      })
      expect((await app.get(path, await app.key(jurisdiction, 'work'))).status).toBe(200)

      const stranger = app.jurisdictions.find(slug => slug !== jurisdiction) ?? ''
      const missing = path.replace(photo, 'X'.repeat(photo.length))
      for (const key of [
        undefined,
        'no key',
        await app.key(jurisdiction, 'report'),
        await app.key(jurisdiction, 'audit'),
        await app.key(stranger, 'work'),
      ]) {
        const [hidden, none] = [await app.get(path, key), await app.get(missing, key)]
        expect([hidden.status, none.status]).toEqual([404, 404])
        expect((await hidden.text()).replaceAll(path, missing)).toBe(await none.text())
      }

      const everybodys = await app.get(`/media/${other.jurisdiction}/${open}`, reader)
      expect(everybodys.headers.get('cache-control')).toBe('private, max-age=3600')
      const accessLog = async (number: string, where: string) => {
        const audit = await app.get(
          `/api/v1/work/audit?request=${number}&kind=saw`,
          await app.key(where, 'audit'),
        )
        const { rows } = (await audit.json()) as { rows: { what: string }[] }
        return rows.filter(({ what }) => what === 'photo').length
      }
      expect(await accessLog(id, jurisdiction)).toBe(2)
      expect(await accessLog(other.id, other.jurisdiction)).toBe(0)
    })

    it('shows a page dressed as a photo as a picture that runs nothing, whoever opens it', async () => {
      const app = await start()
      const text = (written: string) => [...new TextEncoder().encode(written)]
      const page = text('<!doctype html><script>alert(1)</script>')
      const segment = (marker: number, body: number[]) => [0xff, marker, 0, body.length + 2, ...body]
      const [soi = 0, marker = 0, ...picture] = jpegWithPlace()
      const dressed = [
        ...[soi, marker],
        ...segment(0xe0, [...text('JFIF\0'), ...page]),
        ...segment(0xfe, text('<svg onload=alert(2)>')),
        ...picture,
        ...text('<svg onload=alert(3)>'),
      ]
      const uploaded = await app.send('/api/v1/media', new Uint8Array(dressed))
      const photo = ((await uploaded.json()) as { id: string }).id
      const { jurisdiction } = await file(app, { ...pothole(app), media: [photo] })
      const served = await app.get(`/media/${jurisdiction}/${photo}`)
      expect(served.status).toBe(200)
      expect(new TextDecoder('latin1').decode(await served.arrayBuffer())).not.toContain('onload')
      expect(Object.fromEntries(served.headers)).toMatchObject({
        'content-type': 'image/jpeg',
        'x-content-type-options': 'nosniff',
        'content-disposition': 'inline; filename="photo.jpg"',
        'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
        'cross-origin-resource-policy': 'cross-origin',
      })
    })

    it('refuses a script named .jpg, an SVG, a photo of 50 MB and one that is cut short', async () => {
      const app = await start()
      const script = new TextEncoder().encode('<script>alert(1)</script>')
      const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
      expect((await app.send('/api/v1/media', script)).status).toBe(415)
      expect((await app.send('/api/v1/media', svg)).status).toBe(415)
      expect((await app.send('/api/v1/media', new Uint8Array(50 * 1024 * 1024).fill(0xff))).status).toBe(413)
      expect((await app.send('/api/v1/media', jpegWithPlace().slice(0, 40))).status).toBe(415)
    })

    it('names every field to correct', async () => {
      const app = await start()
      const answer = await app.post('/api/v1/requests', {
        service_code: 'pothole',
        lat: 95,
        long: 120,
        accuracy: -1,
        description: 'x'.repeat(4001),
        email: 'nobody',
        answers: { size: 'enormous' },
      })
      expect(answer.status).toBe(400)
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(await errorsOf(answer)).toEqual(['lat out-of-range'])
      const placed = await app.post('/api/v1/requests', {
        ...pothole(app),
        accuracy: -1,
        description: 'x'.repeat(4001),
        email: 'nobody',
        phone: '+1 555 010 010',
        answers: { ...app.answersFor('pothole'), [app.choiceOf('pothole')]: 'enormous' },
      })
      expect(await errorsOf(placed)).toEqual([
        'accuracy out-of-range',
        'description too-long',
        'email not-an-email',
        'phone not-a-phone',
        `answers.${app.choiceOf('pothole')} not-an-option`,
      ])
      const swapped = await app.post('/api/v1/requests', { ...pothole(app), lat: -120, long: 38 })
      expect(await errorsOf(swapped)).toEqual(['lat swapped'])
      for (const body of ['{', '[]', '"x"', 'null', '{"service_code": 1}', '\u0000']) {
        const refused = await app.raw('/api/v1/requests', body)
        expect(refused.status, body).toBe(400)
      }
      expect((await app.raw('/api/v1/requests', new Uint8Array([0x7b, 0xff, 0xfe]))).status).toBe(400)
      expect(
        (await app.raw('/api/v1/requests', JSON.stringify({ description: 'x'.repeat(10_000_000) }))).status,
      ).toBe(413)
      expect(
        (await app.post('/api/v1/requests', { ...pothole(app), service_code: 'no-such-service' })).status,
      ).toBe(404)
    })
  })
}

async function errorsOf(answer: Response): Promise<string[]> {
  expect(answer.status).toBe(400)
  const { fields } = (await answer.json()) as { fields: { field: string; code: string; message: string }[] }
  return fields.map(({ field, code }) => `${field} ${code}`)
}

interface Extended {
  service_request_id: string
  attributes: object[]
  notes: object[]
}

interface Filed {
  id: string
  jurisdiction: string
  resolution: { accountable: { kind: string; id: string } }
}
interface Shown {
  id: string
  status: string
  photos: string[]
  timeline: { type: string; to?: string }[]
}

function pothole(app: ContractApp) {
  return {
    service_code: 'pothole',
    ...app.place,
    description: 'A hole as wide as a door',
    email: 'reader@example.org',
    answers: app.answersFor('pothole'),
  }
}

async function file(app: ContractApp, body: object = pothole(app)): Promise<Filed> {
  const answer = await app.post('/api/v1/requests', body)
  expect(answer.status).toBe(201)
  return (await answer.json()) as Filed
}

async function whole(app: ContractApp, key: string, id: string): Promise<unknown> {
  const answer = await app.get(`/api/v1/work/requests/${id}`, key)
  expect(answer.status).toBe(200)
  return answer.json()
}

/** A JPEG's skeleton with an Exif block that holds a location. */
function jpegWithPlace(): Uint8Array<ArrayBuffer> {
  const exif = new TextEncoder().encode('Exif\0\0GPS 38.59 -74.30')
  return new Uint8Array([
    0xff,
    0xd8,
    0xff,
    0xe1,
    0,
    exif.length + 2,
    ...exif,
    0xff,
    0xdb,
    0,
    4,
    1,
    2,
    0xff,
    0xda,
    0,
    4,
    1,
    2,
    0x11,
    0xff,
    0x00,
    0x22,
    0xff,
    0xd9,
  ])
}
