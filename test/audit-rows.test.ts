import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SQL, sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { anchorJob } from '../src/audit/anchors.ts'
import { coveredTables } from '../src/audit/rows.ts'
import { sealJob } from '../src/audit/seal.ts'
import { verifyLogs } from '../src/audit/verify.ts'
import { main } from '../src/cli/main.ts'
import { openRegion, openTenant } from '../src/core/database/handles.ts'
import { runDueJobs } from '../src/core/database/run-jobs.ts'
import { createKey, revokeKey } from '../src/identity/programs/keys.ts'
import { makeGrant, withdrawGrant } from '../src/identity/staff/grants.ts'
import { webAnchors } from '../src/platform/anchors.ts'
import { fileAnchors } from '../src/platform/node/anchors.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { nodeTransport } from '../src/platform/node/http/transport.ts'
import { guardedOutbound } from '../src/platform/outbound.ts'
import type { Anchors } from '../src/platform/platform.ts'
import { migrateAll } from '../src/regions/versions/migrate.ts'
import { tenantsDir } from './support/app.ts'
import { type County, startCounty } from './support/county.ts'
import { type PostedAnchors, serveOutside } from './support/outside.ts'
import { startSqld } from './support/sqld.ts'

/*
 * Seals also cover requests, grants and keys, and are copied to a place that someone with one database cannot
 * change.
 */

const J = 'port-ellery'
const where = '350 Main Street, Port Ellery'
const access = { kind: 'system', reason: 'test' } as const
const triggers = ['request', 'grant', 'api_key'].flatMap(table => [
  `${table}_added_row`,
  `${table}_changed_row`,
  `${table}_removed_row`,
])

let county: County
const tenant = (slug = J) => openTenant(county.app.platform, access, county.app.region.slug, slug)
const region = () => openRegion(county.app.platform, access, county.app.region.slug)

async function sealed(): Promise<void> {
  county.app.advance(60_000)
  await county.app.runJobs()
}

async function broken() {
  return (await verifyLogs(tenant(), region())).broken
}

async function command(...argv: string[]) {
  let out = ''
  const code = await main(['audit', 'verify', ...argv], {
    env: { DATA_DIR: county.app.dataDir, TENANTS_DIR: tenantsDir },
    out: text => {
      out += text
    },
    err: text => {
      out += text
    },
    now: county.app.platform.clock.now,
  })
  return { code, out }
}

/** One of each: a request worked on, a grant made and one ended, a key made and one revoked. */
async function lived(): Promise<{ id: string; grant: string; ended: string; key: string }> {
  const { platform } = county.app
  const { id } = await county.report('graffiti', where, { description: 'A tag', email: 'a@example.org' })
  await county.report('graffiti', where)
  await county.change(J, id, 'in_progress')
  const grant = await makeGrant(platform, tenant(), { staff: 's1', role: 'agent', source: 'command' })
  const ended = await makeGrant(platform, tenant(), { staff: 's2', role: 'agent', source: 'command' })
  await withdrawGrant(platform, tenant(), ended)
  const { id: key } = await createKey(platform, tenant(), 'a program', 'work')
  const revoked = await createKey(platform, tenant(), 'another', 'report')
  await revokeKey(tenant(), revoked.id, platform.clock.now())
  await sealed()
  return { id, grant, ended, key }
}

describe('a request, a grant or a key that someone changes past the functions', () => {
  let ids: Awaited<ReturnType<typeof lived>>
  beforeAll(async () => {
    county = await startCounty()
    ids = await lived()
    await tenant().commit(
      ['request', 'grant', 'api_key', 'event', 'row_digest', 'seal', 'changed_row'].map(
        table =>
          sql`CREATE TABLE ${sql.identifier(`kept_${table}`)} AS SELECT * FROM ${sql.identifier(table)}`,
      ),
    )
  })
  afterAll(() => county.close())

  const cases: readonly [string, string, () => SQL][] = [
    ['a request’s status', 'request', () => sql`UPDATE request SET status = 'closed' WHERE id = ${ids.id}`],
    [
      'its description',
      'request',
      () => sql`UPDATE request SET description = 'nothing' WHERE id = ${ids.id}`,
    ],
    ['its number', 'request', () => sql`UPDATE request SET id = 'PE-AAAAA-AAAAA' WHERE id = ${ids.id}`],
    ['a request removed', 'request', () => sql`DELETE FROM request WHERE id = ${ids.id}`],
    [
      'a grant of more',
      'grant',
      () => sql`UPDATE "grant" SET role = 'administrator' WHERE id = ${ids.grant}`,
    ],
    [
      'a grant that had ended',
      'grant',
      () => sql`UPDATE "grant" SET ended_at = NULL WHERE id = ${ids.ended}`,
    ],
    [
      'a grant that nobody made',
      'grant',
      () => sql`INSERT INTO "grant" SELECT 'mine', 'me', role, services, from_at, to_at, source, made_by, made_at, ended_by, ended_at
        FROM "grant" WHERE id = ${ids.grant}`,
    ],
    ['a key’s secret', 'api_key', () => sql`UPDATE api_key SET hash = 'mine' WHERE id = ${ids.key}`],
    ['a key taken back', 'api_key', () => sql`UPDATE api_key SET revoked_at = NULL`],
    [
      'a key that nobody made',
      'api_key',
      () =>
        sql`INSERT INTO api_key (id, name, scope, kind, hash, created_by, created_at) VALUES ('mine', 'x', 'work', 'key', 'h', 'system:keys', 1)`,
    ],
    ['a key removed', 'api_key', () => sql`DELETE FROM api_key WHERE id = ${ids.key}`],
  ]
  const put = (change: SQL, without: boolean) =>
    tenant().commit([
      ...(without ? triggers.map(name => sql`DROP TRIGGER ${sql.identifier(name)}`) : []),
      change,
    ])

  it.each(cases)('is found: %s', async (_, table, change) => {
    expect(await broken()).toBe(null)
    const definitions = await tenant().rows<{ sql: string }>(
      sql`SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('request', 'grant', 'api_key', 'row_digest', 'seal', 'event')`,
    )
    const [head] = await region().rows<{ number: number; hash: string }>(
      sql`SELECT number, hash FROM seal_head WHERE jurisdiction = ${J}`,
    )
    const restore = async () => {
      await region().commit([
        sql`UPDATE seal_head SET number = ${head?.number}, hash = ${head?.hash} WHERE jurisdiction = ${J}`,
      ])
      const names = await tenant().rows<{ name: string }>(
        sql`SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('request', 'grant', 'api_key', 'row_digest', 'seal', 'event')`,
      )
      await tenant().commit([
        ...names.map(({ name }) => sql`DROP TRIGGER ${sql.identifier(name)}`),
        ...['request', 'grant', 'api_key', 'event', 'row_digest', 'seal', 'changed_row'].flatMap(kept => [
          sql`DELETE FROM ${sql.identifier(kept)}`,
          sql`INSERT INTO ${sql.identifier(kept)} SELECT * FROM ${sql.identifier(`kept_${kept}`)}`,
        ]),
        sql`INSERT INTO request_words (request_words) VALUES ('rebuild')`,
        ...definitions.map(({ sql: text }) => sql.raw(text)),
      ])
    }
    // Without the triggers, nothing records the change.
    await put(change(), true)
    expect(await broken()).toMatchObject({ what: 'row', table })
    await restore()
    expect(await broken()).toBe(null)
    // With the triggers it is recorded, but no event explains it: neither before it is sealed, nor ever after.
    await put(change(), false)
    expect(await broken()).toMatchObject({ what: 'unexplained', table })
    await sealJob.run(county.app.platform, { kind: 'tenant', region: county.app.region.slug, slug: J }, {})
    expect(await broken()).toMatchObject({ what: 'unexplained', table })
    const { code, out } = await command('--jurisdiction', J)
    expect([code, out]).toEqual([1, expect.stringContaining(`BROKEN, ${table} `)])
    await restore()
  })

  it('a digest that was put there to match it is found as well', async () => {
    await tenant().commit([
      ...triggers.map(name => sql`DROP TRIGGER ${sql.identifier(name)}`),
      sql`UPDATE request SET status = 'closed' WHERE id = ${ids.id}`,
      sql`INSERT INTO row_digest (table_name, row_id, digest, event) SELECT 'request', ${ids.id}, '1:x', max(seq) FROM event`,
    ])
    expect(await broken()).toMatchObject({ what: 'unexplained' })
  })
})

it('every column of those tables is covered, or said not to be', async () => {
  county = await startCounty()
  for (const { table, versions, uncovered } of coveredTables) {
    const columns = await tenant().rows<{ name: string }>(sql`SELECT name FROM pragma_table_info(${table})`)
    const said = [...(versions.at(-1) ?? []), ...uncovered]
    expect(said.toSorted()).toEqual(columns.map(({ name }) => name).toSorted())
    const [trigger] = await tenant().rows<{ sql: string }>(
      sql`SELECT sql FROM sqlite_master WHERE name = ${`${table}_changed_row`}`,
    )
    const listed = /UPDATE OF ([\w, ]+) ON/.exec(trigger?.sql ?? '')?.[1]?.split(', ')
    if (listed !== undefined) expect(listed.toSorted()).toEqual(versions.at(-1)?.toSorted())
  }
  await county.close()
})

describe('the chain', () => {
  beforeEach(async () => {
    county = await startCounty()
  })
  afterEach(() => county.close())

  it('holds through everything that the functions do, before and after each seal', async () => {
    const { id } = await lived()
    const offer = await county.offer(J, id, 'hollis')
    await county.answer('hollis', offer.body.id, 'accept')
    expect(await broken()).toBe(null)
    await sealed()
    expect(await command()).toMatchObject({ code: 0 })
  })

  it('goes on in a database from before there were digests: what was there then is covered as it is now', async () => {
    // As the previous version left it: seals without digests, and nothing that came with them.
    await tenant().commit(triggers.map(name => sql`DROP TRIGGER ${sql.identifier(name)}`))
    const { id } = await county.report('graffiti', where)
    await makeGrant(county.app.platform, tenant(), { staff: 's', role: 'agent', source: 'command' })
    await county.app.key(J)
    await sealed()
    const made = await tenant().rows<{ type: string; name: string }>(
      sql`SELECT type, name FROM sqlite_master WHERE name LIKE '%~_row' ESCAPE '~' OR name LIKE 'row_digest%' OR name IN ('event_grant', 'event_key')`,
    )
    const order = ['trigger', 'index', 'table']
    await tenant().commit([
      ...made
        .toSorted((a, b) => order.indexOf(a.type) - order.indexOf(b.type))
        .filter(({ name }) => name !== 'row_digest_row' && !name.startsWith('sqlite_'))
        .map(({ type, name }) => sql`DROP ${sql.raw(type)} ${sql.identifier(name)}`),
      sql`ALTER TABLE seal DROP COLUMN digests_to`,
      sql`DELETE FROM migration WHERE name LIKE '%row_digests'`,
    ])
    await openDirectoryAgain()
    expect(await command('--jurisdiction', J)).toEqual({
      code: 0,
      out: expect.stringContaining('(2 seals, 3 rows'),
    })
    await sealed()
    expect(await command('--jurisdiction', J)).toEqual({
      code: 0,
      out: expect.stringContaining('(3 seals, 0 rows'),
    })
    await county.change(J, id, 'in_progress')
    await sealed()
    expect(await broken()).toBe(null)
    await tenant().commit([sql`UPDATE "grant" SET role = 'administrator'`])
    expect(await broken()).toMatchObject({ what: 'unexplained', table: 'grant' })
  })

  it('an index from which someone’s doings were left out is found', async () => {
    await lived()
    const [{ text, others } = { text: '', others: '' }] = await tenant().rows<{
      text: string
      others: string
    }>(
      sql`SELECT sql AS text, replace(sql, 'WHERE', 'WHERE request <> '''' AND') AS others FROM sqlite_master WHERE name = 'event_request'`,
    )
    expect(others).toBe(text)
    await tenant().commit([
      sql`DROP INDEX event_request`,
      sql`CREATE INDEX event_request ON event (request, seq) WHERE actor <> 'staff:x' AND type <> 'status'`,
    ])
    await tenant().rows(sql`PRAGMA writable_schema = ON`)
    await tenant().commit([sql`UPDATE sqlite_master SET sql = ${text} WHERE name = 'event_request'`])
    await tenant().rows(sql`PRAGMA writable_schema = RESET`)
    const { code, out } = await command('--jurisdiction', J)
    expect([code, out]).toEqual([1, expect.stringContaining('the database is damaged, or an index')])
  })

  it('all seals removed are missed, also where the region’s copy of the newest went with them', async () => {
    await lived()
    await makeGrant(county.app.platform, tenant('hollis'), { staff: 's', role: 'agent', source: 'command' })
    await sealed()
    const rid = ['event', 'access_log', 'seal', 'row_digest'].map(
      table => sql`SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ${table}`,
    )
    for (const query of rid)
      for (const { name } of await tenant().rows<{ name: string }>(query))
        await tenant().commit([sql`DROP TRIGGER ${sql.identifier(name)}`])
    await tenant().commit([sql`DELETE FROM seal`, sql`DELETE FROM job WHERE key = 'seal'`])
    expect(await broken()).toMatchObject({ what: 'cut-off' })
    await region().commit([sql`DELETE FROM seal_head`])
    expect(await broken()).toMatchObject({ what: 'cut-off' })
    await region().commit([
      sql`DROP TRIGGER seal_anchor_never_removed`,
      sql`DELETE FROM seal_anchor WHERE jurisdiction = ${J}`,
    ])
    expect(await broken()).toMatchObject({ what: 'no-seals' })
    const { code, out } = await command()
    expect([code, out]).toEqual([1, expect.stringContaining('region’s own copies')])
  })

  it('is found broken in the region’s own copies, in whichever of them', async () => {
    for (const name of [J, 'hollis']) {
      await makeGrant(county.app.platform, tenant(name), { staff: 's', role: 'agent', source: 'command' })
      await sealed()
    }
    await region().commit([
      sql`DROP TRIGGER seal_anchor_kept`,
      sql`UPDATE seal_anchor SET at = at - 1 WHERE number = 1`,
    ])
    const { code, out } = await command()
    expect([code, out]).toEqual([1, expect.stringContaining('ellery: BROKEN')])
  })
})

describe('copies of the seals kept elsewhere', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countyline-anchors-'))
  const file = join(folder, 'anchors.jsonl')
  beforeEach(async () => {
    county = await startCounty()
  })
  afterEach(() => county.close())
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const keep = async (anchors: Anchors) => {
    const platform = { ...county.app.platform, anchors }
    const name = { kind: 'region', region: county.app.region.slug } as const
    await region().commit([
      sql`INSERT INTO job (kind, key, due_at, created_at) VALUES ('audit-anchor', 'audit-anchor', 0, 0) ON CONFLICT DO NOTHING`,
    ])
    return runDueJobs(platform, name, [anchorJob])
  }

  it('in a file: durable lines, and what differs from them is found even when every database was rewritten', async () => {
    await lived()
    writeFileSync(file, '{"region":"ellery","jurisd')
    await keep(fileAnchors(file))
    const [, line = ''] = readFileSync(file, 'utf8').split('\n')
    expect(JSON.parse(line)).toMatchObject({ region: 'ellery', jurisdiction: J, number: 1, seal: 1 })
    expect(await command('--anchor', file)).toMatchObject({ code: 0 })
    // No seal is left in either database, and no trace that there were any.
    for (const [db, tables] of [
      [tenant(), ['seal', 'row_digest', 'event', 'access_log', 'request', 'grant', 'api_key']],
      [region(), ['seal_head', 'seal_anchor']],
    ] as const) {
      const names = await db.rows<{ name: string }>(
        sql`SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (SELECT value FROM json_each(${JSON.stringify(tables)}))`,
      )
      await db.commit([
        ...names.map(({ name }) => sql`DROP TRIGGER ${sql.identifier(name)}`),
        ...tables.map(table => sql`DELETE FROM ${sql.identifier(table)}`),
      ])
    }
    await tenant().commit([sql`INSERT INTO request_words (request_words) VALUES ('rebuild')`])
    expect((await command('--jurisdiction', J)).out).toContain('unchanged (0 seals')
    const { code, out } = await command('--anchor', file)
    expect([code, out]).toEqual([1, expect.stringContaining('the newest seals were removed')])
    writeFileSync(file, line.replace(J, 'atlantis'))
    expect((await command('--anchor', file)).out).toContain('atlantis: BROKEN')
    expect((await command('--anchor', join(folder, 'none'))).code).toBe(1)
  })

  it('at an address: posted with a token, tried again until it answers, each at least once', async () => {
    await lived()
    const outside = await serveOutside()
    const outbound = guardedOutbound(nodeTransport(), [outside.host])
    const posted = async () => (await (await fetch(`${outside.url}/anchors`)).json()) as PostedAnchors[]
    expect(await keep(webAnchors(outbound, `${outside.url}/nothing`, 'secret'))).toMatchObject({ failed: 1 })
    county.app.advance(60_000)
    const anchors = webAnchors(outbound, `${outside.url}/anchors`, 'secret')
    expect(await keep(anchors)).toMatchObject({ done: 1 })
    expect(await posted()).toEqual([
      { authorization: 'Bearer secret', lines: expect.stringContaining(`"jurisdiction":"${J}"`) },
    ])
    expect(await keep(anchors)).toMatchObject({ done: 1 })
    expect(await posted()).toHaveLength(1)
    await outside.close()
  })
})

it('on a libSQL server the same is sealed and found', async () => {
  const sqld = await startSqld()
  county = await startCounty({ remote: { url: sqld.url, adminUrl: sqld.adminUrl } })
  try {
    const { grant } = await lived()
    const { seals, broken: found } = await verifyLogs(tenant(), region())
    expect([seals > 0, found]).toEqual([true, null])
    await tenant().commit([sql`UPDATE "grant" SET role = 'administrator' WHERE id = ${grant}`])
    expect(await broken()).toMatchObject({ what: 'unexplained', table: 'grant', row: grant })
  } finally {
    await county.close()
    await sqld.stop()
  }
})

async function openDirectoryAgain(): Promise<void> {
  const { platform } = county.app
  await platform.databases
    .client({ kind: 'directory' })
    .execute("UPDATE database SET migrated_to = '' WHERE kind = 'tenant'")
  expect(await migrateAll(platform, readMigrations())).toMatchObject({ failed: [] })
}
