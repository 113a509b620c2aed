import { beforeAll, describe, expect, it } from 'vitest'
import { jpeg } from '../support/photos.ts'
import type { ContractApp } from './app.ts'

interface Handoff {
  id: string
  state: string
  side: string
  request: string | null
  sender: string
  receiver: string
  reason: { code: string; label: string }
  text: string
  answer: { reason: { code: string } | null; text: string; counter: string | null } | null
  subject: { photos: string[] } | null
}
interface Case {
  status: string
  version: number
}
interface Refusal {
  detail: string
  state?: string
  fields: { field: string; code: string }[]
}

/** Handoffs over HTTP: the same promises on each runtime. */
export function handoffsContract(name: string, start: () => Promise<ContractApp>): void {
  describe(`a handoff, ${name}`, () => {
    let app: ContractApp
    let receiver: string
    let taker: string
    beforeAll(async () => {
      app = await start()
      const { sender } = await filed()
      receiver = app.offering('pothole').find(slug => slug !== sender) ?? ''
      taker = await app.key(receiver, 'work')
    })

    async function filed(more: object = {}) {
      const answer = await app.post('/api/v1/requests', {
        service_code: 'pothole',
        ...app.place,
        answers: app.answersFor('pothole'),
        ...more,
      })
      const { id, jurisdiction } = (await answer.json()) as { id: string; jurisdiction: string }
      return { id, sender: jurisdiction, giver: await app.key(jurisdiction, 'work') }
    }
    const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
    const offer = (key: string, request: string, change: object = {}, headers: Record<string, string> = {}) =>
      app.post(
        `/api/v1/work/requests/${request}/handoffs`,
        { receiver, reason: 'not-our-asset', text: 'Your road.', version: 1, ...change },
        { ...bearer(key), ...headers },
      )
    const act = (key: string, id: string, verb: string, said: object = {}) =>
      app.post(`/api/v1/work/handoffs/${id}/${verb}`, said, bearer(key))
    const read = async (key: string, id: string) =>
      (await (await app.get(`/api/v1/work/handoffs/${id}`, key)).json()) as Handoff
    const versionOf = async (key: string, request: string) =>
      ((await (await app.get(`/api/v1/work/requests/${request}`, key)).json()) as Case).version
    async function offered() {
      const { id, sender, giver } = await filed()
      const made = (await (await offer(giver, id)).json()) as Handoff
      await app.runJobs()
      return { request: id, sender, giver, id: made.id }
    }

    it('is offered, seen by the receiver, accepted, and granted: from then on the receiver works on it', async () => {
      const { request, sender, giver, id } = await offered()
      expect(await read(taker, id)).toMatchObject({
        side: 'receiver',
        state: 'offered',
        sender,
        receiver,
        reason: { code: 'not-our-asset', label: 'Another agency owns or maintains it' },
        text: 'Your road.',
        request: null,
      })
      const accepted = await act(taker, id, 'accept', { text: 'Ours.' })
      expect(accepted.status).toBe(200)
      expect(await accepted.json()).toMatchObject({ state: 'accepted' })
      await app.runJobs()
      expect(await read(giver, id)).toMatchObject({ state: 'granted', answer: { text: 'Ours.' } })
      const { request: own } = await read(taker, id)
      expect((await app.change(taker, own ?? '', { to: 'acknowledged', version: 1 })).status).toBe(200)
      expect((await app.change(giver, request, { to: 'acknowledged', version: 2 })).status).toBe(409)
    })

    it('is refused with a reason and a better address, which the sender reads', async () => {
      const { giver, id } = await offered()
      const counter = app.offering('pothole').find(slug => slug !== receiver)
      const said = { reason: 'outside-our-limits', text: 'Beyond the bridge.', counter }
      expect((await act(taker, id, 'refuse', said)).status).toBe(200)
      await app.runJobs()
      expect(await read(giver, id)).toMatchObject({
        state: 'refused',
        answer: { reason: { code: 'outside-our-limits' }, text: 'Beyond the bridge.', counter },
      })
    })

    it('is withdrawn, and an answer that comes later is told so', async () => {
      const { giver, id } = await offered()
      expect(await (await act(giver, id, 'withdraw')).json()).toMatchObject({ state: 'withdrawn' })
      await app.runJobs()
      const late = await act(taker, id, 'accept')
      expect(late.status).toBe(409)
      expect(await late.json()).toMatchObject({ state: 'withdrawn' })
    })

    it('answered by two at once: one wins, the other reads how it stands', async () => {
      const { id } = await offered()
      const answers = await Promise.all([
        act(taker, id, 'accept'),
        act(taker, id, 'refuse', { reason: 'other' }),
      ])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
      const lost = answers.find(({ status }) => status === 409)
      const { state } = (await (lost as Response).json()) as Refusal
      expect((await read(taker, id)).state).toBe(state)
    })

    it('sent twice with one key is made once', async () => {
      const { id, giver } = await filed()
      const key = { 'idempotency-key': app.unique() }
      const [first, second] = await Promise.all([offer(giver, id, {}, key), offer(giver, id, {}, key)])
      expect([first.status, second.status]).toEqual([201, 201])
      expect(((await first.json()) as Handoff).id).toBe(((await second.json()) as Handoff).id)
      expect((await offer(giver, id, { text: 'Else.' }, key)).status).toBe(409)
    })

    it('is offered once at a time, as the caller saw it, and only by whoever holds it', async () => {
      const { id, giver } = await filed()
      expect((await offer(giver, id, { version: 7 })).status).toBe(409)
      expect((await offer(giver, id)).status).toBe(201)
      expect(((await (await offer(giver, id)).json()) as Refusal).detail).toContain('already offered')
      expect((await offer(taker, id)).status).toBe(404)
      expect((await offer(taker, id, {}, bearer(await app.key(receiver, 'report')))).status).toBe(403)
    })

    it('to oneself, to nobody we know, or to one that does not do it is refused, with who would be right', async () => {
      const { id, giver, sender } = await filed()
      const said = async (change: object) => {
        const answer = await offer(giver, id, change)
        expect(answer.status).toBe(400)
        return (await answer.json()) as Refusal
      }
      expect((await said({ receiver: sender })).detail).toBe('You already hold this request.')
      expect((await said({ receiver: 'atlantis' })).detail).toContain('not found')
      const idle = app.jurisdictions.find(slug => !app.offering('pothole').includes(slug))
      expect((await said({ receiver: idle })).detail).toContain('does not offer this service')
      expect((await said({ reason: 'because' })).fields).toMatchObject([{ field: 'reason' }])
    })

    it('is nobody else’s business, and each side does only its own part', async () => {
      const { id, giver, sender } = await offered()
      const other = app.jurisdictions.find(slug => slug !== sender && slug !== receiver) ?? ''
      const stranger = await app.key(other, 'work')
      expect((await app.get(`/api/v1/work/handoffs/${id}`, stranger)).status).toBe(404)
      expect((await act(stranger, id, 'accept')).status).toBe(404)
      expect((await act(giver, id, 'accept')).status).toBe(403)
      expect((await act(taker, id, 'withdraw')).status).toBe(403)
      expect((await app.get(`/api/v1/work/handoffs/${id}`)).status).toBe(403)
    })

    it('is listed newest first, page after page, each once', async () => {
      const made = [await offered(), await offered(), await offered()].map(({ id }) => id)
      const found: string[] = []
      let after = ''
      do {
        const query = `side=receiver&state=offered&limit=2&after=${after}`
        const page = (await (await app.get(`/api/v1/work/handoffs?${query}`, taker)).json()) as {
          handoffs: Handoff[]
          next: string | null
        }
        found.push(...page.handoffs.map(({ id }) => id))
        after = page.next ?? ''
      } while (after !== '')
      expect(found.filter(id => made.includes(id)).sort()).toEqual([...made].sort())
      expect(new Set(found).size).toBe(found.length)
      expect((await app.get('/api/v1/work/handoffs?state=lost', taker)).status).toBe(400)
      expect((await app.get('/api/v1/work/handoffs?after=x', taker)).status).toBe(400)
    })

    it('is taken back when its sender closes the request, and an answer that comes later is told so', async () => {
      const { request, giver, id } = await offered()
      const closed = await app.change(giver, request, { to: 'closed', reason: 'completed', version: 1 })
      expect(closed.status).toBe(200)
      await app.runJobs()
      expect((await read(taker, id)).state).toBe('withdrawn')
      const late = await act(taker, id, 'accept')
      expect([late.status, await late.json()]).toMatchObject([409, { state: 'withdrawn' }])
    })

    /** A report at a place of the bundled county, on its site or a city's own; the jobs that follow have run. */
    async function reported(service: string, where: string, base = '') {
      const found = await app.get(`/api/v1/places?q=${encodeURIComponent(where)}`)
      const [place] = ((await found.json()) as { places: { lat: number; long: number }[] }).places
      const { lat, long } = place ?? { lat: 0, long: 0 }
      const body = { service_code: service, lat, long, answers: app.answersFor(service) }
      const answer = await app.post(`${base}/api/v1/requests`, body)
      const { id, jurisdiction } = (await answer.json()) as { id: string; jurisdiction: string }
      await app.runJobs()
      return { id, jurisdiction, lat, long, keeper: await app.key(jurisdiction, 'work') }
    }
    const handoffsOf = async (key: string, request: string) =>
      ((await (await app.get(`/api/v1/work/requests/${request}`, key)).json()) as { handoffs: Handoff[] })
        .handoffs

    describe('S1 county-maintained road inside a city', () => {
      it('reported at the city’s own site it is offered to the county by itself, with the reason', async () => {
        const { id, keeper, jurisdiction } = await reported(
          'pothole',
          '2230 Mill Road, Port Ellery',
          '/j/port-ellery',
        )
        expect(jurisdiction).toBe('port-ellery')
        expect(await handoffsOf(keeper, id)).toMatchObject([
          { state: 'offered', receiver: 'ellery-county', reason: { code: 'not-our-asset' } },
        ])
      })
    })

    describe('S5 contracted service with dates', () => {
      it('goes to whoever performs it at once, by the agreement that has accepted it beforehand', async () => {
        const { id, keeper, jurisdiction } = await reported(
          'traffic-signal',
          'Union Street and Fifth Street, Hollis',
        )
        expect(jurisdiction).toBe('hollis')
        expect(await handoffsOf(keeper, id)).toMatchObject([
          { state: 'granted', receiver: 'ellery-county', reason: { code: 'by-agreement' } },
        ])
        expect(await (await app.get(`/api/v1/requests/${id}`)).json()).toMatchObject({
          id,
          agency_responsible: 'Ellery County',
        })
      })
    })

    describe('S9 inaccurate location', () => {
      it('moved over the boundary, the number stays and it is offered to whoever is responsible', async () => {
        const elsewhere = await reported('graffiti', 'Hollis Common')
        const { id, keeper } = await reported('graffiti', '350 Main Street, Port Ellery')
        const { lat, long } = elsewhere
        const version = await versionOf(keeper, id)
        const moved = await app.post(
          `/api/v1/work/requests/${id}/location`,
          { lat, long, version },
          bearer(keeper),
        )
        expect(await moved.json()).toMatchObject({ id, changed: true, handoff: { receiver: 'hollis' } })
        await app.runJobs()
        expect(await handoffsOf(keeper, id)).toMatchObject([
          { state: 'offered', receiver: 'hollis', reason: { code: 'moved-pin' } },
        ])
      })
    })

    describe('S10 one incident, two jurisdictions', () => {
      it('each has a request of its own, and the case is as far along as both say', async () => {
        const { id, giver } = await filed()
        const input = { kind: 'share', reason: 'needs-several' }
        const shared = (await (await offer(giver, id, input)).json()) as Handoff
        await app.runJobs()
        await act(taker, shared.id, 'accept')
        await app.runJobs()
        const { request: own } = await read(taker, shared.id)
        const close = async (key: string, request: string) =>
          app.change(key, request, {
            to: 'closed',
            reason: 'completed',
            version: await versionOf(key, request),
          })
        expect((await close(giver, id)).status).toBe(200)
        await app.runJobs()
        const originCase = async () => (await (await app.get(`/api/v1/requests/${id}`)).json()) as Case
        expect(await originCase()).toMatchObject({
          status: 'submitted',
          shares: [{}, { jurisdiction: receiver }],
        })
        const meddled = await app.change(giver, own ?? '', { to: 'acknowledged', version: 1 })
        expect(meddled.status).toBe(404)
        expect((await close(taker, own ?? '')).status).toBe(200)
        await app.runJobs()
        expect((await originCase()).status).toBe('closed')
      })
    })

    describe('S11 handoff refused', () => {
      it('a second time, it goes to the arbitrator with the whole trace, who has the last word', async () => {
        const { id, giver, sender } = await filed()
        const others = app.offering('pothole').filter(slug => slug !== sender && slug !== app.arbitrator)
        const [first = '', second = ''] = others
        let last = ''
        for (const [at, to] of [first, second].entries()) {
          const made = (await (await offer(giver, id, { receiver: to })).json()) as Handoff
          last = made.id
          await app.runJobs()
          const said = { reason: 'outside-our-limits', text: `No, ${at}.`, counter: app.arbitrator }
          expect((await act(await app.key(to, 'work'), made.id, 'refuse', said)).status).toBe(200)
          await app.runJobs()
        }
        expect((await read(giver, last)).state).toBe('appealed')
        const judge = await app.key(app.arbitrator, 'work')
        expect(await read(judge, last)).toMatchObject({
          side: 'arbitrator',
          state: 'appealed',
          // With a clock that stands still, either may be first.
          tried: expect.arrayContaining([
            expect.objectContaining({ receiver: first, state: 'refused', text: 'No, 0.' }),
            expect.objectContaining({ receiver: second, state: 'refused', counter: app.arbitrator }),
          ]),
        })
        expect(await read(await app.key(app.arbitrator, 'read'), last)).toMatchObject({
          text: null,
          tried: expect.arrayContaining([
            expect.objectContaining({ receiver: first, state: 'refused', text: null }),
          ]),
        })
        expect((await act(judge, last, 'decide', { holder: first, text: 'Yours.' })).status).toBe(200)
        await app.runJobs()
        expect(await read(giver, last)).toMatchObject({ state: 'granted', receiver: first })
        const late = await act(giver, last, 'withdraw')
        expect([late.status, await late.json()]).toMatchObject([409, { state: 'granted' }])
      })
    })

    describe('S12 duplicate across jurisdictions', () => {
      it('is proposed, confirmed, and undone by whoever holds it by then', async () => {
        const { id: older, giver } = await filed()
        const passed = await offered()
        await act(taker, passed.id, 'accept')
        await app.runJobs()
        const { request: theirs } = await read(taker, passed.id)
        const path = (request: string, rest = '') => `/api/v1/work/requests/${request}/duplicates${rest}`
        const link = (key: string, where: string, said: object) => app.post(where, said, bearer(key))
        expect((await link(giver, path(older), { of: passed.request })).status).toBe(201)
        await app.runJobs()
        const answer = path(theirs ?? '', `/${older}/answer`)
        expect((await link(taker, answer, { confirmed: true })).status).toBe(200)
        await app.runJobs()
        const stands = async (key: string, request: string) =>
          ((await (await app.get(path(request), key)).json()) as { links: { state: string }[] }).links
        expect(await stands(giver, older)).toMatchObject([{ state: 'confirmed', survivor: older }])
        const originCase = async () =>
          (await (await app.get(`/api/v1/requests/${passed.request}`)).json()) as Case
        expect((await originCase()).status).toBe('closed')

        const version = await versionOf(giver, older)
        const third = app.offering('pothole').find(slug => slug !== passed.sender && slug !== receiver) ?? ''
        const heir = await app.key(third, 'work')
        const made = (await (await offer(giver, older, { receiver: third, version })).json()) as Handoff
        await app.runJobs()
        await act(heir, made.id, 'accept')
        await app.runJobs()
        const { request: inherited } = await read(heir, made.id)
        expect(await stands(giver, older)).toMatchObject([{ state: 'passed' }])
        const undo = path(inherited ?? '', `/${passed.request}/unlink`)
        expect((await link(heir, undo, {})).status).toBe(200)
        await app.runJobs()
        expect(await stands(taker, theirs ?? '')).toMatchObject([{ state: 'unlinked' }])
        expect((await originCase()).status).toBe('submitted')
      })
    })

    describe('S14 privacy on crossing', () => {
      it('contact details cross by consent only, and with custody', async () => {
        const email = `${app.unique()}@example.org`
        const contactAfter = async (consent: boolean) => {
          const { id, giver } = await filed({ email, share_contact: consent })
          const made = (await (await offer(giver, id)).json()) as Handoff
          await app.runJobs()
          await act(taker, made.id, 'accept')
          await app.runJobs()
          const { request } = await read(taker, made.id)
          return (await app.get(`/api/v1/work/requests/${request}`, taker)).text()
        }
        expect(await contactAfter(false)).not.toContain(email)
        expect(await contactAfter(true)).toContain(email)
      })

      it('photos of a private matter are seen from where it is offered on, each side with its own access', async () => {
        const photo = ((await (await app.send('/api/v1/media', jpeg())).json()) as { id: string }).id
        const service = app.privateService
        const report = { service_code: service, answers: app.answersFor(service), media: [photo] }
        const { id, sender, giver } = await filed(report)
        const to = app.offering(service).find(slug => slug !== sender) ?? ''
        const third = app.jurisdictions.find(slug => slug !== sender && slug !== to) ?? ''
        const made = (await (await offer(giver, id, { receiver: to })).json()) as Handoff
        await app.runJobs()
        const [theirs, ours] = [await app.key(to, 'work'), await app.key(sender, 'read')]
        const pathOf = (url = '') => url.slice(url.indexOf('/media/'))
        const seenBy = async (key: string) => {
          const [url] = (await read(key, made.id)).subject?.photos ?? []
          return (await app.get(pathOf(url), key)).status
        }
        expect([await seenBy(theirs), await seenBy(ours)]).toEqual([200, 200])
        const [offered = ''] = (await read(theirs, made.id)).subject?.photos ?? []
        expect((await app.get(pathOf(offered), await app.key(third, 'work'))).status).toBe(404)
        expect((await app.get(pathOf(offered), ours)).status).toBe(404)
        expect((await app.get(`/media/${to}/${photo}`, theirs)).status).toBe(404)

        await act(theirs, made.id, 'accept')
        await app.runJobs()
        expect([await seenBy(theirs), await seenBy(ours)]).toEqual([200, 200])
        expect((await app.get(`/media/${to}/${photo}`, theirs)).status).toBe(200)
        expect((await app.get(`/media/${to}/${photo}`, ours)).status).toBe(404)
        expect((await app.get(`/media/${sender}/${photo}`, ours)).status).toBe(200)
        expect((await app.get(`/media/${sender}/${photo}`, theirs)).status).toBe(404)
      })

      it('what an offer lent of a private matter is gone, with its photos, once it is refused or withdrawn', async () => {
        const service = app.privateService
        for (const end of ['refuse', 'withdraw']) {
          const photo = ((await (await app.send('/api/v1/media', jpeg())).json()) as { id: string }).id
          const report = { service_code: service, answers: app.answersFor(service), media: [photo] }
          const { id, sender, giver } = await filed(report)
          const to = app.offering(service).find(slug => slug !== sender) ?? ''
          const made = (await (await offer(giver, id, { receiver: to })).json()) as Handoff
          await app.runJobs()
          const theirs = await app.key(to, 'work')
          const path = `/media/${to}/${photo}?handoff=${made.id}`
          expect((await app.get(path, theirs)).status).toBe(200)
          await act(
            end === 'refuse' ? theirs : giver,
            made.id,
            end,
            end === 'refuse' ? { reason: 'other' } : {},
          )
          await app.runJobs()
          expect(await read(theirs, made.id)).toMatchObject({ subject: null, text: '', sender })
          expect((await app.get(path, theirs)).status).toBe(404)
        }
      })

      it('what staff wrote to each other is shown to whoever may see notes only, wherever it stands', async () => {
        const reader = await app.key(receiver, 'read')
        const { id, giver } = await filed()
        const made = (await (await offer(giver, id, { text: 'Between us.' })).json()) as Handoff
        await app.runJobs()
        await act(taker, made.id, 'accept', { text: 'Between us too.' })
        await app.runJobs()
        const { request } = await read(taker, made.id)
        const proposal = { of: (await filed()).id, text: 'Between us again.' }
        await app.runJobs()
        await app.post(`/api/v1/work/requests/${request}/duplicates`, proposal, bearer(taker))
        const words = async (key: string, path: string) =>
          [...(await (await app.get(`/api/v1/work${path}`, key)).text()).matchAll(/"Between us[^"]*"/g)]
            .length
        for (const [path, written] of [
          [`/handoffs/${made.id}`, 2],
          ['/handoffs?limit=200', 2],
          // The proposal is in its log too.
          [`/requests/${request}`, 3],
          [`/requests/${request}/duplicates`, 1],
          ['/duplicates?state=proposed&limit=200', 1],
        ] as const) {
          expect(await words(taker, path), path).toBe(written)
          expect(await words(reader, path), path).toBe(0)
        }
        expect(await read(reader, made.id)).toMatchObject({ text: null, answer: { text: null } })
      })
    })

    it('has reasons that the region keeps, in the reader’s language', async () => {
      const { reasons } = (await (await app.get('/api/v1/reasons?lang=es')).json()) as {
        reasons: { code: string; label: string }[]
      }
      expect(reasons).toContainEqual({ code: 'annexation', label: 'Cambiaron los límites' })
    })
  })
}
