import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifiedClient } from '../src/core/database/clients.ts'
import { createApp } from '../src/create-app.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'
import { type Sqld, startSqld } from './support/sqld.ts'
import { compareOnSqld } from './support/statements/sqld.ts'

/** SQLite has it since 3.44; the parser of sqld has it not. */
const OF_SQLITE_ALONE = 'SELECT json_group_array(id ORDER BY created_at) FROM media'

let sqld: Sqld
let app: TestApp

beforeAll(async () => {
  sqld = await startSqld()
  app = await startApp({ remote: { url: sqld.url, adminUrl: sqld.adminUrl } })
})
afterAll(async () => {
  await app?.close()
  await sqld?.stop()
})

test('a statement that only files know is found; those of older tables are left out', async () => {
  const statements = [
    OF_SQLITE_ALONE,
    'SELECT id FROM media WHERE request = ? ORDER BY created_at',
    'INSERT INTO media (id, request, type, bytes, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id',
    'SELECT column_of_before FROM job',
  ]
  const { compared, refused } = await compareOnSqld(statements.map(sql => ({ kind: 'tenant', sql })))
  expect(compared).toBe(3)
  expect(refused).toEqual([
    { kind: 'tenant', sql: OF_SQLITE_ALONE, reason: expect.stringContaining('near ORDER') },
  ])
})

test.each([
  ['cannot parse', OF_SQLITE_ALONE, 'SQL_PARSE_ERROR'],
  ['cannot prepare', 'SELECT no_such_function(1)', 'SQL_INPUT_ERROR'],
  ['cannot find a table of', 'SELECT * FROM no_such_table', 'SQLITE_UNKNOWN'],
])(
  'a statement that the server %s is our fault, a 500 in the log, and not to be retried',
  async (_, sql, code) => {
    const name = { kind: 'tenant', region: bundled, slug: 'hollis' } as const
    const broken = createApp(app.platform)
    broken.get('/api/v1/broken', async c => c.json(await verifiedClient(app.platform, name).execute(sql)))
    app.logged.length = 0
    const answer = await broken.request('http://localhost/api/v1/broken')
    expect(answer.status).toBe(500)
    expect(answer.headers.get('retry-after')).toBeNull()
    expect(app.logged.filter(({ level }) => level !== 'info')).toMatchObject([
      {
        level: 'error',
        event: 'fault',
        fields: { database: `${bundled}--hollis`, cause: expect.stringContaining(code) },
      },
    ])
  },
)
