import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRegion, openTenant } from '../src/core/database/handles.ts'
import { startApp, type TestApp } from './support/app.ts'
import { jpeg } from './support/photos.ts'

/* A photo is claimed by one report and lost by none, whatever fails between the claim and the report. */

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const SYSTEM = { kind: 'system', reason: 'test' } as const
const KEEPER = 'hollis'
const region = () => openRegion(app.platform, SYSTEM, app.region.slug)

async function upload(): Promise<string> {
  const answer = await app.request('/api/v1/media', {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body: jpeg(),
  })
  return ((await answer.json()) as { id: string }).id
}

async function send(photos: readonly string[], key?: string, more: object = {}, keeper = KEEPER) {
  const [long, lat] = app.region.documents.region.map.center
  const required = app.region.service('pothole')?.questions?.filter(question => question.required) ?? []
  const answers = Object.fromEntries(required.map(({ code, options }) => [code, [options?.[0]?.key ?? '1']]))
  const answer = await app.request(`/j/${keeper}/api/v1/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
    body: JSON.stringify({ service_code: 'pothole', lat, long, answers, media: photos, ...more }),
  })
  return { status: answer.status, body: (await answer.json()) as { id: string } }
}

const unknown = {
  status: 400,
  body: { fields: [{ field: 'media', code: 'unknown' }] },
}

async function photosOf(id: string, keeper = KEEPER): Promise<string[]> {
  const db = openTenant(app.platform, SYSTEM, app.region.slug, keeper)
  const rows = await db.rows<{ id: string }>(sql`SELECT id FROM media WHERE request = ${id}`)
  return rows.map(row => row.id)
}

/** While `work` runs, the keeper's database takes no write. */
async function unwritable<T>(work: () => Promise<T>): Promise<T> {
  const { client } = app.platform.databases
  app.platform.databases.client = name => {
    const found = client(name)
    if (name.kind !== 'tenant' || name.slug !== KEEPER) return found
    return {
      close: () => found.close(),
      execute: statement => found.execute(statement),
      async batch(statements, mode) {
        if (mode !== 'write') return found.batch(statements, mode)
        throw Object.assign(new Error('gone'), { code: 'SQLITE_IOERR' })
      },
    }
  }
  try {
    return await work()
  } finally {
    app.platform.databases.client = client
  }
}

describe('when the report could not be written after its photo was claimed', () => {
  it.each([
    ['the same sending has it', 'one', 'one'],
    ['another sending has it', 'first', 'second'],
    ['a sending without a key has it', 'with', undefined],
    ['one that had no key has it', undefined, undefined],
  ])('%s, and then nobody else', async (_, before, after) => {
    const photo = await upload()
    expect((await unwritable(() => send([photo], before))).status).toBe(503)
    const filed = await send([photo], after)
    expect(filed.status).toBe(201)
    expect(await photosOf(filed.body.id)).toEqual([photo])
    expect(await send([photo])).toMatchObject(unknown)
    if (before !== undefined && before !== after) expect(await send([photo], before)).toMatchObject(unknown)
  })
})

describe('a report that is refused', () => {
  it('for its own errors claims nothing: it is sent again, mended, with the same photo', async () => {
    const photo = await upload()
    const refused = await send([photo], 'mended', { description: 'x'.repeat(5000) })
    expect(refused.status).toBe(400)
    const filed = await send([photo], 'mended')
    expect(await photosOf(filed.body.id)).toEqual([photo])
  })

  it('for one photo that is another report’s keeps none of the others from the next', async () => {
    const [taken, free] = [await upload(), await upload()]
    await send([taken])
    expect(await send([free, taken], 'both')).toMatchObject(unknown)
    const filed = await send([free], 'free')
    expect(await photosOf(filed.body.id)).toEqual([free])
  })
})

describe('a claim', () => {
  it('from before claims had names stays whose it was', async () => {
    const photo = await upload()
    await region().commit([sql`UPDATE waiting_photo SET claimed_at = 1 WHERE id = ${photo}`])
    expect(await send([photo])).toMatchObject(unknown)
  })

  it('by a report whose database is unavailable is not given to another meanwhile', async () => {
    const photo = await upload()
    await send([photo], 'kept')
    const { client } = app.platform.databases
    app.platform.databases.client = name => {
      if (name.kind !== 'tenant' || name.slug !== KEEPER) return client(name)
      throw Object.assign(new Error('gone'), { code: 'SQLITE_CANTOPEN' })
    }
    const elsewhere = await send([photo], 'kept', {}, 'ellery-county')
    app.platform.databases.client = client
    expect(elsewhere.status).toBe(503)
  })
})
