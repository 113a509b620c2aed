import { spawn } from 'node:child_process'
import { createHash, type KeyObject } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyLogs } from '../src/audit/verify.ts'
import { type Manifest, writeManifest } from '../src/cli/archive/archive.ts'
import { exportKey } from '../src/cli/archive/signature.ts'
import { main } from '../src/cli/main.ts'
import { openRegion, openTenant } from '../src/core/database/handles.ts'
import { runDueJobs } from '../src/core/database/run-jobs.ts'
import { tablesOf } from '../src/core/database/tables.ts'
import { createApp, jobHandlers, registry } from '../src/create-app.ts'
import { createKey } from '../src/identity/programs/keys.ts'
import { makeGrant } from '../src/identity/staff/grants.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { applyRegion } from '../src/regions/versions/apply.ts'
import { listDatabases } from '../src/regions/versions/migrate.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'
import { jpeg } from './support/photos.ts'

/* S17: a jurisdiction takes all its data into a deployment of its own. */

const folder = mkdtempSync(join(tmpdir(), 'countyline-leaving-'))
const exported = join(folder, 'export')
const root = fileURLToPath(new URL('../', import.meta.url))
const LEAVER = 'hollis'
const DAY = 86_400_000
const system = { kind: 'system', reason: 'test' } as const

let app: TestApp
let key: string
let ids: string[]
let photo: string
let fingerprint: string

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
    { by: 'test' },
  )
  app.advance(DAY)
  await app.runJobs()
  await makeGrant(app.platform, openTenant(app.platform, system, bundled, LEAVER), {
    staff: 'somebody',
    role: 'administrator',
    source: 'command',
  })
  const { code, out } = await run(app.dataDir, 'export', LEAVER, '--region', bundled, '--to', exported)
  expect(code).toBe(0)
  fingerprint = /SHA256:\S+/.exec(out)?.[0] ?? ''
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

/**
 * Cases with everything that a case can have: photos, notes, closings, handoffs both ways, a duplicate, a
 * private one.
 */
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

/** Another deployment's app, and the leaver's log there. */
async function inspect<T>(dataDir: string, read: (deployment: Deployment) => Promise<T>): Promise<T> {
  const platform = nodePlatform({ dataDir, environment: {}, now: app.platform.clock.now, log: () => {} })
  const other = createApp(platform)
  try {
    return await read({
      request: async (path, init) => other.request(new URL(path, 'http://localhost').href, init),
      platform,
    })
  } finally {
    await platform.close()
  }
}
type Deployment = Pick<TestApp, 'request' | 'platform'>

/** Everything that any deployment can return about the leaver's cases. */
async function exposedData({ request, platform }: Deployment) {
  const json = async (path: string, init = {}) => (await request(`/api/v1${path}`, init)).json()
  const db = openTenant(platform, system, bundled, LEAVER)
  // No key is exported.
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
    const { code, out } = await run(dataDir, 'import', exported, '--fingerprint', fingerprint)
    expect([code, out]).toEqual([0, expect.stringContaining('City of Hollis: imported')])
    expect(out).toContain('leaves on 2026-08-31')
    const here = await exposedData(app)
    expect(here.whole).toHaveLength(4)
    expect(here.photo.length).toBeGreaterThan(100)
    await inspect(dataDir, async deployment => {
      expect(await exposedData(deployment)).toEqual(here)
      const db = openTenant(deployment.platform, system, bundled, LEAVER)
      const waiting = await db.rows(
        sql`SELECT id FROM message WHERE delivered_at IS NULL AND parked_at IS NULL`,
      )
      expect(waiting).toEqual([])
      expect((await deployment.request('/api/v1/requests')).status).toBe(200)
    })
    const again = await run(dataDir, 'import', exported, '--fingerprint', fingerprint)
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('was already imported')])
  })

  it('a stopped import shows nothing, and run again it finishes', async () => {
    const here = await exposedData(app)
    for (const milliseconds of [0, 40, 120, 400]) {
      const dataDir = join(folder, `stopped-${milliseconds}`)
      await stopped(['import', exported, '--fingerprint', fingerprint], dataDir, milliseconds)
      const { out } = await run(dataDir, 'audit', 'verify')
      expect(out).not.toContain('BROKEN')
      await inspect(dataDir, async ({ request }) => {
        const answer = await request(`/api/v1/requests/${ids[0]}`)
        if (answer.status === 200) expect(await answer.json()).toEqual(here.public[0])
      })
      expect((await run(dataDir, 'import', exported, '--fingerprint', fingerprint)).code).toBe(0)
      await inspect(dataDir, async deployment => expect(await exposedData(deployment)).toEqual(here))
    }
  })

  it('gives nobody access by what the export says, and tells what has to be made anew; its logs are as they were sealed', async () => {
    const dataDir = join(folder, 'voided')
    const { code, out } = await run(dataDir, 'import', exported, '--fingerprint', fingerprint, '--as', 'olga')
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('1 grant and 1 key or client no longer work here'),
    ])
    await inspect(dataDir, async deployment => {
      const db = openTenant(deployment.platform, system, bundled, LEAVER)
      const left = await db.rows(
        sql`SELECT id FROM "grant" WHERE ended_at IS NULL UNION SELECT id FROM api_key WHERE revoked_at IS NULL OR hash <> ''`,
      )
      expect(left).toEqual([])
      const headers = { authorization: `Bearer ${key}` }
      expect((await deployment.request('/api/v1/work/requests', { headers })).status).toBe(403)
      const actions = await db.rows(
        sql`SELECT type, actor FROM event WHERE request = '' ORDER BY seq DESC LIMIT 2`,
      )
      expect(actions).toEqual([
        { type: 'key-revoked', actor: 'operator:olga' },
        { type: 'grant-ended', actor: 'operator:olga' },
      ])
      const verified = await verifyLogs(db, openRegion(deployment.platform, system, bundled))
      expect([verified.broken, verified.seals > 0]).toEqual([null, true])
      // No email about past events, and no message to anyone.
      const cursors = await db.rows(
        sql`SELECT seq >= (SELECT max(seq) FROM event) AS done FROM consumer WHERE name IN ('notify', 'sync-origin')`,
      )
      expect(cursors).toEqual([{ done: 1 }, { done: 1 }])
    })
    expect(await run(dataDir, 'audit', 'verify', '--jurisdiction', LEAVER)).toMatchObject({ code: 0 })
  })

  it('audit verify finds an imported jurisdiction unchanged, before and after it is sealed there', async () => {
    const dataDir = join(folder, 'verified')
    await run(dataDir, 'import', exported, '--fingerprint', fingerprint)
    const verify = async (...argv: string[]) => {
      const { code, out } = await run(dataDir, 'audit', 'verify', ...argv)
      return [code, out.split('\n').filter(line => line.includes('BROKEN'))]
    }
    expect(await verify()).toEqual([0, []])
    // What the deployment before it copied elsewhere still proves its seals.
    const copies = join(folder, 'copies.jsonl')
    const anchors = await openRegion(app.platform, system, bundled).rows<Record<string, unknown>>(
      sql`SELECT number, jurisdiction, seal, seal_hash AS sealHash, at, hash FROM seal_anchor WHERE jurisdiction = ${LEAVER}`,
    )
    expect(anchors).not.toEqual([])
    writeFileSync(copies, anchors.map(row => `${JSON.stringify({ region: bundled, ...row })}\n`).join(''))
    expect(await verify('--anchor', copies, '--jurisdiction', LEAVER)).toEqual([0, []])
    const forged = anchors.map(row => ({ region: bundled, ...row, sealHash: '0'.repeat(64) }))
    writeFileSync(copies, forged.map(row => `${JSON.stringify(row)}\n`).join(''))
    expect((await verify('--anchor', copies, '--jurisdiction', LEAVER))[0]).toBe(1)
    for (const minutes of [0, 2, 61]) {
      const now = () => app.platform.clock.now() + minutes * 60_000
      const platform = nodePlatform({ dataDir, environment: {}, now, log: () => {} })
      for (const name of await listDatabases(platform)) await runDueJobs(platform, name, jobHandlers)
      await platform.close()
      expect(await verify()).toEqual([0, []])
    }
  })

  it('every table of a jurisdiction is exported, or said to stay', async () => {
    const tables = await tablesOf(openTenant(app.platform, system, bundled, LEAVER))
    expect(tables.map(({ name }) => name).toSorted()).toEqual(
      [...registry.exportedTables, ...registry.unexportedTables].toSorted(),
    )
  })

  describe('what has been tampered with is refused, and nothing has been touched', () => {
    const changes: [string, (copy: string) => void, string][] = [
      ['no manifest', copy => rmSync(join(copy, 'manifest.json')), 'manifest.json cannot be read'],
      ['no JSON', copy => writeFileSync(join(copy, 'manifest.json'), '{'), 'is not a JSON object'],
      ['another format', edited('countyline-jurisdiction', 'other'), 'manifest.json is not valid: '],
      ['an unsigned one of before', edited('"version": 2', '"version": 1'), 'earlier version'],
      ['no signature', edited('"signature"', '"nothing"'), 'manifest.json is not valid: '],
      ['another count', edited('"rows": 4', '"rows": 5'), 'signature is not valid'],
      ['another name', edited('City of Hollis', 'City of Nowhere'), 'signature is not valid'],
      [
        'a path that leads out',
        edited('tables/event.jsonl', '../../event.jsonl'),
        'manifest.json is not valid: ',
      ],
      ['a file named twice', edited('tables/inbox.jsonl', 'tables/event.jsonl'), 'lists a file twice'],
      [
        'a changed row',
        copy => {
          const path = join(copy, 'tables/request.jsonl')
          writeFileSync(path, readFileSync(path, 'utf8').replace('"completed"', '"withdrawn"'))
        },
        'tables/request.jsonl has been changed',
      ],
      ['a missing photo', copy => rmSync(join(copy, `media/${photo}`)), 'is missing from the export'],
      [
        'a key of one’s own',
        copy => appendRow(copy, 'api_key', backDoor),
        'tables/api_key.jsonl has been changed',
      ],
      [
        'a key of one’s own, signed by oneself',
        copy => {
          appendRow(copy, 'api_key', backDoor)
          signedAnew(copy, exportKey('a secret of my own, of at least 32 characters'))
        },
        'signed by a different deployment',
      ],
      [
        'a file beside',
        copy => writeFileSync(join(copy, 'tables/trigger.sql'), ''),
        'tables/trigger.sql is not listed',
      ],
      [
        'a link in a file’s place',
        copy => {
          rmSync(join(copy, `media/${photo}`))
          symlinkSync('/etc/hostname', join(copy, `media/${photo}`))
        },
        'is a link or a special file',
      ],
    ]
    it.each(changes)('%s', async (what, change, said) => refusedWhole(what, change, said))

    // What even the holder of the exporter's key may not import.
    const signedChanges: [string, (copy: string) => void, string][] = [
      [
        'a job',
        copy => addTable(copy, 'job', { id: 1, kind: 'x', key: 'x', payload: '{}' }),
        'not a table that can be imported',
      ],
      ['a data key', copy => addTable(copy, 'data_key', { id: 1 }), 'not a table that can be imported'],
      [
        'a column of no table',
        copy => appendRow(copy, 'inbox', { sender: 'a', message: 'b', at: 1, x: 1 }),
        'a column that the table does not have: "x"',
      ],
      [
        'a column missing',
        copy => appendRow(copy, 'inbox', { sender: 'a', message: 'b' }),
        'has no column at',
      ],
      [
        'another type',
        copy => appendRow(copy, 'inbox', { sender: 'a', message: 'b', at: '1' }),
        'at has the wrong type',
      ],
      [
        'a number beyond all',
        copy => appendRow(copy, 'inbox', { sender: 'a', message: 'b', at: 1e300 }),
        'at has the wrong type',
      ],
      [
        'nothing where something must be',
        copy => appendRow(copy, 'inbox', { sender: 'a', message: null, at: 1 }),
        'message has the wrong type',
      ],
      ['no row', copy => appendFileSync(join(copy, 'tables/inbox.jsonl'), '[1]\n'), 'is not a row'],
      ['a row twice', copy => repeatLine(copy, 'person'), 'occurs twice'],
      ['a number twice', copy => repeatLine(copy, 'event'), 'occurs twice'],
      [
        'a line of five megabytes',
        copy => appendFileSync(join(copy, 'tables/inbox.jsonl'), `${'x'.repeat(5_000_000)}\n`),
        'too long',
      ],
      [
        'no UTF-8',
        copy => appendFileSync(join(copy, 'tables/inbox.jsonl'), Buffer.from([0xff, 10])),
        'not UTF-8',
      ],
      [
        'the mark of an import',
        copy => appendRow(copy, 'consumer', { name: `import:${'0'.repeat(64)}`, seq: 1 }),
        'is not a position in the log',
      ],
      [
        'a page in a photo’s place',
        copy => writeFileSync(join(copy, `media/${photo}`), '<script>'),
        'is not a photo',
      ],
      [
        'a photo that says it is a page',
        changedRow('media', row => ({ ...row, type: 'text/html' })),
        'does not have the type of a photo',
      ],
      [
        'a photo’s id that leads out',
        changedRow('media', row => ({ ...row, id: '../../x' })),
        'does not have the id of a photo',
      ],
      [
        'a request without a number',
        changedRow('request', row => ({ ...row, id: 'x' })),
        'no tracking number',
      ],
    ]
    it.each(signedChanges)('also signed: %s', async (what, change, said) =>
      refusedWhole(
        `signed ${what}`,
        copy => {
          change(copy)
          signedAnew(copy, exportKey(app.platform.secrets.get('SIGNING_KEY') ?? ''))
        },
        said,
      ),
    )

    async function refusedWhole(what: string, change: (copy: string) => void, said: string) {
      const copy = mkdtempSync(join(folder, 'changed-'))
      cpSync(exported, copy, { recursive: true })
      change(copy)
      const dataDir = mkdtempSync(join(folder, 'refused-'))
      const { code, err } = await run(dataDir, 'import', copy, '--fingerprint', fingerprint)
      expect([what, code, err]).toEqual([what, 1, expect.stringContaining(said)])
      expect(existsSync(join(dataDir, 'databases')) ? readdirSync(join(dataDir, 'databases')) : []).toEqual(
        [],
      )
    }
  })

  it('a key of one’s own, with the exporter’s signature on it, is given access nowhere either', async () => {
    const copy = mkdtempSync(join(folder, 'changed-'))
    cpSync(exported, copy, { recursive: true })
    appendRow(copy, 'api_key', backDoor)
    appendRow(copy, 'grant', { ...openGrant, id: 'mine' })
    signedAnew(copy, exportKey(app.platform.secrets.get('SIGNING_KEY') ?? ''))
    const dataDir = join(folder, 'back-door')
    const { code, out } = await run(dataDir, 'import', copy, '--fingerprint', fingerprint)
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('2 grants and 2 keys and clients no longer work here'),
    ])
    await inspect(dataDir, async deployment => {
      const db = openTenant(deployment.platform, system, bundled, LEAVER)
      expect(await db.rows(sql`SELECT id FROM api_key WHERE hash <> '' OR revoked_at IS NULL`)).toEqual([])
      expect(await db.rows(sql`SELECT id FROM "grant" WHERE ended_at IS NULL`)).toEqual([])
    })
  })

  it('a request of one’s own, with the exporter’s signature on it, is found: it is in no seal', async () => {
    const copy = mkdtempSync(join(folder, 'changed-'))
    cpSync(exported, copy, { recursive: true })
    changedRow('request', row => ({ ...row, description: 'Something else' }))(copy)
    signedAnew(copy, exportKey(app.platform.secrets.get('SIGNING_KEY') ?? ''))
    const { code, out } = await run(join(folder, 'resealed'), 'import', copy, '--fingerprint', fingerprint)
    expect([code, out]).toEqual([1, expect.stringContaining('do not match their seals')])
  })

  it('without a fingerprint nothing is imported', async () => {
    const { code, err } = await run(join(folder, 'unasked'), 'import', exported)
    expect([code, err]).toEqual([1, expect.stringContaining('--fingerprint')])
  })

  it('an export that is there already, an unknown jurisdiction, a deployment that is not empty: refused, saying why', async () => {
    const refused = async (said: string, ...argv: string[]) => {
      const { code, err } = await run(app.dataDir, ...argv)
      expect([code, err]).toEqual([1, expect.stringContaining(said)])
    }
    await refused('already contains an export', 'export', LEAVER, '--region', bundled, '--to', exported)
    await refused('No jurisdiction "atlantis"', 'export', 'atlantis', '--region', bundled, '--to', folder)
    await refused('--to DIR', 'export', LEAVER, '--region', bundled)
    await refused('already has data here', 'import', exported, '--fingerprint', fingerprint)
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

const backDoor = {
  id: 'AAAAAAAAAA',
  name: 'mine',
  scope: 'work',
  kind: 'key',
  hash: 'a'.repeat(64),
  created_by: 'system:keys',
  created_at: 1,
  expires_at: null,
  last_used_at: null,
  revoked_at: null,
  demo: 0,
}
const openGrant = {
  id: '',
  staff: 'me',
  role: 'administrator',
  services: null,
  from_at: 1,
  to_at: null,
  source: 'command',
  made_by: 'system:x',
  made_at: 1,
  ended_by: null,
  ended_at: null,
}

function appendRow(copy: string, table: string, row: object): void {
  appendFileSync(join(copy, `tables/${table}.jsonl`), `${JSON.stringify(row)}\n`)
}

function addTable(copy: string, table: string, row: object): void {
  appendRow(copy, table, row)
  const manifest = readManifest(copy)
  manifest.files.push({ path: `tables/${table}.jsonl`, bytes: 0, sha256: '', rows: 0 })
  writeFileSync(join(copy, 'manifest.json'), JSON.stringify(manifest))
}

function repeatLine(copy: string, table: string): void {
  const path = join(copy, `tables/${table}.jsonl`)
  const [first = ''] = readFileSync(path, 'utf8').split('\n')
  appendFileSync(path, `${first}\n`)
}

function changedRow(table: string, change: (row: Record<string, unknown>) => object) {
  return (copy: string) => {
    const path = join(copy, `tables/${table}.jsonl`)
    const [first = '', ...rest] = readFileSync(path, 'utf8').split('\n')
    writeFileSync(path, [JSON.stringify(change(JSON.parse(first))), ...rest].join('\n'))
  }
}

function readManifest(copy: string): Manifest & { signature: string } {
  return JSON.parse(readFileSync(join(copy, 'manifest.json'), 'utf8'))
}

function signedAnew(copy: string, by: KeyObject): void {
  const { format, version, publicKey, signature, ...said } = readManifest(copy)
  const files = said.files.map(({ path, rows }) => {
    const content = readFileSync(join(copy, path))
    const counted = rows === undefined ? {} : { rows: content.filter(byte => byte === 10).length }
    const sha256 = createHash('sha256').update(content).digest('hex')
    return { path, bytes: content.length, sha256, ...counted }
  })
  writeFileSync(join(copy, 'manifest.json'), writeManifest({ ...said, files }, by))
}

/** The real command in a process of its own, killed this many milliseconds after it has begun to write. */
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
