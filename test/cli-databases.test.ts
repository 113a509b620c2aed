import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { lakeFiles } from './support/lake.ts'
import { deployment } from './support/terminal.ts'
import { startTurso } from './support/turso.ts'

const labels = ['directory', 'lake', 'lake--east', 'lake--lake-county', 'lake--quill-water', 'lake--west']

it('databases list names every database and its address, before any is there and without creating one', async () => {
  const environment = { DATABASE_URL: 'libsql://{name}-the-state.turso.io' }
  const on = deployment(undefined, environment)
  on.write('lake', lakeFiles())
  const { code, json } = await on.countyline('databases', 'list', '--json')
  expect(code).toBe(0)
  const listed = json as { name: string; url: string; state: string }[]
  expect(listed.map(({ name }) => name).sort()).toEqual(labels)
  expect(listed[0]).toEqual({
    name: 'directory',
    url: 'libsql://directory-the-state.turso.io',
    state: 'unknown',
  })
  const files = deployment()
  files.write('lake', lakeFiles())
  expect((await files.countyline('databases', 'list')).out).toMatch(
    /lake--west\t\/.*\/lake--west\.db\tnot made\n/,
  )
  await files.countyline('apply')
  expect((await files.countyline('databases', 'list')).out).toMatch(
    /lake--west\t\/.*\/lake--west\.db\tready\n/,
  )
})

it('databases create makes what is missing at the service, never what was lost, and needs no secret of the deployment', async () => {
  const turso = await startTurso({ organization: 'o', apiToken: 'api', groups: { g: 'opens' } })
  onTestFinished(() => turso.stop())
  const environment = {
    DATABASE_URL: turso.databaseUrl,
    DATABASE_TOKEN: 'opens',
    TURSO_ORGANIZATION: 'o',
    TURSO_GROUP: 'g',
    TURSO_API_TOKEN: 'api',
    TURSO_API_URL: turso.url,
  }
  const on = deployment(undefined, environment)
  on.write('lake', lakeFiles())
  turso.answerNext('normally', { status: 503 })
  const first = await on.countyline('databases', 'create')
  expect([first.code, first.out]).toEqual([1, expect.stringContaining('failed lake: Turso failed (503).')])
  expect((await on.countyline('databases', 'create')).code).toBe(0)
  expect(turso.created.map(({ name }) => name).sort()).toEqual(labels)
  const applied = await on.countyline('apply', '--as', 'me')
  expect([applied.code, applied.out]).toEqual([0, expect.stringContaining('lake: applied as version 1')])
  expect(existsSync(join(on.dataDir, 'secrets'))).toBe(false)
  turso.lose('lake--west')
  expect((await on.countyline('databases', 'create')).code).toBe(0)
  expect(turso.created.map(({ name }) => name)).not.toContain('lake--west')
})

it('a command that writes a link refuses to guess the address of a deployment elsewhere', async () => {
  const turso = await startTurso({ organization: 'o', apiToken: 'api', groups: { g: 'opens' } })
  onTestFinished(() => turso.stop())
  const on = deployment(undefined, {
    DATABASE_URL: turso.databaseUrl,
    DATABASE_TOKEN: 'opens',
    TURSO_ORGANIZATION: 'o',
    TURSO_GROUP: 'g',
    TURSO_API_TOKEN: 'api',
    TURSO_API_URL: turso.url,
    SIGNING_KEY: 'a signing key of the tests, of at least 32 characters',
    MASTER_KEY: 'a master key of the tests, of at least 32 characters',
  })
  on.write('lake', lakeFiles())
  await on.countyline('apply', '--as', 'me')
  const { code, err } = await on.countyline(
    'administrators',
    'add',
    '--email',
    'ana@example.org',
    '--region',
    'lake',
    '--as',
    'me',
  )
  expect([code, err]).toEqual([1, expect.stringContaining('Set PUBLIC_URL')])
})
