import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.ts'
import { main } from '../src/cli/main.ts'
import { openTenant } from '../src/core/db.ts'
import { createKey } from '../src/people/keys.ts'
import { readMigrations } from '../src/platform/node/migrations.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { applyRegion } from '../src/regions/apply.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'
import { jpeg } from './support/photos.ts'

/* S17: a jurisdiction takes all that it keeps along, into a deployment of its own. */

const folder = mkdtempSync(join(tmpdir(), 'countyline-leaving-'))
const exported = join(folder, 'export')
const root = fileURLToPath(new URL('../', import.meta.url))
const LEAVER = 'hollis'
const DAY = 86_400_000

let app: TestApp
let key: string
let ids: string[]
let photo: string

beforeAll(async () => {
  app = await startApp({ now: Date.parse('2026-08-30T12:00:00-04:00') })
  key = await app.key(LEAVER, 'work')
  ids = await lived()
  const jurisdictions = app.region.documents.jurisdictions.map(jurisdiction =>
    jurisdiction.slug === LEAVER ? { ...jurisdiction, to: '2026-08-31' } : jurisdiction,
  )
  await applyRegion(
    app.platform,
    readMigrations(),
    bundled,
    { ...app.region.documents, jurisdictions },
    'test',
  )
  app.advance(DAY)
  await app.runJobs()
  expect((await run(app.dataDir, 'export', LEAVER, '--region', bundled, '--to', exported)).code).toBe(0)
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Cases with all that can be in them: photos, notes, closings, handoffs both ways, a duplicate, a private one. */
async function lived(): Promise<string[]> {
  const [found] = app.region.searchPlaces('Hollis Common', 1)
  const where = { lat: found?.lat ?? 0, long: found?.long ?? 0 }
  const ask = async (path: string, body: object, bearer?: string) => {
    const headers = {
      'content-type': 'application/json',
      ...(bearer && { authorization: `Bearer ${bearer}` }),
    }
    const answer = await app.request(`/api/v1${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    expect(answer.status).toBeLessThan(300)
    await app.runJobs()
    return (await answer.json()) as { id: string; jurisdiction: string }
  }
  const file = (service: string, more: object = {}) => {
    const required = app.region.service(service)?.questions?.filter(question => question.required) ?? []
    const answers = Object.fromEntries(required.map(({ code, options }) => [code, options?.[0]?.key ?? '1']))
    return ask('/requests', { service_code: service, ...where, answers, ...more })
  }
  const sent = await app.request('/api/v1/media', {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body: jpeg(),
  })
  photo = ((await sent.json()) as { id: string }).id
  const contact = { first_name: 'Ana', email: 'ana@example.org', share_contact: true }
  const first = await file('graffiti', {
    media: [photo],
    description: 'Señal “pintada”\nal lado',
    ...contact,
  })
  await ask(`/work/requests/${first.id}/notes`, { text: 'Only for us.' }, key)
  await ask(`/work/requests/${first.id}/status`, { to: 'in_progress', version: 2, text: 'Begun.' }, key)
  const second = await file('graffiti')
  await ask(`/work/requests/${second.id}/duplicates`, { of: first.id }, key)
  const third = await file('noise')
  const offer = { receiver: 'larkfield', reason: 'other', version: 1 }
  await ask(`/work/requests/${third.id}/handoffs`, offer, key)
  const fourth = await file('sidewalk')
  await ask(`/work/requests/${fourth.id}/status`, { to: 'closed', reason: 'completed', version: 1 }, key)
  return [first, second, third, fourth].map(({ id }) => id)
}

interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(dataDir: string, ...argv: string[]): Promise<Answer> {
  let [out, err] = ['', '']
  const code = await main(argv, {
    env: { DATA_DIR: dataDir, TENANTS_DIR: join(root, 'tenants') },
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    now: app.platform.clock.now,
  })
  return { code, out, err }
}

/** Another deployment's front door, and the leaver's log there. */
async function look<T>(dataDir: string, see: (door: Door) => Promise<T>): Promise<T> {
  const platform = nodePlatform({ dataDir, environment: {}, now: app.platform.clock.now, log: () => {} })
  const other = createApp(platform)
  try {
    return await see({
      request: async (path, init) => other.request(new URL(path, 'http://localhost').href, init),
      platform,
    })
  } finally {
    await platform.close()
  }
}
type Door = Pick<TestApp, 'request' | 'platform'>

/** All that can be told of the leaver's cases, whichever deployment is asked. */
async function told({ request, platform }: Door) {
  const json = async (path: string, init = {}) => (await request(`/api/v1${path}`, init)).json()
  const db = openTenant(platform, { kind: 'system', reason: 'test' }, bundled, LEAVER)
  // No key goes along.
  const headers = { authorization: `Bearer ${(await createKey(platform, db, 'test', 'work')).key}` }
  const bytes = await (await request(`/media/${LEAVER}/${photo}`)).arrayBuffer()
  return {
    whole: await Promise.all(ids.map(id => json(`/work/requests/${id}`, { headers }))),
    public: await Promise.all(ids.map(id => json(`/requests/${id}`))),
    list: await json('/work/requests', { headers }),
    found: await json('/work/requests?q=pintada&bbox=-75,38,-74,39', { headers }),
    handoffs: await json('/work/handoffs', { headers }),
    duplicates: await json('/work/duplicates?state=confirmed', { headers }),
    log: await db.rows(
      sql`SELECT seq, request, type, actor, at, payload FROM event WHERE request <> '' ORDER BY seq`,
    ),
    photo: Buffer.from(bytes).toString('base64'),
  }
}

describe('S17 a jurisdiction leaves', { timeout: 180_000 }, () => {
  it('with everything in documented files, and nothing that is another’s', () => {
    const files = readdirSync(exported, { recursive: true }).map(String)
    expect(files).toEqual(
      expect.arrayContaining([
        'manifest.json',
        'tables/request.jsonl',
        'tables/event.jsonl',
        'tables/person.jsonl',
        'tables/handoff.jsonl',
        `media/${photo}`,
        `documents/${LEAVER}/boundary.geojson`,
        'documents/services.yaml',
      ]),
    )
    const page = readFileSync(join(root, 'docs/leaving.md'), 'utf8')
    const tables = files.filter(file => file.startsWith('tables/')).map(file => file.slice(7))
    expect(tables.filter(file => !page.includes(`\`${file}\``))).toEqual([])
    expect(tables.filter(file => /request_|migration|identity|job/.test(file))).toEqual([])
  })

  it('and gets the same cases back in an empty deployment, of which nothing is sent twice', async () => {
    const dataDir = join(folder, 'own')
    const { code, out } = await run(dataDir, 'import', exported)
    expect([code, out]).toEqual([0, expect.stringContaining('City of Hollis: imported')])
    expect(out).toContain('leaves on 2026-08-31')
    const here = await told(app)
    expect(here.whole).toHaveLength(4)
    expect(here.photo.length).toBeGreaterThan(100)
    await look(dataDir, async door => {
      expect(await told(door)).toEqual(here)
      const db = openTenant(door.platform, { kind: 'system', reason: 'test' }, bundled, LEAVER)
      const waiting = await db.rows(
        sql`SELECT id FROM message WHERE delivered_at IS NULL AND parked_at IS NULL`,
      )
      expect(waiting).toEqual([])
      expect((await door.request('/api/v1/requests')).status).toBe(200)
    })
    const again = await run(dataDir, 'import', exported)
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('had been imported')])
  })

  it('a stopped import shows nothing, and run again it finishes', async () => {
    const here = await told(app)
    for (const milliseconds of [0, 40, 120, 400]) {
      const dataDir = join(folder, `stopped-${milliseconds}`)
      await stopped(['import', exported], dataDir, milliseconds)
      await look(dataDir, async ({ request }) => {
        const answer = await request(`/api/v1/requests/${ids[0]}`)
        if (answer.status === 200) expect(await answer.json()).toEqual(here.public[0])
      })
      expect((await run(dataDir, 'import', exported)).code).toBe(0)
      await look(dataDir, async door => expect(await told(door)).toEqual(here))
    }
  })

  it('what has been tampered with is refused, and nothing has been touched', async () => {
    const changes: [string, (copy: string) => void, string][] = [
      ['no manifest', copy => rmSync(join(copy, 'manifest.json')), 'manifest.json cannot be read'],
      ['no JSON', copy => writeFileSync(join(copy, 'manifest.json'), '{'), 'no JSON'],
      ['another format', edited('countyline-jurisdiction', 'other'), 'not understood'],
      ['another count', edited('"rows": 4', '"rows": 5'), 'manifest.json has been changed'],
      ['another name', edited('City of Hollis', 'City of Nowhere'), 'manifest.json has been changed'],
      ['a path that leads out', edited('tables/event.jsonl', '../../event.jsonl'), 'not understood'],
      [
        'a changed row',
        copy => {
          const path = join(copy, 'tables/request.jsonl')
          writeFileSync(path, readFileSync(path, 'utf8').replace('"completed"', '"withdrawn"'))
        },
        'tables/request.jsonl has been changed',
      ],
      ['a missing photo', copy => rmSync(join(copy, `media/${photo}`)), `media/${photo} is missing`],
    ]
    for (const [what, change, said] of changes) {
      const copy = join(folder, what.replaceAll(' ', '-'))
      cpSync(exported, copy, { recursive: true })
      change(copy)
      const dataDir = join(folder, `refused-${what.replaceAll(' ', '-')}`)
      const { code, err } = await run(dataDir, 'import', copy)
      expect([what, code, err]).toEqual([what, 1, expect.stringContaining(said)])
      expect(readdirSync(join(dataDir, 'databases'))).toEqual([])
    }
  })

  it('an export that is there already, an unknown jurisdiction, a deployment that is not empty: refused, saying why', async () => {
    const refused = async (said: string, ...argv: string[]) => {
      const { code, err } = await run(app.dataDir, ...argv)
      expect([code, err]).toEqual([1, expect.stringContaining(said)])
    }
    await refused('holds an export already', 'export', LEAVER, '--region', bundled, '--to', exported)
    await refused('No jurisdiction "atlantis"', 'export', 'atlantis', '--region', bundled, '--to', folder)
    await refused('--to DIR', 'export', LEAVER, '--region', bundled)
    await refused('has data here already', 'import', exported)
    expect((await run(app.dataDir, 'export', LEAVER, 'more')).code).toBe(2)
    expect((await run(app.dataDir, 'import')).code).toBe(2)
  })
})

function edited(from: string, to: string) {
  return (copy: string) => {
    const path = join(copy, 'manifest.json')
    const text = readFileSync(path, 'utf8')
    expect(text).toContain(from)
    writeFileSync(path, text.replace(from, to))
  }
}

/** The real command in a process of its own, killed so long after it has begun to write. */
async function stopped(argv: string[], dataDir: string, milliseconds: number): Promise<void> {
  const child = spawn(process.execPath, ['--import', './scripts/tsx-hook.ts', 'src/cli.ts', ...argv], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir, TENANTS_DIR: join(root, 'tenants') },
  })
  const ended = new Promise(resolve => child.once('exit', resolve))
  const begun = join(dataDir, 'databases', `${bundled}--${LEAVER}.db`)
  while (!existsSync(begun) && child.exitCode === null) await wait(5)
  await wait(milliseconds)
  child.kill('SIGKILL')
  await ended
}

const wait = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds))
