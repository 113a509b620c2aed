import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { importPastJob } from '../src/admin/moving/job.ts'
import { openTenant } from '../src/core/database/handles.ts'
import { fieldsOf, withCookie } from './support/administrators.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'
import { signIn } from './support/staff.ts'
import { leadsTo, type Visitor } from './support/visitor.ts'

/* A municipality's administrator imports the requests of an earlier system in the browser. */

let app: TestApp
let clerk: Visitor
let clerkId: string

const DAY = 24 * 3_600_000
const path = '/admin/jurisdictions/hollis/import'

beforeAll(async () => {
  app = await startApp()
  const signedIn = await signIn(app, 'hollis', 'administrator')
  clerk = withCookie(app, signedIn.cookie)
  clerkId = signedIn.staff
})
afterAll(() => app.close())

function db() {
  return openTenant(app.platform, { kind: 'system', reason: 'test' }, bundled, 'hollis')
}

type Sent = string | Uint8Array<ArrayBuffer>

async function send(source: string, file: Sent, who = clerk) {
  const form = new FormData()
  form.set('past.source', source)
  form.set('past.file', new File([file], 'past.csv'))
  return who.postBody(path, form)
}

/** Uploads a file that can be read. Returns its page. */
async function upload(source: string, file: Sent): Promise<string> {
  const answer = await send(source, file)
  expect(answer.status).toBe(303)
  return leadsTo(answer)
}

async function start(page: string, chosen: Readonly<Record<string, string>> = {}) {
  const fields = fieldsOf(await clerk.read(page), page)
  return clerk.post(page, { ...fields, ...chosen, 'map.do': 'start' })
}

const job = { kind: 'tenant', region: bundled, slug: 'hollis' } as const
const idOf = (page: string) => ({ import: page.split('/').at(-1) ?? '' })

async function countOf(source: string) {
  const [row] = await db().rows<{ n: number }>(
    sql`SELECT count(*) AS n FROM event WHERE type = 'imported' AND json_extract(payload, '$.source') = ${source}`,
  )
  return row?.n
}

async function stored() {
  const [row] = await db().rows<{ imports: number; pieces: number; rejects: number }>(sql`SELECT
    (SELECT count(*) FROM past_import) AS imports, (SELECT count(*) FROM past_import_piece) AS pieces,
    (SELECT count(*) FROM past_import_reject) AS rejects`)
  return row
}

const HEAD = 'Case Number;Category;Status;Created Date;Latitude;Longitude;Address;Description;Caller email'
const good = (source: string, id: number) =>
  `${source}-${id};Graffiti;Closed;7/4/2025 3:05 PM;38.6;-74.3;1 Calle Nuñez;"=1+1 é";ana@example.org`

/** In Windows-1252: 297 rows, and three of which each is wrong in another way. */
function table(source: string): Uint8Array<ArrayBuffer> {
  const rows = Array.from({ length: 297 }, (_, index) => good(source, index))
  rows.splice(150, 0, good(source, 900).replace('Graffiti', 'Old potholes'))
  rows.push(good(source, 901).replace('7/4/2025 3:05 PM', 'never'), `${source}-902;too;short`)
  return Uint8Array.from(Array.from(`${HEAD}\r\n${rows.join('\r\n')}\r\n`, sign => sign.charCodeAt(0)))
}

it('shows what the file gives, imports it, and takes its rejects again when they are mended', async () => {
  expect(await clerk.read('/work/hollis/grants')).toContain(path)
  const page = await upload('old-crm', table('a'))
  const preview = await clerk.read(page)
  expect(preview).toContain('297 of 300 rows can be imported')
  expect(preview).toContain('“Old potholes” is no service here')
  expect(preview).toContain('1 Calle Nuñez')
  expect(preview).toContain('Caller email')
  // Of a column that is not imported.
  expect(preview).not.toContain('ana@example.org')
  expect(fieldsOf(preview, page)).toMatchObject({ 'map.column.id': '0', 'map.column.opened': '3' })
  // Nothing of it can be read in the database.
  const contents = await db().rows<{ content: string }>(sql`SELECT content FROM past_import_piece`)
  expect(contents.length).toBe(3)
  expect(contents.filter(({ content }) => /Nuñez|ana@/.test(content))).toEqual([])

  const none = await clerk.post(page, { ...fieldsOf(preview, page), 'map.column.id': '' })
  expect(none.status).toBe(400)
  expect(await none.text()).toContain('field-map-column-id')
  expect((await start(page)).status).toBe(303)
  expect((await start(page)).status).toBe(409)
  const running = await clerk.get(page)
  expect(running.headers.get('refresh')).toBe('3')
  expect(await running.text()).toContain('0 of 300 rows')
  await app.runJobs()
  const result = await clerk.read(page)
  expect(result).toContain('297 requests imported')
  expect(result).toContain('3 rows rejected')
  expect(await countOf('old-crm')).toBe(297)
  const [kept] = await db().rows<{ description: string; actor: string }>(
    sql`SELECT description, actor FROM request JOIN event ON event.request = request.id AND type = 'imported' LIMIT 1`,
  )
  expect(kept).toEqual({ description: '=1+1 é', actor: `staff:${clerkId}` })

  const file = await clerk.get(`${page}/rejects.csv`)
  expect(file.headers.get('content-disposition')).toContain('rejects-old-crm.csv')
  const rejects = await file.text()
  expect(rejects.trim().split('\n').length).toBe(4)
  expect(rejects).toContain(`,'-74.3,1 Calle Nuñez,'=1+1 é,ana@example.org,“Old potholes” is no service here`)
  const mended = rejects.replace('never', '2025-07-04').replace('Old potholes', 'Graffiti')
  const again = await upload('old-crm', mended)
  expect(await clerk.read(again)).toContain('2 of 3 rows can be imported')
  await start(again)
  await app.runJobs()
  expect(await clerk.read(again)).toContain('2 requests imported')
  expect(await countOf('old-crm')).toBe(299)

  const whole = await upload('old-crm', table('a'))
  const fields = fieldsOf(await clerk.read(whole), whole)
  const theirs = Object.entries(fields).find(([, value]) => value === 'Old potholes')?.[0] ?? ''
  await start(whole, { [theirs.replace('name', 'service')]: 'pothole' })
  await app.runJobs()
  const last = await clerk.read(whole)
  expect(last).toContain('0 requests imported')
  expect(last).toContain('298 requests were here already')
  // What was mapped is offered again.
  expect(await clerk.read(await upload('old-crm', table('a')))).toContain('298 of 300 rows can be imported')
})

it('imports each row once when its job is killed in the middle, and when two run at once', async () => {
  const page = await upload('killed', table('k'))
  await start(page)
  // Chance is needed to encrypt rejects: the second piece has the first.
  const bytes = () => {
    throw new Error('killed')
  }
  const dying = { ...app.platform, random: { ...app.platform.random, bytes } }
  await expect(importPastJob.run(dying, job, idOf(page))).rejects.toThrow('killed')
  expect(await countOf('killed')).toBe(100)
  expect(await clerk.read(page)).toContain('100 of 300 rows')
  await Promise.allSettled([
    importPastJob.run(app.platform, job, idOf(page)),
    importPastJob.run(app.platform, job, idOf(page)),
  ])
  await app.runJobs()
  const result = await clerk.read(page)
  expect(result).toContain('297 requests imported')
  expect(result).toContain('0 requests were here already')
  expect(result).toContain('3 rows rejected')
  expect(await countOf('killed')).toBe(297)
})

it('stops when it is canceled, keeps what was imported, and goes on later', async () => {
  const page = await upload('stopped', table('s'))
  await start(page)
  expect((await clerk.post(`${page}/cancel`)).status).toBe(303)
  await app.runJobs()
  expect(await countOf('stopped')).toBe(0)
  expect(await clerk.read(page)).toContain('300 rows not read yet')
  expect((await clerk.post(`${page}/cancel`)).status).toBe(409)
  expect((await clerk.post(`${page}/continue`)).status).toBe(303)
  await app.runJobs()
  expect(await countOf('stopped')).toBe(297)
  expect((await clerk.post(`${page}/continue`)).status).toBe(409)
})

it('is for those who add staff there', async () => {
  const page = await upload('private', table('p'))
  const agent = withCookie(app, (await signIn(app, 'hollis', 'agent')).cookie)
  expect((await agent.get(path)).status).toBe(403)
  const other = withCookie(app, (await signIn(app, 'larkfield', 'administrator')).cookie)
  const answers = [
    await other.get(path),
    await other.get(page),
    await other.get(`${page}/rejects.csv`),
    await send('private', table('p'), other),
    await other.post(page, { 'map.do': 'start' }),
    await other.post(`${page}/cancel`),
    // Another's import, under one's own jurisdiction.
    await other.get(page.replace('hollis', 'larkfield')),
    await other.get(`${page.replace('hollis', 'larkfield')}/rejects.csv`),
  ]
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404))
  const before = await stored()
  expect((await clerk.post(`${page}/cancel`)).status).toBe(303)
  expect((await clerk.get(page)).status).toBe(404)
  expect((await stored())?.pieces).toBe((before?.pieces ?? 0) - 3)
})

it.each([
  ['more bytes than the limit', 'x'.repeat(4 * 1024 * 1024 + 1), 413, 'larger than 4 MB'],
  ['more rows than the limit', `id,b\n${'1,2\n'.repeat(20_001)}`, 400, 'more than 20,000 rows'],
  ['an archive', 'PK\u0003\u0004\u0000\u0000,id', 400, 'We cannot read this file'],
  ['no table', 'hello', 400, 'We cannot read this file'],
  ['no list', '{"a": 1}', 400, 'We cannot read this file'],
  ['entities', '<!DOCTYPE a [<!ENTITY b "c">]><a/>', 400, 'We cannot read this file'],
  ['nothing', '', 400, 'Choose a file'],
])('refuses %s, and stores nothing', async (_, file, status, message) => {
  const before = await stored()
  const answer = await send('refused', file)
  expect(answer.status).toBe(status)
  expect(await answer.text()).toContain(message)
  expect(await stored()).toEqual(before)
})

it('reads what an Open311 server answered, and names that mean something in code', async () => {
  const one = { service_code: 'graffiti', status: 'closed', lat: 38.6, long: -74.3 }
  const at = { requested_datetime: '2026-04-02T10:00:00Z' }
  const list = [
    { service_request_id: 77, ...one, ...at },
    { service_request_id: 78, ...one, ...at, service_code: 'constructor' },
  ]
  const page = await upload('open311', JSON.stringify(list))
  expect(await clerk.read(page)).toContain('1 of 2 rows can be imported')
  const xml = `<service_requests><request><service_request_id>79</service_request_id>
    <service_code>graffiti</service_code><lat>38.6</lat><long>-74.3</long>
    <requested_datetime>2026-04-02T10:00:00Z</requested_datetime></request></service_requests>`
  expect(await clerk.read(await upload('open311', xml))).toContain('1 of 1 row can be imported')
})

it('writes who did what in the audit log, and deletes all of it after a week', async () => {
  const actions = await db().rows<{ type: string }>(
    sql`SELECT DISTINCT type FROM event WHERE type LIKE 'import-%' AND actor = ${`staff:${clerkId}`} ORDER BY type`,
  )
  expect(actions.map(({ type }) => type)).toEqual([
    'import-cancelled',
    'import-rejects-downloaded',
    'import-started',
    'import-uploaded',
  ])
  expect((await stored())?.rejects).toBeGreaterThan(0)
  app.advance(8 * DAY)
  await app.runJobs()
  expect(await stored()).toEqual({ imports: 0, pieces: 0, rejects: 0 })
  expect(await countOf('old-crm')).toBe(299)
})
