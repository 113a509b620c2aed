import { eq } from 'drizzle-orm'
import { openTenant } from '../../src/core/database/handles.ts'
import { decryptPerson } from '../../src/requests/case/person.ts'
import { addressOf } from '../../src/requests/followers/follower.ts'
import { follower } from '../../src/requests/followers/schema.ts'
import { person, request } from '../../src/requests/schema.ts'
import { expectAsDescribed } from '../contract/described.ts'
import { bundled, startApp, type TestApp } from './app.ts'

/** A request as its own jurisdiction's programs see it; only the members that tests look at. */
export interface Whole {
  id: string
  case: string
  status: string
  version: number
  custody: 'held' | 'passed'
  passed_to: string | null
  agency_responsible: string
  accountable: string
  requested_at: string
  received_at: string
  expected_at: string | null
  triage: boolean
  contact: { email: string | null; shared: boolean } | null
  shares: Share[]
  holders: { jurisdiction: string; from: string; to: string | null }[]
  handoffs: Handoff[]
  timeline: { type: string; at: string; jurisdiction: string; public?: boolean; text?: string }[]
}
export interface Share {
  jurisdiction: string
  agency: string
  status: string
}
export interface Handoff {
  id: string
  side: string
  kind: string
  state: string
  request: string | null
  sender: string
  receiver: string
  reason: { code: string; label: string }
  text: string
  agreement: string | null
  answer_by: string | null
  answer: { reason: { code: string } | null; text: string; counter: string | null } | null
  tried: {
    receiver: string
    state: string
    reason: { code: string } | null
    text: string
    counter: string | null
  }[]
  subject: { description: string } | null
}
export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown> & { id: string; detail?: string; state?: string }
}

/** The bundled county with all its programs at work, everything over HTTP routes. */
export interface County {
  readonly app: TestApp
  /** Files a report on the region's site, or a jurisdiction's. Jobs have run when it returns. */
  report(
    service: string,
    where: string,
    more?: object,
    base?: string,
  ): Promise<{ id: string; jurisdiction: string }>
  /** Posts a GeoReport at one jurisdiction's own endpoint. */
  geoReport(base: string, service: string, where: string): Promise<string>
  get<T>(path: string, as?: string): Promise<T>
  /** Sends, then runs every due job. */
  post(path: string, body: object, as: string): Promise<Answer>
  whole(jurisdiction: string, id: string): Promise<Whole>
  /** The request that a jurisdiction has of a case. Throws when it has none. */
  own(jurisdiction: string, caseId: string): Promise<Whole>
  /** The public view. */
  seen(id: string): Promise<Whole>
  offer(from: string, id: string, to: string, more?: object): Promise<Answer>
  answer(as: string, handoff: string, verb: string, said?: object): Promise<Answer>
  change(as: string, id: string, to: string, more?: object): Promise<Answer>
  /** The newest handoff in which a jurisdiction is on this side. */
  newest(jurisdiction: string, side: string): Promise<Handoff>
  /** Everything in a jurisdiction's database, as text. */
  dump(jurisdiction: string): Promise<string>
  /** Sets the clock, in the region's local summer time, and runs due jobs. */
  at(local: string): Promise<void>
  close(): Promise<void>
}

export const summer = (local: string) => Date.parse(`${local}:00-04:00`)

export async function startCounty(options: Parameters<typeof startApp>[0] = {}): Promise<County> {
  const app = await startApp(options)
  const keys = new Map<string, string>()
  const keyOf = async (jurisdiction: string) => {
    const key = keys.get(jurisdiction) ?? (await app.key(jurisdiction, 'work'))
    keys.set(jurisdiction, key)
    return key
  }
  const bearer = async (as: string) => ({ authorization: `Bearer ${await keyOf(as)}` })

  function place(where: string) {
    const [found] = app.region.searchPlaces(where, 1)
    if (found === undefined) throw new Error(`nobody knows ${where}`)
    return { lat: found.lat, long: found.long }
  }
  function answersFor(service: string): Record<string, string> {
    const questions = app.region.service(service)?.questions ?? []
    const required = questions.filter(question => question.required && question.type !== 'notice')
    return Object.fromEntries(required.map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
  }
  async function post(path: string, body: object, as?: string): Promise<Answer> {
    const answer = await app.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(as !== undefined && (await bearer(as))) },
      body: JSON.stringify(body),
    })
    await expectAsDescribed('POST', path, answer)
    await app.runJobs()
    return { status: answer.status, body: (await answer.json()) as Answer['body'] }
  }
  async function get<T>(path: string, as?: string): Promise<T> {
    const answer = await app.request(path, as === undefined ? {} : { headers: await bearer(as) })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    await expectAsDescribed('GET', path, answer)
    return (await answer.json()) as T
  }
  const whole = (jurisdiction: string, id: string) => get<Whole>(`/api/v1/work/requests/${id}`, jurisdiction)

  return {
    app,
    get,
    post,
    whole,
    async report(service, where, more = {}, base = '') {
      const body = { service_code: service, ...place(where), answers: answersFor(service), ...more }
      const { status, body: filed } = await post(`${base}/api/v1/requests`, body)
      if (status !== 201) throw new Error(JSON.stringify(filed))
      return { id: filed.id, jurisdiction: String(filed.jurisdiction) }
    },
    async geoReport(base, service, where) {
      const { lat, long } = place(where)
      const attributes = Object.entries(answersFor(service)).map(([code, value]) => [
        `attribute[${code}]`,
        value,
      ])
      const form = new URLSearchParams([
        ['api_key', await app.key(base)],
        ['service_code', service],
        ['lat', String(lat)],
        ['long', String(long)],
        ...(attributes as [string, string][]),
      ])
      const answer = await app.request(`/j/${base}/open311/v2/requests.json`, { method: 'POST', body: form })
      const [receipt] = (await answer.json()) as { service_request_id: string }[]
      await app.runJobs()
      return receipt?.service_request_id ?? ''
    },
    async own(jurisdiction, caseId) {
      const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, bundled, jurisdiction)
      const [row] = await db.select({ id: request.id }).from(request).where(eq(request.caseId, caseId))
      if (row === undefined) throw new Error(`${jurisdiction} has no share of ${caseId}`)
      return whole(jurisdiction, row.id)
    },
    seen: id => get<Whole>(`/api/v1/requests/${id}`),
    async offer(from, id, to, more = {}) {
      // So that what comes later is newer.
      app.advance(1000)
      const { version } = await whole(from, id)
      const input = { receiver: to, reason: 'not-our-asset', text: '', version, ...more }
      return post(`/api/v1/work/requests/${id}/handoffs`, input, from)
    },
    answer: (as, handoff, verb, said = {}) => post(`/api/v1/work/handoffs/${handoff}/${verb}`, said, as),
    async change(as, id, to, more = {}) {
      const { version } = await whole(as, id)
      return post(`/api/v1/work/requests/${id}/status`, { to, version, ...more }, as)
    },
    async newest(jurisdiction, side) {
      const { handoffs } = await get<{ handoffs: Handoff[] }>(
        `/api/v1/work/handoffs?side=${side}&limit=1`,
        jurisdiction,
      )
      const [found] = handoffs
      if (found === undefined) throw new Error(`${jurisdiction} is ${side} of no handoff`)
      return found
    },
    async dump(jurisdiction) {
      const client = app.platform.databases.client({ kind: 'tenant', region: bundled, slug: jurisdiction })
      const { rows: tables } = await client.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
      const rows = await Promise.all(
        tables.map(async ({ name }) => (await client.execute(`SELECT * FROM "${name}"`)).rows),
      )
      // Encrypted values in plain text: a search for a name would otherwise never find it.
      const db = openTenant(app.platform, { kind: 'system', reason: 'test' }, bundled, jurisdiction)
      const persons = await db.select().from(person)
      const followers = await db.select().from(follower)
      const plain = await Promise.all([
        ...persons.map(row => decryptPerson(app.platform, db, row)),
        ...followers.map(row => addressOf(app.platform, db, row)),
      ])
      return JSON.stringify([rows, plain])
    },
    async at(local) {
      app.advance(summer(local) - app.platform.clock.now())
      await app.runJobs()
    },
    close: () => app.close(),
  }
}
