import { sql } from 'drizzle-orm'
import { beforeEach, expect, test } from 'vitest'
import { openTenant } from '../src/core/database/handles.ts'
import { nodePlatform } from '../src/platform/node/platform.ts'
import { lakeFiles } from './support/lake.ts'
import { type Deployment, deployment } from './support/terminal.ts'

let here: Deployment
beforeEach(async () => {
  here = deployment()
  here.write('lake', lakeFiles())
  expect((await here.countyline('apply', '--region', 'lake')).code).toBe(0)
})

const create = (...more: string[]) =>
  here.countyline('grants', 'create', '--jurisdiction', 'west', '--email', 'ada@west.example', ...more)

/** The actions in a jurisdiction's log, in order. */
async function actsOf(slug: string): Promise<string[]> {
  const platform = nodePlatform({ dataDir: here.dataDir, log: () => {} })
  try {
    const db = openTenant(platform, { kind: 'system', reason: 'test' }, 'lake', slug)
    const rows = await db.rows<{ act: string }>(
      sql`SELECT actor || ' ' || type AS act FROM event WHERE type <> 'configured' ORDER BY seq`,
    )
    return rows.map(({ act }) => act)
  } finally {
    await platform.close()
  }
}

test('a grant is made for a mailbox, listed and ended; where no mail is, its link is printed', async () => {
  const { code, out } = await create('--role', 'administrator', '--name', 'Ada')
  expect(code).toBe(0)
  expect(out).toMatch(/https:\/\/lake.example\/sign-in\/link\/[0-9A-Z]{20}\.[0-9A-Z]{40}/)
  const list = async () =>
    (await here.countyline('grants', 'list', '--jurisdiction', 'west', '--json')).json as {
      id: string
      ended: string | null
    }[]
  const [grant] = await list()
  expect(grant).toMatchObject({
    name: 'Ada',
    role: 'administrator',
    services: null,
    source: 'command',
    ended: null,
  })
  const end = () => here.countyline('grants', 'end', grant?.id ?? '', '--jurisdiction', 'west')
  expect((await end()).code).toBe(0)
  expect((await list())[0]?.ended).not.toBeNull()
  expect(await end()).toMatchObject({ code: 1, err: expect.stringContaining('already ended') })
})

test('a grant may be for some days and services', async () => {
  const { code } = await create(
    '--role',
    'agent',
    '--from',
    '2026-07-01',
    '--to',
    '2026-08-01',
    '--services',
    'pothole',
  )
  expect(code).toBe(0)
  const { json } = await here.countyline('grants', 'list', '--jurisdiction', 'west', '--json')
  expect(json).toMatchObject([
    { services: ['pothole'], from: '2026-07-01T04:00:00.000Z', to: '2026-08-01T04:00:00.000Z' },
  ])
})

test.each([
  [['--role', 'king'], /--role must be one of/],
  [['--role', 'agent', '--services', 'dragons'], /no service dragons/],
  [['--role', 'agent', '--from', 'tomorrow'], /--from must be a date/],
  [['--role', 'agent', '--email', 'nobody'], /--email must be an email address/],
])('%j is refused with a reason', async (options, message) => {
  const { code, err } = await create(...options)
  expect(code).toBe(1)
  expect(err).toMatch(message)
  const { json } = await here.countyline('grants', 'list', '--jurisdiction', 'west', '--json')
  expect(json).toEqual([])
})

test('an administrator of the region is added once, and given a link', async () => {
  const add = () =>
    here.countyline('administrators', 'add', '--region', 'lake', '--email', 'root@lake.example')
  const { code, out } = await add()
  expect(code).toBe(0)
  expect(out).toContain('/sign-in/link/')
  expect((await add()).code).toBe(0)
  expect(
    (await here.countyline('administrators', 'add', '--region', 'nowhere', '--email', 'a@b.example')).code,
  ).toBe(1)
})

test('someone who has lost their way in is given a link, and whose device is lost is signed out', async () => {
  await create('--role', 'agent')
  const lost = (act: string, email = 'ada@west.example') =>
    here.countyline('staff', act, '--region', 'lake', '--email', email)
  // However many others have been requested.
  for (let links = 0; links < 5; links++) expect((await lost('link')).code).toBe(0)
  const { code, out } = await lost('link')
  expect(code).toBe(0)
  expect(out).toMatch(/^https:\/\/lake.example\/sign-in\/link\/\S+\n$/)
  expect(await lost('sign-out')).toMatchObject({ code: 0, out: '0 sessions ended\n' })
  for (const act of ['link', 'sign-out']) {
    expect(await lost(act, 'nobody@west.example')).toMatchObject({
      code: 1,
      err: expect.stringContaining('has no staff member with the email address'),
    })
  }
})

test('what the operator does about someone is told wherever they work, before it is done', async () => {
  await create('--role', 'agent', '--as', 'maria')
  await create('--role', 'agent', '--as', 'maria', '--jurisdiction', 'lake-county')
  const about = ['--region', 'lake', '--email', 'ada@west.example', '--as', 'joe']
  await here.countyline('staff', 'link', ...about)
  await here.countyline('staff', 'sign-out', ...about)
  for (const [slug, earlier] of [
    ['west', ['operator:maria grant-made', 'operator:maria link-given', 'operator:maria link-given']],
    ['lake-county', ['operator:maria grant-made', 'operator:maria link-given']],
  ] as const) {
    expect(await actsOf(slug)).toEqual([...earlier, 'operator:joe link-given', 'operator:joe sessions-ended'])
  }
})
