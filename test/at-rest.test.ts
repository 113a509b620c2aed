import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { listDatabases } from '../src/regions/versions/migrate.ts'
import { type County, startCounty } from './support/county.ts'
import { linkIn, type Mailbox, startMailbox } from './support/mailbox.ts'
import { foundIn } from './support/raw-files.ts'

/*
 * A stolen database reveals no contact details: here the files themselves are not encrypted, so that only the
 * encryption of fields hides them.
 */

const main = '350 Main Street, Port Ellery'
const mark = (what: string) => `Zq${what}Xv`
const reporter = (channel: string) => ({
  first_name: mark(`First${channel}`),
  last_name: mark(`Last${channel}`),
  email: `${mark(`mail${channel}`)}@example.org`.toLowerCase(),
  phone: `+15557${channel.length}90${channel.length}77`,
})
/** A number of the region's country is kept as its standard form, and written in emails as people write it. */
const asPeopleWriteIt = (word: string) => word.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3')
const words = (channel: string) =>
  Object.values(reporter(channel)).flatMap(word => [...new Set([word, asPeopleWriteIt(word)])])

let county: County
let mailbox: Mailbox

beforeAll(async () => {
  mailbox = await startMailbox()
  county = await startCounty({ mail: mailbox.settings, plainFiles: true })
})
afterAll(async () => {
  await county.close()
  await mailbox.close()
})

const tenant = (slug: string) =>
  openTenant(county.app.platform, { kind: 'system', reason: 'test' }, county.app.region.slug, slug)

/** Looks in every file, ignoring case; finding the description proves that the search works. */
function nothingOf(secrets: readonly string[]) {
  expect(foundIn(county.app.dataDir, ['ZqDescription'])).not.toEqual([])
  expect(foundIn(county.app.dataDir, secrets)).toEqual([])
}

describe('no file holds a contact that was entered', () => {
  test('through the JSON API, to be told what happens', async () => {
    const body = {
      ...reporter('Json'),
      description: 'ZqDescription of graffiti',
      follow: true,
    }
    const { id } = await county.report('graffiti', main, body)
    expect(mailbox.emailsTo(reporter('Json').email).at(0)?.subject).toContain(id)
    const seen = (await county.whole('port-ellery', id)) as unknown as { contact: object }
    expect(seen.contact).toMatchObject(reporter('Json'))
    nothingOf(words('Json'))
  })

  test('through the web form', async () => {
    const given = reporter('Web')
    const [found] = county.app.region.searchPlaces(main, 1)
    const form = new FormData()
    const fields = {
      q: main,
      address: main,
      lat: String(found?.lat),
      long: String(found?.long),
      description: 'ZqDescription',
      'answers.surface': 'public',
      firstName: given.first_name,
      lastName: given.last_name,
      email: given.email,
      phone: given.phone,
    }
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    const answer = await county.app.request('/report/graffiti/send', { method: 'POST', body: form })
    expect(answer.status).toBe(303)
    await county.app.runJobs()
    const id = /cases\/([\w-]+)/.exec(answer.headers.get('location') ?? '')?.[1] ?? ''
    const seen = (await county.whole('port-ellery', id)) as unknown as { contact: object }
    expect(seen.contact).toMatchObject({ email: given.email, phone: given.phone })
    nothingOf(words('Web'))
  })

  test('through GeoReport', async () => {
    const given = reporter('Geo')
    const [found] = county.app.region.searchPlaces(main, 1)
    const form = new URLSearchParams({
      ...given,
      api_key: await county.app.key('port-ellery'),
      jurisdiction_id: 'port-ellery',
      service_code: 'graffiti',
      lat: String(found?.lat),
      long: String(found?.long),
      description: 'ZqDescription',
      'attribute[surface]': 'public',
      device_id: 'ZqDeviceXv',
      account_id: 'ZqAccountXv',
    })
    const answer = await county.app.request('/open311/v2/requests.json', { method: 'POST', body: form })
    expect(answer.status).toBe(200)
    await county.app.runJobs()
    nothingOf([...words('Geo'), 'ZqDeviceXv', 'ZqAccountXv'])
  })

  test('by following a case, asked and confirmed; one mailbox follows once however it is written', async () => {
    const { id } = await county.report('graffiti', main)
    const email = 'zqneighbor@example.net'
    for (const written of [email, email.toUpperCase()]) {
      const body = new URLSearchParams({ email: written })
      await county.app.request(`/r/ellery/cases/${id}/follow`, { method: 'POST', body })
      await county.app.runJobs()
    }
    const asked = mailbox.emailsTo(email)
    expect(asked).toHaveLength(1)
    const link = asked[0] === undefined ? '' : linkIn(asked[0], 'follow').replace('http://localhost:8311', '')
    await county.app.request(link, { method: 'POST', body: new URLSearchParams() })
    await county.change('port-ellery', id, 'in_progress')
    expect(mailbox.emailsTo(email).length).toBeGreaterThan(1)
    nothingOf([email, email.toUpperCase()])
  })

  test('by a handoff that takes them along, on its way and where it arrives', async () => {
    const given = reporter('Cross')
    const { id } = await county.report('pothole', main, { ...given, share_contact: true })
    const { body } = await county.offer('port-ellery', id, 'hollis')
    nothingOf(words('Cross'))
    await county.answer('hollis', body.id, 'accept')
    const seen = (await county.own('hollis', id)) as unknown as { contact: object }
    expect(seen.contact).toMatchObject(given)
    nothingOf(words('Cross'))
  })

  test('by what is forwarded to a partner, whose email has them', async () => {
    const given = reporter('Partner')
    const [found] = county.app.region.searchPlaces('2352 State Highway 9, Hollis', 1)
    const { id } = await county.report('traffic-signal', '2352 State Highway 9, Hollis', {
      ...given,
      lat: found?.lat,
      long: found?.long,
      share_contact: true,
      answers: { trouble: 'dark' },
    })
    const message = mailbox.emails.find(({ subject }) => subject.includes(id))
    for (const word of Object.values(given)) expect(message?.text).toContain(asPeopleWriteIt(word))
    nothingOf(words('Partner'))
  })

  test('and none is in the log', () => {
    const logged = JSON.stringify(county.app.logged)
    for (const channel of ['Json', 'Web', 'Geo', 'Cross', 'Partner'])
      for (const word of words(channel)) expect(logged).not.toContain(word)
  })
})

test('what is moved to another row, or another jurisdiction, does not open', async () => {
  const { id } = await county.report('graffiti', main, reporter('Moved'))
  await county.report('graffiti', main, reporter('Other'))
  const newest = sql`(SELECT person FROM request WHERE id = ${id})`
  await tenant('port-ellery').commit([
    sql`UPDATE person SET email = (SELECT email FROM person WHERE id <> ${newest} AND email IS NOT NULL LIMIT 1) WHERE id = ${newest}`,
  ])
  const key = await county.app.key('port-ellery', 'work')
  const answer = await county.app.request(`/api/v1/work/requests/${id}`, {
    headers: { authorization: `Bearer ${key}` },
  })
  expect(answer.status).toBe(500)
})

test('what is from before fields were encrypted is read as it is, and encrypted by and by', async () => {
  const { id } = await county.report('graffiti', main, reporter('Before'))
  const db = tenant('port-ellery')
  const person = sql`(SELECT person FROM request WHERE id = ${id})`
  await db.commit([
    sql`UPDATE person SET first_name = 'ZqPlainXv', email = 'zqplain@example.org' WHERE id = ${person}`,
    sql`INSERT INTO follower (id, case_id, email, language, created_at, confirmed_at)
      VALUES ('before', ${id}, 'zqplain@example.org', 'en', 0, 1)`,
    sql`INSERT INTO job (kind, key, due_at, created_at) VALUES ('reencrypt', 'reencrypt', 0, 0)`,
  ])
  expect((await county.whole('port-ellery', id)).contact).toMatchObject({ email: 'zqplain@example.org' })
  await county.app.runJobs()
  expect((await county.whole('port-ellery', id)).contact).toMatchObject({ email: 'zqplain@example.org' })
  await county.change('port-ellery', id, 'in_progress')
  expect(mailbox.emailsTo('zqplain@example.org').length).toBeGreaterThan(0)
  const [row] = await db.rows<{ hash: string | null }>(
    sql`SELECT email_hash AS hash FROM follower WHERE id = 'before'`,
  )
  expect(row?.hash).not.toBeNull()
  for (const name of await listDatabases(county.app.platform))
    await county.app.platform.databases.client(name).execute('PRAGMA wal_checkpoint(TRUNCATE)')
  nothingOf(['ZqPlainXv', 'zqplain@example.org'])
})
