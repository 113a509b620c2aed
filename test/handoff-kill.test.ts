import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { createKey } from '../src/identity/programs/keys.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { compileRegion } from '../src/regions/runtime/compile.ts'
import { applyRegion } from '../src/regions/versions/apply.ts'
import { bundled, bundledDocuments, tenantsDir } from './support/app.ts'
import { bundleServer } from './support/bundle.ts'
import { type Server, startServer } from './support/server.ts'
import { freePort } from './support/sqld.ts'

/*
 * The real server, killed fifty times in the middle of its work, and clients that keep a list of what it has
 * acknowledged.
 */

const SERVICE = 'pothole'
const KILLS = 50
const CLIENTS = 6
const MAX_LIFE = 5_000
const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds))

const folder = mkdtempSync(join(tmpdir(), 'countyline-kill-'))
const env = { DATA_DIR: join(folder, 'data'), TENANTS_DIR: join(folder, 'tenants') }
const keys = new Map<string, string>()
let program: Awaited<ReturnType<typeof bundleServer>>
let port: number
let server: Server
let body: Record<string, unknown>

/** What was acknowledged: the client's own list. */
const reports: { id: string; jurisdiction: string }[] = []
const offers: { id: string; sender: string }[] = []
const answers: { id: string; receiver: string; accepted: boolean }[] = []
const notes: { request: string; jurisdiction: string; text: string }[] = []

beforeAll(async () => {
  mkdirSync(env.TENANTS_DIR)
  cpSync(join(tenantsDir, bundled), join(env.TENANTS_DIR, bundled), { recursive: true })
  const documents = await bundledDocuments()
  const platform = nodePlatform({ dataDir: env.DATA_DIR, log: () => {} })
  await applyRegion(platform, readMigrations(), bundled, documents, { by: 'test' })
  const region = await compileRegion({ region: bundled, version: 1, hash: '', appliedAt: 0, documents })
  for (const { slug } of documents.jurisdictions) {
    if (!region.servicesOffered(slug).some(({ code }) => code === SERVICE)) continue
    const db = openTenant(platform, { kind: 'system', reason: 'test' }, bundled, slug)
    keys.set(slug, (await createKey(platform, db, 'test', 'work')).key)
  }
  await platform.close()
  const [long, lat] = documents.region.map.center
  const required = region.service(SERVICE)?.questions?.filter(question => question.required) ?? []
  const given = Object.fromEntries(required.map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
  body = { service_code: SERVICE, lat, long, answers: given }
  program = await bundleServer()
  port = await freePort()
  server = await startServer(env, port, [program.file])
}, 120_000)
afterAll(async () => {
  await server.end('SIGKILL')
  program.remove()
  rmSync(folder, { recursive: true, force: true })
})

it('killed fifty times, it has every report and handoff that it acknowledged, and one holder of each', {
  timeout: 600_000,
}, async () => {
  for (let kill = 0; kill < KILLS; kill++) {
    let isAlive = true
    let done = 0
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let act = 0; isAlive; act++) {
        await something(`${kill}-${client}-${act}`).then(
          () => done++,
          () => {},
        )
      }
    })
    // In the middle of its work, however slow the machine: after some actions, at any instant of the next.
    const actions = 5 + Math.random() * 40
    for (let waited = 0; done < actions && waited < MAX_LIFE; waited += 10) await pause(10)
    await pause(Math.random() * 30)
    await server.end('SIGKILL')
    isAlive = false
    await Promise.all(clients)
    server = await startServer(env, port, [program.file])
  }
  expect(reports.length).toBeGreaterThan(KILLS)
  expect(offers.length).toBeGreaterThan(KILLS)
  // Fewer: what a killed courier was delivering waits until its lease ends.
  expect(answers.length).toBeGreaterThan(0)

  const lost: unknown[] = []
  for (const report of reports) {
    const { status } = await whole(report.jurisdiction, report.id)
    if (status !== 200) lost.push(report)
  }
  for (const offer of offers) {
    const found = await ask<{ state: string }>(offer.sender, 'GET', `handoffs/${offer.id}?side=sender`)
    if (found.status !== 200) lost.push(offer)
  }
  for (const answer of answers) {
    const { json } = await ask<{ state: string }>(
      answer.receiver,
      'GET',
      `handoffs/${answer.id}?side=receiver`,
    )
    const taken = ['accepted', 'granted', 'withdrawn', 'timed-out']
    const isThere = answer.accepted ? taken.includes(json.state) : ['refused', 'granted'].includes(json.state)
    if (!isThere) lost.push({ ...answer, ...json })
  }
  for (const note of notes) {
    const { json } = await whole(note.jurisdiction, note.request)
    if (json.timeline?.filter(({ text }) => text === note.text).length !== 1) lost.push(note)
  }
  expect(lost).toEqual([])
  await expect.poll(custody, { timeout: 60_000 }).toEqual({ cases: reports.length, wrong: [] })
})

/** One action of a client: mostly a report, an offer or an answer. Throws when the server is gone. */
async function something(name: string): Promise<void> {
  const jurisdiction = anyOf([...keys.keys()])
  const chance = Math.random()
  if (chance < 0.3 || reports.length === 0) {
    // On another jurisdiction's site, the platform transfers it automatically.
    const base = Math.random() < 0.2 ? `/j/${jurisdiction}` : ''
    const answer = await fetch(`${server.url}${base}/api/v1/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, description: name }),
    })
    if (answer.status === 201) reports.push((await answer.json()) as (typeof reports)[number])
  } else if (chance < 0.6) {
    const { id: request, jurisdiction: sender } = anyOf(reports.slice(-20))
    const { version } = (await whole(sender, request)).json
    const receiver = anyOf([...keys.keys()].filter(slug => slug !== sender))
    const input = { receiver, reason: 'other', version }
    const { status, json } = await ask<{ id: string }>(sender, 'POST', `requests/${request}/handoffs`, input)
    if (status === 201) offers.push({ id: json.id, sender })
  } else if (chance < 0.9) {
    const open = await ask<{ handoffs: { id: string }[] }>(
      jurisdiction,
      'GET',
      'handoffs?side=receiver&state=offered',
    )
    const { id } = anyOf(open.json.handoffs)
    const accepted = Math.random() < 0.7
    const [verb, said] = accepted ? (['accept', {}] as const) : (['refuse', { reason: 'other' }] as const)
    const { status } = await ask(jurisdiction, 'POST', `handoffs/${id}/${verb}`, said)
    if (status === 200) answers.push({ id, receiver: jurisdiction, accepted })
  } else {
    const { id: request, jurisdiction: keeper } = anyOf(reports)
    const { status } = await ask(keeper, 'POST', `requests/${request}/notes`, { text: name })
    if (status < 300) notes.push({ request, jurisdiction: keeper, text: name })
  }
}

function anyOf<T>(from: readonly T[]): T {
  const chosen = from[Math.floor(Math.random() * from.length)]
  if (chosen === undefined) throw new Error('nothing to choose from')
  return chosen
}

async function ask<T>(jurisdiction: string, method: string, path: string, said?: object) {
  const answer = await fetch(`${server.url}/j/${jurisdiction}/api/v1/work/${path}`, {
    method,
    headers: { authorization: `Bearer ${keys.get(jurisdiction)}`, 'content-type': 'application/json' },
    body: said === undefined ? null : JSON.stringify(said),
  })
  return { status: answer.status, json: (await answer.json()) as T }
}

function whole(jurisdiction: string, id: string) {
  return ask<{ version: number; timeline?: { text?: string }[] }>(jurisdiction, 'GET', `requests/${id}`)
}

/** Of every case, the number of holders and of grants in transit: from the databases alone. */
async function custody(): Promise<{ cases: number; wrong: string[] }> {
  const platform = nodePlatform({ dataDir: env.DATA_DIR, log: () => {} })
  const holders = new Map<string, number>()
  const onTheWay = new Map<string, string>()
  const arrived = new Set<string>()
  for (const slug of keys.keys()) {
    const client = platform.databases.client({ kind: 'tenant', region: bundled, slug })
    const cases = await client.execute(
      `SELECT case_id, sum(custody = 'held') AS held FROM request GROUP BY case_id`,
    )
    for (const { case_id, held } of cases.rows)
      holders.set(String(case_id), (holders.get(String(case_id)) ?? 0) + Number(held))
    const granted = await client.execute(`SELECT id, side, case_id FROM handoff WHERE state = 'granted'`)
    for (const { id, side, case_id } of granted.rows) {
      if (side === 'sender') onTheWay.set(String(id), String(case_id))
      if (side === 'receiver') arrived.add(String(id))
    }
    client.close()
  }
  for (const [id, caseId] of onTheWay)
    if (!arrived.has(id)) holders.set(caseId, (holders.get(caseId) ?? 0) + 1)
  const wrong = [...holders]
    .filter(([, count]) => count !== 1)
    .map(([id, count]) => `${id}: ${count} holders`)
  return { cases: reports.filter(({ id }) => holders.has(id)).length, wrong }
}
