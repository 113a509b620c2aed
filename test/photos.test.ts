import {
  chmodSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openRegion, openTenant } from '../src/core/database/handles.ts'
import { renewDataKey } from '../src/core/encryption/fields.ts'
import { enqueueReencryption } from '../src/core/encryption/reencrypt.ts'
import { secureFolder } from '../src/platform/node/files.ts'
import { uploadQueue } from '../src/platform/uploads.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'
import { ledger } from './support/ledger.ts'
import { jpeg } from './support/photos.ts'
import { foundIn } from './support/raw-files.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const system = { kind: 'system', reason: 'test' } as const
const region = () => openRegion(app.platform, system, bundled)
const filesDir = () => join(app.dataDir, 'files')
const lying = () =>
  globSync('**/*', { cwd: filesDir(), withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
const fileOf = (id: string) => lying().find(path => basename(path) === id) ?? ''
const waiting = () =>
  region().rows<{ id: string }>(sql`SELECT id FROM waiting_photo WHERE claimed_at IS NULL`)

/** Larger than a frame, so that several are encrypted. */
const large = (mark: string) => jpeg(`${mark}${'x'.repeat(200_000)}`)

function upload(bytes = jpeg(), from?: string, headers: Record<string, string> = {}): Promise<Response> {
  return app.request('/api/v1/media', { method: 'POST', body: bytes, headers }, from)
}

async function uploaded(bytes = jpeg(), from?: string): Promise<string> {
  const answer = await upload(bytes, from)
  expect(answer.status, await answer.clone().text()).toBe(201)
  return ((await answer.json()) as { id: string }).id
}

async function reported(media: string): Promise<string> {
  const answer = await app.request('/api/v1/requests', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      service_code: 'pothole',
      lat: 38.6,
      long: -74.3,
      answers: { size: 'large', lane: 'driving' },
      media: [media],
    }),
  })
  expect(answer.status).toBe(201)
  return `/media/${((await answer.json()) as { jurisdiction: string }).jurisdiction}/${media}`
}

const served = async (path: string) => new Uint8Array(await (await app.request(path)).arrayBuffer())

describe('at rest', () => {
  test('a photo is encrypted, and for nobody but the account of the server', async () => {
    const path = await reported(await uploaded(large('ZqPictureXv')))
    expect(foundIn(app.dataDir, ['ZqPictureXv'])).toEqual([])
    expect(new TextDecoder('latin1').decode(await served(path))).toContain('ZqPictureXv')
    for (const file of lying()) {
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
    }
    expect(statSync(filesDir()).mode & 0o777).toBe(0o700)
  })

  test('it is served whole with its length, and only its headers to who asks for those', async () => {
    const path = await reported(await uploaded(large('A')))
    const whole = await app.request(path)
    const bytes = await whole.arrayBuffer()
    expect(whole.headers.get('content-length')).toBe(String(bytes.byteLength))
    const head = await app.request(path, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(bytes.byteLength),
      '',
    ])
  })

  const flipped = (at: (length: number) => number) => (file: string) => {
    const bytes = readFileSync(file)
    const index = at(bytes.length)
    bytes[index] = (bytes[index] ?? 0) ^ 1
    writeFileSync(file, bytes)
  }
  test.each([
    ['in its head', flipped(() => 10)],
    ['in its type', flipped(() => 40)],
    ['at its beginning', flipped(() => 100)],
    ['at its beginning, in another frame’s place', (file: string) => swapFrames(file)],
    [
      'by being cut within the first frame',
      (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 500)),
    ],
    ['by being cut to nothing', (file: string) => writeFileSync(file, '')],
    ['for another photo', (file: string) => writeFileSync(file, readFileSync(other))],
  ])('one that was changed %s is not shown', async (_, change) => {
    other = fileOf(await uploaded(large('B')))
    const id = await uploaded(large('A'))
    const path = await reported(id)
    const file = fileOf(id)
    change(file)
    const answer = await app.request(path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([500, 'text/html; charset=UTF-8'])
    rmSync(file)
  })
  let other: string

  /** Swaps the first two frames of a file, after its header of 37 bytes and the type. */
  function swapFrames(file: string): void {
    const bytes = readFileSync(file)
    const frame = 64 * 1024 + 16
    const start = 37 + 'image/jpeg'.length
    const [first, second] = [
      bytes.subarray(start, start + frame),
      bytes.subarray(start + frame, start + 2 * frame),
    ]
    writeFileSync(
      file,
      Buffer.concat([bytes.subarray(0, start), second, first, bytes.subarray(start + 2 * frame)]),
    )
  }

  test.each([
    ['at its end', flipped(length => length - 1)],
    [
      'by being cut to whole frames',
      (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 47 + 2 * (65_536 + 16))),
    ],
  ])('one that was changed %s is never shown to its end', async (_, change) => {
    const id = await uploaded(large('A'))
    const path = await reported(id)
    const file = fileOf(id)
    change(file)
    await expect(served(path)).rejects.toThrow()
    rmSync(file)
  })

  test('those from before encryption are shown, and encrypted by the job', async () => {
    const id = await uploaded(large('ZqOlderXv'))
    const path = await reported(id)
    const bytes = await served(path)
    rmSync(fileOf(id))
    const plain = join(filesDir(), bundled, id)
    writeFileSync(plain, bytes)
    writeFileSync(`${plain}.type`, 'image/jpeg')
    expect(foundIn(app.dataDir, ['ZqOlderXv'])).not.toEqual([])
    expect(await served(path)).toEqual(bytes)
    expect((await app.request(path)).headers.get('content-type')).toBe('image/jpeg')
    await region().commit([enqueueReencryption(app.platform.clock.now())])
    await app.runJobs()
    expect(foundIn(app.dataDir, ['ZqOlderXv'])).toEqual([])
    expect(lying().filter(file => file.startsWith(plain))).toEqual([])
    expect(await served(path)).toEqual(bytes)
    expect((await app.request(path)).headers.get('content-type')).toBe('image/jpeg')
  })

  test('after a rotation they follow to the new key, and the old one goes once none needs it', async () => {
    const paths = [await reported(await uploaded(large('A'))), await reported(await uploaded())]
    const bytes = await Promise.all(paths.map(served))
    const keys = async () =>
      (
        await region().rows<{ id: number }>(sql`SELECT id FROM data_key WHERE purpose = 'fields' ORDER BY id`)
      ).map(({ id }) => id)
    const [old] = await keys()
    await renewDataKey(app.platform, region(), enqueueReencryption(app.platform.clock.now()))
    const [, now] = await keys()
    expect(await Promise.all(paths.map(served))).toEqual(bytes)
    await app.runJobs()
    expect(new Set(lying().map(file => basename(dirname(file))))).toEqual(new Set([`key-${now}`]))
    expect(await keys()).toEqual([old, now])
    // From a server that had not yet learned of the new key.
    const [straggler = ''] = lying()
    const earlier = join(dirname(dirname(straggler)), `key-${old}`)
    mkdirSync(earlier, { recursive: true })
    writeFileSync(join(earlier, 'UNREADABLE'), 'x')
    app.advance(HOUR + MINUTE)
    await app.runJobs()
    expect(await keys()).toEqual([old, now])
    expect(app.logged.some(({ event }) => event === 'file-unreadable')).toBe(true)
    rmSync(join(earlier, 'UNREADABLE'))
    app.advance(HOUR + MINUTE)
    await app.runJobs()
    expect(await keys()).toEqual([now])
    expect(await Promise.all(paths.map(served))).toEqual(bytes)
  })

  test('what earlier versions let others read is taken from them, and what was left half-written is removed', async () => {
    const folder = join(app.dataDir, 'older')
    mkdirSync(join(folder, bundled), { recursive: true })
    const [photo, part, fresh] = ['PHOTO', 'PHOTO.a.part', 'PHOTO.b.part'].map(name =>
      join(folder, bundled, name),
    ) as [string, string, string]
    for (const file of [photo, part, fresh]) writeFileSync(file, 'x')
    chmodSync(photo, 0o644)
    for (const path of [folder, join(folder, bundled)]) chmodSync(path, 0o755)
    const anHourAgo = new Date(Date.now() - HOUR - MINUTE)
    utimesSync(part, anHourAgo, anHourAgo)
    expect(await secureFolder(folder, Date.now())).toEqual({ modes: 4, parts: 1 })
    expect([photo, fresh, folder, dirname(photo)].map(path => statSync(path).mode & 0o777)).toEqual([
      0o600, 0o600, 0o700, 0o700,
    ])
    expect(globSync('**/*.part', { cwd: folder }).map(file => basename(file))).toEqual(['PHOTO.b.part'])
    rmSync(folder, { recursive: true })
  })
})

describe('while nothing can be written to the storage', () => {
  const place = () => join(filesDir(), bundled)
  beforeEach(() => {
    // The tests may run as root, for whom every folder is accessible; but a file is not a folder for anyone.
    renameSync(place(), `${place()}-aside`)
    writeFileSync(place(), '')
  })
  afterEach(() => {
    rmSync(place())
    renameSync(`${place()}-aside`, place())
  })
  const rows = () =>
    region().rows<{ photos: number; keys: number }>(
      sql`SELECT (SELECT count(*) FROM waiting_photo) AS photos, (SELECT count(*) FROM idempotency) AS keys`,
    )

  test('a photo is 503 with when to come back, and nothing of it is kept', async () => {
    const before = await rows()
    const answer = await upload(jpeg(), undefined, { 'idempotency-key': 'again' })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30'])
    expect(await answer.json()).toMatchObject({ type: expect.stringContaining('storage-unavailable') })
    expect(await rows()).toEqual(before)
  })

  test('the report form is 503, as it was typed', async () => {
    const before = await rows()
    const form = new FormData()
    form.append('once', 'ONCE')
    form.append('lat', '38.6')
    form.append('long', '-74.3')
    form.append('photos', new File([jpeg()], 'hole.jpg'))
    form.append('description', 'What I have typed')
    const answer = await app.request('/report/pothole/send', { method: 'POST', body: form })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30'])
    const html = await answer.text()
    expect(html).toContain('What I have typed')
    expect(html).toContain('We cannot store or show photos right now')
    expect(await rows()).toEqual(before)
  })

  test('a report of a program is 503, and nothing of it is kept', async () => {
    const before = await rows()
    const form = new FormData()
    const fields = { api_key: await app.key('hollis'), service_code: 'pothole', lat: '38.6', long: '-74.3' }
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('media', new File([jpeg()], 'hole.jpg'))
    const answer = await app.request('/open311/v2/requests.json', { method: 'POST', body: form })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30'])
    expect(await rows()).toEqual(before)
  })
})

test('sent again once the storage is back, a photo with the same key is kept', async () => {
  const key = { 'idempotency-key': 'once-more' }
  expect((await upload(jpeg(), undefined, key)).status).toBe(201)
  const [first, second] = await Promise.all([upload(jpeg(), undefined, key), upload(jpeg(), undefined, key)])
  expect(await first.json()).toEqual(await second.json())
})

describe('a photo that no report has', () => {
  test('is gone after an hour, and its file with it', async () => {
    await app.runJobs()
    const [gone, kept] = [await uploaded(), await uploaded()]
    await reported(kept)
    app.advance(HOUR - MINUTE)
    await app.runJobs()
    expect(fileOf(gone)).not.toBe('')
    app.advance(MINUTE)
    await app.runJobs()
    expect([fileOf(gone), fileOf(kept) === '']).toEqual(['', false])
    expect(await waiting()).toEqual([])
  })

  const form = (fields: Record<string, string>, ...photos: Uint8Array<ArrayBuffer>[]) => {
    const body = new FormData()
    const right = { once: 'SENDING', lat: '38.6', long: '-74.3', 'answers.lane': 'driving' }
    for (const [name, value] of Object.entries({ ...right, ...fields })) body.append(name, value)
    for (const photo of photos) body.append('photos', new File([photo], 'a.jpg'))
    return app.request('/report/pothole/send', { method: 'POST', body })
  }
  const keptIn = (html: string) => [...html.matchAll(/name="media" value="(\w+)"/g)].map(([, id]) => id ?? '')

  test('waits anew each time that its form comes back, and is in the report at last', async () => {
    const [photo = ''] = keptIn(await (await form({}, large('C'))).text())
    app.advance(50 * MINUTE)
    expect(keptIn(await (await form({ media: photo })).text())).toEqual([photo])
    app.advance(50 * MINUTE)
    await app.runJobs()
    const sent = await form({ media: photo, 'answers.size': 'large' })
    expect(sent.status).toBe(303)
    expect((await app.request(`/media/hollis/${photo}`)).status).toBe(200)
  })

  test('that has gone is asked for again, by the form that had it', async () => {
    const [photo = ''] = keptIn(await (await form({ once: 'OTHER' }, large('D'))).text())
    app.advance(HOUR)
    await app.runJobs()
    const late = await form({ once: 'OTHER', media: photo, 'answers.size': 'large' })
    const html = await late.text()
    expect([late.status, keptIn(html)]).toEqual([400, []])
    expect(html).toContain('We no longer have this photo.')
    expect((await form({ once: 'OTHER', 'answers.size': 'large' }, large('D'))).status).toBe(303)
  })
})

describe('there is room for so much', () => {
  const fill = (bytes: number, caller: string | null, claimed = false) =>
    region().commit([
      sql`INSERT INTO waiting_photo (id, type, bytes, created_at, claimed_at, caller)
        VALUES (${crypto.randomUUID()}, 'image/jpeg', ${bytes}, ${app.platform.clock.now()},
          ${claimed ? app.platform.clock.now() : null}, ${caller})`,
    ])
  const callerOf = async (from: string) => {
    const id = await uploaded(jpeg(), from)
    const [row] = await region().rows<{ caller: string }>(
      sql`SELECT caller FROM waiting_photo WHERE id = ${id}`,
    )
    return row?.caller ?? ''
  }
  afterEach(() => region().commit([sql`DELETE FROM waiting_photo`]))
  const MB = 1024 * 1024
  const refused = async (answer: Response) => {
    const { type } = (await answer.json()) as { type: string }
    return [answer.status, answer.headers.get('retry-after'), type]
  }

  test('of one address before its reports are sent, and nobody else is refused for it', async () => {
    await fill(100 * MB - 100_000, await callerOf('192.0.2.1'))
    expect(await refused(await upload(jpeg(), '192.0.2.1'))).toEqual([
      429,
      '600',
      expect.stringContaining('too-many-photos'),
    ])
    await uploaded(jpeg(), '192.0.2.2')
  })

  test('of one address in an hour, sent or not', async () => {
    await fill(300 * MB, await callerOf('192.0.2.3'), true)
    expect((await refused(await upload(jpeg(), '192.0.2.3')))[0]).toBe(429)
    app.advance(HOUR)
    await uploaded(jpeg(), '192.0.2.3')
  })

  test('of a whole region, also of a thousand addresses', async () => {
    await fill(2000 * MB, 'others')
    expect(await refused(await upload(jpeg(), '192.0.2.4'))).toEqual([
      503,
      '600',
      expect.stringContaining('uploads-full'),
    ])
  })

  test('of small ones too, each of which takes a row and a file', async () => {
    const caller = await callerOf('192.0.2.5')
    await region().commit([
      sql`WITH RECURSIVE photo(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM photo WHERE n < 1600)
        INSERT INTO waiting_photo (id, type, bytes, created_at, caller)
        SELECT 'small' || n, 'image/jpeg', 1, ${app.platform.clock.now()}, ${caller} FROM photo`,
    ])
    expect((await upload(jpeg(), '192.0.2.5')).status).toBe(429)
  })

  test('and nothing is read of a photo for which there is none', async () => {
    await fill(100 * MB, await callerOf('192.0.2.6'))
    let read = 0
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      read++
      controller.enqueue(new Uint8Array(1000))
    }
    const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 })
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit
    expect((await app.request('/api/v1/media', init, '192.0.2.6')).status).toBe(429)
    expect(read).toBe(0)
  })

  test('the form says so, and is as it was typed', async () => {
    await fill(100 * MB, await callerOf('192.0.2.7'))
    const body = new FormData()
    for (const [name, value] of Object.entries({
      lat: '38.6',
      long: '-74.3',
      description: 'What I have typed',
    }))
      body.append(name, value)
    body.append('photos', new File([jpeg()], 'a.jpg'))
    const answer = await app.request('/report/pothole/send', { method: 'POST', body }, '192.0.2.7')
    const html = await answer.text()
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '600'])
    expect(html).toContain('What I have typed')
    expect(html).toContain('Send your report without photos')
  })

  test('no address stands in the database', async () => {
    await uploaded(jpeg(), '198.51.100.77')
    expect(foundIn(join(app.dataDir, 'databases'), ['198.51.100.77'])).toEqual([])
    const rows = await region().rows(sql`SELECT * FROM waiting_photo`)
    expect(JSON.stringify(rows)).not.toContain('198.51.100')
  })
})

describe('photos are received in turn', () => {
  const limits = { max: 2, maxEach: 1, maxWaiting: 2, maxWaitingEach: 1, maxWait: 200, maxDuration: 10_000 }
  const held = () => {
    let release = () => {}
    const until = new Promise<void>(resolve => {
      release = resolve
    })
    return { until, release }
  }
  const slug = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      ({ slug, retryAfterSeconds }) => [slug, retryAfterSeconds],
    )

  test('so many at once, and of one caller', async () => {
    const turns = uploadQueue({ ...limits, maxWait: 10_000 })
    const [a, b] = [held(), held()]
    let most = 0
    let running = 0
    const work = (until: Promise<void>) => async () => {
      most = Math.max(most, ++running)
      await until
      running--
    }
    const all = [
      turns.inTurn('one', work(a.until)),
      turns.inTurn('two', work(b.until)),
      turns.inTurn('three', work(Promise.resolve())),
      turns.inTurn('one', work(Promise.resolve())),
    ]
    a.release()
    b.release()
    await Promise.all(all)
    expect(most).toBe(2)
  })

  test('who waits too long, or behind too many, is told when to come back', async () => {
    const turns = uploadQueue(limits)
    const { until, release } = held()
    const first = turns.inTurn('one', () => until)
    const second = slug(turns.inTurn('one', async () => undefined))
    expect(await slug(turns.inTurn('one', async () => undefined))).toEqual(['uploads-full', 10])
    expect(await second).toEqual(['uploads-full', 10])
    release()
    await first
    expect(await slug(turns.inTurn('one', async () => undefined))).toBe('done')
  })

  test('one that takes too long ends, and gives its place up', async () => {
    const turns = uploadQueue({ ...limits, maxDuration: 20 })
    expect(await slug(turns.inTurn('one', () => new Promise(() => {})))).toEqual(['too-slow', undefined])
    expect(await slug(turns.inTurn('one', async () => undefined))).toBe('done')
  })
})

describe('photos that are nobody’s', () => {
  const orphan = (id: string, age = 2 * DAY) => {
    const [some = ''] = lying()
    const file = join(dirname(some), id)
    writeFileSync(file, 'x')
    const then = new Date(app.platform.clock.now() - age)
    utimesSync(file, then, then)
    return file
  }
  const age = () => {
    const then = new Date(app.platform.clock.now() - 2 * DAY)
    for (const file of lying()) utimesSync(file, then, then)
  }

  test('are removed by the daily round, and those of reports and of forms are not', async () => {
    const filed = await uploaded()
    await reported(filed)
    app.advance(9 * DAY)
    await app.runJobs()
    const waits = await uploaded()
    age()
    const [old, young] = [orphan('GHJKMNPQRTVWX23456789CDF'), orphan('HHJKMNPQRTVWX23456789CDF', HOUR)]
    await region().commit([sql`UPDATE job SET due_at = 0 WHERE kind = 'tidy'`])
    await app.runJobs()
    const names = lying().map(file => basename(file))
    expect(names).toContain(filed)
    expect(names).toContain(waits)
    expect(names).toContain(basename(young))
    expect(names).not.toContain(basename(old))
    rmSync(young)
    expect((await ledger(app)).errors.filter(error => error.endsWith('a file of no photo'))).toEqual([])
  })

  test('stay while one of the databases cannot be asked', async () => {
    const file = orphan('GHJKMNPQRTVWX23456789CDF')
    const tenant = openTenant(app.platform, system, bundled, 'hollis')
    await tenant.commit([sql`ALTER TABLE media RENAME TO media_aside`])
    await region().commit([sql`UPDATE job SET due_at = 0 WHERE kind = 'tidy'`])
    await app.runJobs()
    expect(lying()).toContain(file)
    await tenant.commit([sql`ALTER TABLE media_aside RENAME TO media`])
    app.advance(HOUR)
    await app.runJobs()
    expect(lying()).not.toContain(file)
  })
})
