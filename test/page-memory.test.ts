import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openEmbedded } from '../src/platform/node/databases/embedded.ts'

/* How much of their files the databases of one process keep in memory. */

const FILES = 40
const ROWS = 12_000
const folder = mkdtempSync(join(tmpdir(), 'countyline-pages-'))
const root = fileURLToPath(new URL('..', import.meta.url))

beforeAll(async () => {
  const client = openEmbedded(join(folder, '0.db'))
  await client.execute('CREATE TABLE note (id INTEGER PRIMARY KEY, text BLOB)')
  await client.execute({
    sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      INSERT INTO note SELECT i, randomblob(1000) FROM n`,
    args: [ROWS],
  })
  await client.execute('PRAGMA wal_checkpoint(TRUNCATE)')
  client.close()
  for (let file = 1; file < FILES; file++) copyFileSync(join(folder, '0.db'), join(folder, `${file}.db`))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('stays within one limit, however many of them are read whole', () => {
  const program = `
    import { openEmbedded } from './src/platform/node/databases/embedded.ts'
    const before = process.memoryUsage.rss()
    const clients = []
    for (let file = 0; file < ${FILES}; file++) {
      const client = openEmbedded(${JSON.stringify(folder)} + '/' + file + '.db')
      await client.execute('SELECT sum(length(text)) FROM note')
      clients.push(client)
    }
    console.log(process.memoryUsage.rss() - before)`
  const args = ['--import', './scripts/tsx-hook.ts', '--input-type=module', '--eval', program]
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  expect(stderr).toBe('')
  // Each would keep all of its 13 MB: together half as much again.
  expect(Number(stdout) / 1024 / 1024).toBeLessThan(330)
})
