import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { createApp } from '../src/create-app.ts'
import { endSessionsOf } from '../src/identity/sessions/sessions.ts'
import { withdrawGrant } from '../src/identity/staff/grants.ts'
import { type County, startCounty } from './support/county.ts'
import { startMailbox } from './support/mailbox.ts'
import { jpeg } from './support/photos.ts'
import { type AtWork, grantRole, hire, openSession, signIn } from './support/staff.ts'
import { counted } from './support/trips.ts'

let county: County
let staff: Record<'administrator' | 'supervisor' | 'agent' | 'crew' | 'auditor' | 'neighbor', AtWork>
const home = 'ellery-county'

beforeAll(async () => {
  county = await startCounty()
  const { app } = county
  staff = {
    administrator: await signIn(app, home, 'administrator', { name: 'Ada Moreno' }),
    supervisor: await signIn(app, home, 'supervisor'),
    agent: await signIn(app, home, 'agent', { name: 'Gus Lindqvist' }),
    crew: await signIn(app, home, 'field-crew', { services: ['pothole'] }),
    auditor: await signIn(app, home, 'auditor'),
    neighbor: await signIn(app, 'port-ellery', 'agent'),
  }
})
afterAll(() => county.close())

const get = (path: string, as?: AtWork) =>
  county.app.request(path, as === undefined ? {} : { headers: { cookie: as.cookie } })

async function send(path: string, as: AtWork, fields: Record<string, string>) {
  const answer = await county.app.request(path, {
    method: 'POST',
    headers: { cookie: as.cookie, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams(fields),
  })
  await county.app.runJobs()
  return answer
}

const potholes = () => county.report('pothole', '2230 Mill Road', contact)
const contact = { first_name: 'Ana', last_name: 'Reyes', email: 'ana@home.example' }
const page = (id: string, jurisdiction = home) => `/work/${jurisdiction}/requests/${id}`
const version = async (id: string) => String((await county.whole(home, id)).version)

/** The text of a page, without markup. */
async function words(answer: Response): Promise<string> {
  return (await answer.text()).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
}

describe('who is given access', () => {
  test('nobody without a session: they are led to the sign-in, and back', async () => {
    const answer = await get('/work')
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toMatch(/^\/sign-in\?to=.*work/)
  })

  test('what belongs to another jurisdiction is answered like what nobody has', async () => {
    const { id } = await potholes()
    const masked = async (path: string, named: string) =>
      (await (await get(path, staff.neighbor)).text()).replaceAll(named, '–')
    const theirs = await get(page(id), staff.neighbor)
    expect(theirs.status).toBe(404)
    expect(await masked(page(id), id)).toBe(await masked(page('EC-22222-22222'), 'EC-22222-22222'))
    expect(await masked(page(id), `${home}/requests/${id}`)).toBe(
      await masked(page(id, 'nowhere'), `nowhere/requests/${id}`),
    )
    expect(await masked(page(id, 'port-ellery'), id)).toBe(
      await masked(page('EC-22222-22222', 'port-ellery'), 'EC-22222-22222'),
    )
    const note = { 'note.text': 'Mine now', 'note.for': 'staff' }
    expect((await send(`${page(id)}/note`, staff.neighbor, note)).status).toBe(404)
  })

  test('nothing is kept by caches', async () => {
    expect((await get('/work', staff.agent)).headers.get('cache-control')).toContain('no-store')
  })

  test('a grant that is withdrawn opens nothing from then on', async () => {
    const { app } = county
    const { id } = await potholes()
    const person = await hire(app, 'Short Stay')
    const grant = await grantRole(app, person, home, 'agent')
    const guest = { staff: person, cookie: await openSession(app, person) }
    expect((await get(page(id), guest)).status).toBe(200)
    const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, app.region.slug, home)
    await withdrawGrant(app.platform, db, grant)
    expect((await get(page(id), guest)).status).toBe(404)
    expect(await words(await get('/work', guest))).toContain('You do not have access to any agency')
  })

  test('a session that is ended leads to the sign-in', async () => {
    const { app } = county
    const { id } = await potholes()
    const guest = await signIn(app, home, 'agent')
    expect((await get(page(id), guest)).status).toBe(200)
    await endSessionsOf(app.platform, app.region.slug, 'staff', guest.staff)
    for (const path of [page(id), '/work']) {
      const answer = await get(path, guest)
      expect(answer.status).toBe(303)
      expect(answer.headers.get('location')).toContain('/sign-in?')
    }
  })
})

describe('what each role sees', () => {
  test('an agent: who reported it and the notes for staff; a crew: the notes, and not who', async () => {
    const { id } = await potholes()
    await send(`${page(id)}/note`, staff.agent, { 'note.text': 'Bring the big roller', 'note.for': 'staff' })
    const seen = await words(await get(page(id), staff.agent))
    expect(seen).toContain('ana@home.example')
    expect(seen).toContain('Bring the big roller')
    expect(seen).toContain('Gus Lindqvist')
    const crew = await words(await get(page(id), staff.crew))
    expect(crew).not.toContain('ana@home.example')
    expect(crew).toContain('Your role cannot see contact details')
    expect(crew).toContain('Bring the big roller')
  })

  test('a crew for potholes sees and changes potholes only', async () => {
    const pothole = await potholes()
    const other = await county.report('fallen-tree', '2230 Mill Road')
    expect(other.jurisdiction).toBe(home)
    const list = await (await get('/work', staff.crew)).text()
    expect(list).toContain(pothole.id)
    expect(list).not.toContain(other.id)
    expect((await get(page(other.id), staff.crew)).status).toBe(404)
    const start = { 'status.to': 'in_progress', version: '1' }
    expect((await send(`${page(other.id)}/status`, staff.crew, start)).status).toBe(404)
    expect((await send(`${page(pothole.id)}/status`, staff.crew, start)).status).toBe(303)
    expect((await county.whole(home, other.id)).status).toBe('submitted')
    expect((await county.whole(home, pothole.id)).status).toBe('in_progress')
  })

  test('an auditor reads all of it, and no form is shown to them that changes anything', async () => {
    const { id } = await potholes()
    const answer = await get(page(id), staff.auditor)
    const html = await answer.text()
    expect(html).toContain('ana@home.example')
    const forms = [...html.matchAll(/<form[^>]*action="([^"]*)"/g)].map(([, action]) => action)
    expect(forms).toEqual(['/sign-out'])
    expect((await get(`/work/${home}/audit`, staff.auditor)).status).toBe(200)
  })

  test.each([
    ['supervisor', ['grants', 'keys', 'audit'], []],
    ['agent', ['grants', 'keys', 'audit'], []],
    ['auditor', ['grants/new', 'keys/new'], ['grants', 'keys', 'audit']],
    ['administrator', [], ['grants', 'keys', 'audit']],
  ] as const)('%s: may not open %s, may open %s', async (role, closed, open) => {
    const work = await (await get('/work', staff[role])).text()
    for (const section of closed) {
      expect((await get(`/work/${home}/${section}`, staff[role])).status).toBe(403)
      expect(work).not.toContain(`/work/${home}/${section}`)
    }
    for (const section of open) {
      expect((await get(`/work/${home}/${section}`, staff[role])).status).toBe(200)
      expect(work).toContain(`/work/${home}/${section}`)
    }
  })

  test('a request is found by its number, however it is typed', async () => {
    const { id } = await potholes()
    for (const typed of [id, id.toLowerCase().replaceAll('-', ''), id.replaceAll('-', ' ')]) {
      const html = await (await get(`/work?${new URLSearchParams({ q: typed })}`, staff.agent)).text()
      expect(html.match(/class="queue__item"/g)).toHaveLength(1)
      expect(html).toContain(id)
    }
  })

  test('what nobody has acknowledged yet waits for them', async () => {
    const { id } = await potholes()
    const path = `/work?jurisdiction=${home}&amp;status=submitted`
    const count = async () => {
      const html = await (await get('/work', staff.agent)).text()
      return Number(new RegExp(`${path.replaceAll(/[?&.]/g, '\\$&')}">(\\d+) new<`).exec(html)?.[1])
    }
    const before = await count()
    expect(await (await get(path.replace('&amp;', '&'), staff.agent)).text()).toContain(id)
    await county.change(home, id, 'acknowledged')
    expect(await count()).toBe(before - 1)
  })

  test('what was looked at is in the audit, by name', async () => {
    const { id } = await potholes()
    await get(page(id), staff.agent)
    const log = await words(await get(`/work/${home}/audit?request=${id}`, staff.auditor))
    expect(log).toMatch(/Gus Lindqvist .{0,60}Viewed request \(.*contact details/)
  })
})

test('the photo of a private request is on its page for those who may see it, noted, and for nobody else', async () => {
  const upload = async () => {
    const sent = await county.app.request('/api/v1/media', { method: 'POST', body: jpeg() })
    return ((await sent.json()) as { id: string }).id
  }
  const [media, open] = [await upload(), await upload()]
  const hidden = county.app.region.servicesOffered(home).find(service => service.private)?.code ?? ''
  const { id } = await county.report(hidden, '2230 Mill Road', { media: [media] }, `/j/${home}`)
  const [photo = ''] = /\/media\/[^"]+/.exec(await (await get(page(id), staff.agent)).text()) ?? []
  await county.report('pothole', '2230 Mill Road', { media: [open] }, `/j/${home}`)
  const { platform, trips } = counted(county.app.platform)
  const front = createApp(platform)
  const look = async (as?: AtWork, path = photo) => {
    const headers = as === undefined ? {} : { cookie: as.cookie }
    const before = trips()
    const { status } = await front.request(`http://localhost${path}`, { headers })
    return { status, count: trips() - before }
  }
  await look()
  expect(await look()).toEqual({ status: 404, count: 1 })
  for (const as of [staff.administrator, staff.supervisor, staff.agent, staff.auditor])
    expect((await look(as)).status).toBe(200)
  expect(await look(staff.agent)).toEqual({ status: 200, count: 2 })
  for (const as of [staff.crew, staff.neighbor]) expect((await look(as)).status).toBe(404)
  expect(await look(staff.agent, `/media/${home}/${open}`)).toEqual({ status: 200, count: 1 })
  const log = await words(await get(`/work/${home}/audit?request=${id}`, staff.auditor))
  expect(log).toMatch(/Gus Lindqvist .{0,60}Viewed photo/)
})

test('a request’s page asks a database as often as its public page does, colleagues’ names and all', async () => {
  const { id } = await potholes()
  await send(`${page(id)}/note`, staff.agent, { 'note.text': 'Seen', 'note.for': 'staff' })
  const { platform, trips } = counted(county.app.platform)
  const front = createApp(platform)
  const ask = async (path: string) => {
    const headers = { cookie: staff.supervisor.cookie }
    const answer = await front.request(`http://localhost${path}`, { headers })
    return answer.text()
  }
  const tripsOf = async (path: string) => {
    await ask(path)
    const before = trips()
    const html = await ask(path)
    return { html, count: trips() - before }
  }
  const [own, anyone] = [await tripsOf(page(id)), await tripsOf(`/cases/${id}`)]
  expect(own.html).toContain('Gus Lindqvist')
  expect([own.count, anyone.count]).toEqual([1, 1])
})

describe('changing a request', () => {
  const actions: [string, Record<string, string>, string[]][] = [
    ['status', { 'status.to': 'acknowledged' }, ['administrator', 'supervisor', 'agent', 'crew']],
    ['close', { 'close.reason': 'completed' }, ['administrator', 'supervisor', 'agent', 'crew']],
    ['note', { 'note.text': 'Seen', 'note.for': 'staff' }, ['administrator', 'supervisor', 'agent', 'crew']],
    [
      'place',
      { 'place.lat': '38.6', 'place.long': '-74.3' },
      ['administrator', 'supervisor', 'agent', 'crew'],
    ],
    [
      'offer',
      { 'offer.receiver': 'port-ellery', 'offer.kind': 'transfer', 'offer.reason': 'not-our-asset' },
      ['administrator', 'supervisor', 'agent'],
    ],
    ['forward', { 'forward.partner': 'state-dot' }, ['administrator', 'supervisor', 'agent']],
  ]
  test.each(actions)('%s: by those whose role says so, and nobody else', async (act, fields, allowed) => {
    for (const role of ['administrator', 'supervisor', 'agent', 'crew', 'auditor'] as const) {
      const { id } = await potholes()
      const answer = await send(`${page(id)}/${act}`, staff[role], { ...fields, version: await version(id) })
      expect(`${role} ${answer.status}`).toBe(`${role} ${allowed.includes(role) ? 303 : 403}`)
    }
  })

  test('through its life: acknowledged, started, closed with a reason, reopened', async () => {
    const { id } = await potholes()
    const go = async (act: string, fields: Record<string, string>) => {
      const answer = await send(`${page(id)}/${act}`, staff.agent, { ...fields, version: await version(id) })
      expect(answer.status).toBe(303)
      return words(await get(answer.headers.get('location') ?? '', staff.agent))
    }
    expect(await go('status', { 'status.to': 'acknowledged' })).toContain('Request acknowledged.')
    expect(await go('status', { 'status.to': 'in_progress' })).toContain('Work started.')
    const closed = await go('close', { 'close.reason': 'completed', 'close.text': 'Filled and rolled.' })
    expect(closed).toContain('You can reopen it.')
    expect((await county.seen(id)).status).toBe('closed')
    expect(await go('reopen', { 'reopen.reason': 'The patch has sunk.' })).toContain('Request reopened.')
    expect((await county.seen(id)).status).toBe('acknowledged')
  })

  test('reopening is called that wherever it is shown, with its reason, and needs one', async () => {
    const { id } = await potholes()
    await county.change(home, id, 'closed', { reason: 'completed' })
    const refused = await send(`${page(id)}/reopen`, staff.agent, { version: await version(id) })
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('id="field-reopen-reason-error"')
    const bare = await county.change(home, id, 'in_progress')
    expect(bare).toMatchObject({ status: 400, body: { fields: [{ field: 'text', code: 'required' }] } })
    expect((await county.change(home, id, 'in_progress', { text: 'It has sunk.' })).status).toBe(200)
    const shown = [await words(await get(page(id), staff.agent)), await words(await get(`/cases/${id}`))]
    for (const text of shown) {
      expect(text).toMatch(/Reopened.*It has sunk\./)
      expect(text).not.toContain('Work started')
    }
    expect(await words(await get(`/cases/${id}?lang=ht`))).toContain('Louvri ankò')
  })

  test('closing without a reason says so beside the field and keeps what was typed', async () => {
    const { id } = await potholes()
    const fields = { 'close.text': 'Filled <b>twice</b>', 'close.reason': '', version: '1' }
    const answer = await send(`${page(id)}/close`, staff.agent, fields)
    expect(answer.status).toBe(400)
    const html = await answer.text()
    expect(html).toContain('id="field-close-reason-error"')
    expect(html).toContain('Filled &lt;b&gt;twice&lt;/b&gt;')
    expect((await county.whole(home, id)).status).toBe('submitted')
  })

  test('of two agents at once one is told how it stands, and loses nothing that was typed', async () => {
    const { id } = await potholes()
    const close = (as: AtWork, text: string) =>
      send(`${page(id)}/close`, as, { 'close.reason': 'completed', 'close.text': text, version: '1' })
    const answers = await Promise.all([close(staff.agent, 'First'), close(staff.supervisor, 'Second')])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409])
    const [lost] = answers.filter(({ status }) => status === 409)
    expect(await words(lost ?? new Response())).toMatch(
      /Someone else made a change first.*Current status: Closed/,
    )
  })

  test('a form that is sent twice does what it says once', async () => {
    const { id } = await potholes()
    const note = { 'note.text': 'Only one of me', 'note.for': 'everyone', once: '4KT7X9QXC2' }
    for (let times = 0; times < 2; times++) {
      expect((await send(`${page(id)}/note`, staff.agent, note)).status).toBe(303)
    }
    const { timeline } = await county.whole(home, id)
    expect(timeline.filter(({ text }) => text === 'Only one of me')).toHaveLength(1)
    const other = await send(`${page(id)}/note`, staff.agent, { ...note, 'note.text': 'Another' })
    expect(other.status).toBe(409)
    expect(await words(other)).toContain('You already sent this form')
  })

  test.each([
    ['status', { 'status.to': 'closed' }],
    ['note', { 'note.text': '', 'note.for': 'staff' }],
    ['note', { 'note.text': 'x'.repeat(4001), 'note.for': 'staff' }],
    ['note', { 'note.text': 'Who reads this?', 'note.for': '' }],
    ['offer', { 'offer.receiver': 'nowhere', 'offer.kind': 'transfer', 'offer.reason': 'other' }],
    ['offer', { 'offer.receiver': '', 'offer.kind': 'transfer', 'offer.reason': '' }],
    ['place', { 'place.lat': 'north', 'place.long': '-74.3' }],
    ['place', {}],
    ['duplicates', { 'duplicates.of': 'EC-22222-22222' }],
  ])('%s refuses %o', async (act, fields) => {
    const { id } = await potholes()
    const before = await version(id)
    const answer = await send(`${page(id)}/${act}`, staff.agent, { version: before, ...fields } as never)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('id="errors"')
    expect(await version(id)).toBe(before)
  })
})

describe('between jurisdictions', () => {
  const offered = async () => {
    // So that this one is the newest.
    county.app.advance(1000)
    const { id } = await potholes()
    const fields = {
      'offer.receiver': 'port-ellery',
      'offer.kind': 'transfer',
      'offer.reason': 'not-our-asset',
    }
    await send(`${page(id)}/offer`, staff.agent, { ...fields, version: await version(id) })
    const { id: handoff } = await county.newest('port-ellery', 'receiver')
    return { id, handoff: `/work/port-ellery/handoffs/${handoff}`, mine: `/work/${home}/handoffs/${handoff}` }
  }

  test('an offer is answered by the other side, and the request is theirs', async () => {
    const { id, handoff } = await offered()
    expect(await words(await get('/work', staff.neighbor))).toMatch(/\d+ transfers? to answer/)
    expect((await get('/work?show=offers', staff.neighbor)).status).toBe(200)
    expect(await (await get('/work/port-ellery/handoffs', staff.neighbor)).text()).toContain(id)
    const seen = await words(await get(`${handoff}?side=receiver`, staff.neighbor))
    expect(seen).not.toContain('ana@home.example')
    expect((await send(`${handoff}/accept`, staff.neighbor, {})).status).toBe(303)
    expect(await county.whole(home, id)).toMatchObject({ custody: 'passed', passed_to: 'port-ellery' })
    expect(await words(await get(page(id), staff.agent))).toContain('Transferred to City of Port Ellery')
  })

  test('refusing wants a reason; who offered it reads it, and whom they named', async () => {
    const { id, handoff } = await offered()
    const bare = await send(`${handoff}/refuse`, staff.neighbor, { 'refuse.text': 'Not ours at all' })
    expect(bare.status).toBe(400)
    expect(await bare.text()).toContain('Not ours at all')
    const said = { 'refuse.reason': 'outside-our-limits', 'refuse.counter': 'hollis' }
    expect((await send(`${handoff}/refuse`, staff.neighbor, said)).status).toBe(303)
    const senderHandoff = await county.newest(home, 'sender')
    expect(senderHandoff.answer).toMatchObject({ counter: 'hollis' })
    const link = `/work/${home}/handoffs/${senderHandoff.id}?side=sender`
    expect(await words(await get(link, staff.agent))).toContain('Suggested agency: City of Hollis')
    expect((await county.whole(home, id)).custody).toBe('held')
  })

  test('an offer is taken back by whoever made it; then it is too late to accept', async () => {
    const { handoff, mine } = await offered()
    expect((await send(`${mine}/withdraw`, staff.agent, {})).status).toBe(303)
    const late = await send(`${handoff}/accept`, staff.neighbor, {})
    expect(late.status).toBe(409)
    expect(await words(late)).toContain('Current status: Canceled')
  })

  test('the other side’s handoff is not found under a jurisdiction that has no part in it', async () => {
    const { handoff } = await offered()
    const elsewhere = handoff.replace('port-ellery', 'hollis')
    expect((await get(elsewhere, staff.neighbor)).status).toBe(404)
    expect((await send(`${handoff}/accept`, staff.crew, {})).status).toBe(404)
  })

  test('moving the pin tells first what changes, and changes nothing until it is confirmed', async () => {
    const { id } = await potholes()
    const [there] = county.app.region.searchPlaces('9th Street', 1)
    const where = { lat: String(there?.lat), long: String(there?.long), address: '9th Street' }
    const tried = await get(`${page(id)}/place?${new URLSearchParams(where)}`, staff.agent)
    expect(await words(tried)).toContain('Ellery County → City of Port Ellery. ')
    expect((await county.whole(home, id)).accountable).toBe(home)
    const fields = Object.fromEntries(Object.entries(where).map(([name, value]) => [`place.${name}`, value]))
    const moved = await send(`${page(id)}/place`, staff.agent, { ...fields, version: await version(id) })
    expect(moved.status).toBe(303)
    expect((await county.whole(home, id)).accountable).toBe('port-ellery')
  })

  test('two reports of one matter are made one, and two again', async () => {
    const one = await potholes()
    county.app.advance(1000)
    const two = await potholes()
    expect(await (await get(page(two.id), staff.agent)).text()).toContain(`${page(two.id)}?duplicates`)
    expect(await (await get(`${page(two.id)}?duplicates`, staff.agent)).text()).toContain(one.id)
    const link = await send(`${page(two.id)}/duplicates`, staff.agent, {
      'duplicates.of': one.id,
      'duplicates.stays': one.id,
    })
    expect(link.headers.get('location')).toContain('done=duplicate-confirmed')
    expect((await county.seen(two.id)).status).toBe('closed')
    const undo = await send(`${page(two.id)}/unlink`, staff.agent, { 'unlink.of': one.id })
    expect(undo.status).toBe(303)
    expect((await county.seen(two.id)).status).toBe('submitted')
  })
})

describe('letting people and programs in', () => {
  const people = `/work/${home}/grants`
  const keys = `/work/${home}/keys`

  test('someone is given access by their address, for one service, and out again', async () => {
    const { app } = county
    const person = await hire(app, 'Nia Okafor', 'nia@staff.example')
    const guest = { staff: person, cookie: await openSession(app, person) }
    const input = { 'grant.email': 'nia@staff.example', 'grant.role': 'agent', 'grant.services': 'pothole' }
    expect((await send(people, staff.administrator, input)).status).toBe(303)
    const list = await (await get(people, staff.administrator)).text()
    expect(list).toContain('nia@staff.example')
    const { id } = await potholes()
    expect((await get(page(id), guest)).status).toBe(200)
    const [, withdraw = ''] = new RegExp(`href="(${people}/[^"]*/withdraw)"[^>]*>[^<]*Nia`).exec(list) ?? []
    expect(await words(await get(withdraw, staff.administrator))).toContain('Nia Okafor has the role Agent')
    expect((await send(withdraw, staff.administrator, {})).status).toBe(303)
    expect((await get(page(id), guest)).status).toBe(404)
    expect((await send(withdraw, staff.administrator, {})).status).toBe(409)
  })

  test.each([
    [{ 'grant.email': '', 'grant.role': '' }, ['email', 'role']],
    [{ 'grant.email': 'not an address', 'grant.role': 'agent' }, ['email']],
    [{ 'grant.email': 'nia@staff.example', 'grant.role': 'king' }, ['role']],
    [{ 'grant.email': 'nia@staff.example', 'grant.role': 'agent', 'grant.to': '2020-01-01' }, ['to']],
    [{ 'grant.email': 'nia@staff.example', 'grant.role': 'agent', 'grant.from': '2030-02-30' }, ['from']],
    [{ 'grant.email': 'nia@staff.example', 'grant.role': 'agent', 'grant.services': 'x' }, ['services']],
  ])('letting in refuses %o beside its fields', async (fields, faulty) => {
    const answer = await send(people, staff.administrator, fields as never)
    expect(answer.status).toBe(400)
    const html = await answer.text()
    for (const field of faulty) expect(html).toContain(`id="field-grant-${field}-error"`)
  })

  test('a key is shown once, works, and works no more once it is revoked', async () => {
    const { app } = county
    const made = await send(keys, staff.administrator, {
      'key.name': 'Dashboard',
      'key.scope': 'read',
      'key.way': 'key',
    })
    expect(made.headers.get('cache-control')).toContain('no-store')
    const [key = ''] = /cl_read_[\w-]+/.exec(await made.text()) ?? []
    const use = () => app.request('/api/v1/work/requests', { headers: { authorization: `Bearer ${key}` } })
    expect((await use()).status).toBe(200)
    const list = await (await get(keys, staff.administrator)).text()
    expect(list).toContain('Dashboard')
    expect(list).not.toContain(key)
    const [, revoke = ''] = new RegExp(`href="(${keys}/[^"]*/revoke)"[^>]*>[^<]*Dashboard`).exec(list) ?? []
    expect((await get(revoke, staff.administrator)).status).toBe(200)
    expect((await send(revoke, staff.administrator, {})).status).toBe(303)
    expect((await use()).status).toBe(403)
  })

  test('a client is shown once, buys a token, is listed with its use, and is refused once it is revoked', async () => {
    const { app } = county
    const input = {
      'key.name': 'Asset system',
      'key.scope': 'work',
      'key.way': 'client',
      'key.to': '2026-12-31',
    }
    const made = await (await send(keys, staff.administrator, input)).text()
    const [clientId = ''] = /client_[\w-]+/.exec(made) ?? []
    const [, secret = ''] = /id="secret"[^>]*>([^<]+)</.exec(made) ?? []
    expect(made).toContain('/oauth/token"')
    const buy = () => {
      const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret }
      return app.request('/oauth/token', { method: 'POST', body: new URLSearchParams(fields) })
    }
    const { access_token } = (await (await buy()).json()) as { access_token: string }
    const use = () =>
      app.request('/api/v1/work/requests', { headers: { authorization: `Bearer ${access_token}` } })
    expect((await use()).status).toBe(200)
    const list = await get(keys, staff.administrator)
    const html = await list.clone().text()
    expect(html).not.toContain(secret)
    expect(await words(list)).toMatch(
      new RegExp(`Asset system ${clientId} OAuth client · Work on requests Active Expires .*Last used`),
    )
    const [, revoke = ''] =
      new RegExp(`href="(${keys}/[^"]*/revoke)"[^>]*>Revoke OAuth client for Asset`).exec(html) ?? []
    expect((await send(revoke, staff.administrator, {})).status).toBe(303)
    expect((await use()).status).toBe(403)
    expect((await buy()).status).toBe(401)
  })

  test.each([
    [{ 'key.scope': 'read', 'key.way': 'key' }, 'name'],
    [{ 'key.name': 'X', 'key.way': 'key' }, 'scope'],
    [{ 'key.name': 'X', 'key.scope': 'read', 'key.way': 'password' }, 'way'],
    [{ 'key.name': 'X', 'key.scope': 'read', 'key.way': 'key', 'key.to': '2020-01-01' }, 'to'],
  ])('letting a program in refuses %o beside its field', async (fields, faulty) => {
    const answer = await send(keys, staff.administrator, fields as never)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(`id="field-key-${faulty}-error"`)
  })

  test('an address is shown only of someone whose mailbox it is known to be', async () => {
    const { app } = county
    const person = await hire(app, 'Nora Vouched', 'claimed@staff.example')
    await grantRole(app, person, home, 'agent')
    expect(await words(await get(people, staff.administrator))).toContain('claimed@staff.example')
    const region = { kind: 'region', region: app.region.slug } as const
    await app.platform.databases
      .client(region)
      .execute({ sql: 'UPDATE staff SET email_index = id WHERE id = ?', args: [person] })
    const list = await words(await get(people, staff.administrator))
    expect(list).toContain('Nora Vouched')
    expect(list).not.toContain('claimed@staff.example')
  })

  test('where no mail is set up, it is said before and after that no email goes out, and what to do', async () => {
    expect(await words(await get(`${people}/new`, staff.administrator))).toContain('countyline grants create')
    const input = { 'grant.email': 'nobody-writes@staff.example', 'grant.role': 'agent' }
    const answer = await send(people, staff.administrator, input)
    const page = await words(await get(answer.headers.get('location') ?? '', staff.administrator))
    expect(page).toContain('could not send an invitation')
  })

  test('where mail is set up, the email that is announced arrives', async () => {
    const mailbox = await startMailbox()
    const other = await startCounty({ mail: mailbox.settings })
    try {
      const { cookie } = await signIn(other.app, home, 'administrator')
      const headers = { cookie, 'sec-fetch-site': 'same-origin' }
      const form = await words(await other.app.request(`${people}/new`, { headers }))
      expect(form).toContain('We email them a link to sign in')
      expect(form).not.toContain('This server cannot send email')
      const body = new URLSearchParams({ 'grant.email': 'lia@staff.example', 'grant.role': 'agent' })
      const answer = await other.app.request(people, { method: 'POST', headers, body })
      await other.app.runJobs()
      const page = await words(await other.app.request(answer.headers.get('location') ?? '', { headers }))
      expect(page).toContain('We sent them an invitation')
      expect(mailbox.emailsTo('lia@staff.example')).toHaveLength(1)
    } finally {
      await other.close()
      await mailbox.close()
    }
  })

  test('nobody is given access, and no key made, by a session whose owner has not been asked for long', async () => {
    const { app } = county
    const boss = await signIn(app, home, 'administrator')
    app.advance(11 * 60_000)
    for (const path of [`${people}/new`, `${keys}/new`]) {
      expect((await get(path, boss)).headers.get('location')).toMatch(/^\/sign-in\/again\?to=/)
    }
    const answer = await send(keys, boss, { 'key.name': 'Late', 'key.scope': 'read' })
    expect(answer.headers.get('location')).toMatch(/^\/sign-in\/again\?to=/)
    expect((await get(people, boss)).status).toBe(200)
  })
})

test('a dispute that nobody decided in time reads so, and with whom it stays', async () => {
  const { app } = county
  const { id } = await county.report('graffiti', 'Union Street and Fifth Street, Hollis')
  for (const receiver of ['port-ellery', 'larkfield']) {
    await county.offer('hollis', id, receiver)
    const { id: handoff } = await county.newest(receiver, 'receiver')
    await county.answer(receiver, handoff, 'refuse', { reason: 'outside-our-limits', text: '' })
  }
  const { id: dispute } = await county.newest('hollis', 'sender')
  const asked = await signIn(app, 'hollis', 'supervisor')
  const handoff = `/work/hollis/handoffs/${dispute}?side=sender`
  expect(await words(await get(handoff, asked))).not.toContain('The request stays with')
  app.advance(30 * 24 * 3_600_000)
  await app.runJobs()
  const later = await signIn(app, 'hollis', 'supervisor')
  expect(await words(await get(handoff, later))).toContain('stays with City of Hollis')
  const html = await words(await get(page(id, 'hollis'), later))
  expect(html).toContain('The arbitrator did not decide in time: City of Hollis keeps the request')
  expect(html).not.toContain('The arbitrator decided')
})
