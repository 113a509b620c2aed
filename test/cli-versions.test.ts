import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lakeEdited, lakeFiles } from './support/lake.ts'
import { deployment } from './support/terminal.ts'

const edited = lakeEdited('services.yaml', 'name: Graffiti', 'name: Painted walls')

test('versions are listed, the one in force first, with who applied them', async () => {
  const { write, countyline } = deployment()
  write('lake', lakeFiles())
  await countyline('apply', '--as', 'first')
  write('lake', edited)
  await countyline('apply', '--as', 'second', '--why', 'Plain names')
  const { code, out } = await countyline('versions', '--region', 'lake')
  expect(code).toBe(0)
  expect(out).toMatch(
    /2 {2}2026-06-01 16:00 {2}[0-9a-f]{12} {2}operator:second {2}\(in force\) {2}Plain names\n.*1 {2}.*operator:first\n/,
  )
  const { json } = await countyline('versions', '--region', 'lake', '--json')
  expect(json).toMatchObject([
    { version: 2, inForce: true, why: 'Plain names' },
    { version: 1, inForce: false, why: null },
  ])
})

test('a rollback previews, then applies the earlier documents as a new version, to the byte', async () => {
  const { write, countyline, tenantsDir } = deployment()
  write('lake', lakeFiles())
  await countyline('apply')
  await countyline('export', '--to', join(tenantsDir, '..', 'before'))
  write('lake', edited)
  await countyline('apply')
  const preview = await countyline('rollback', '--region', 'lake', '--to', '1', '--dry-run')
  expect(preview.out).toContain('Graffiti')
  expect((await countyline('versions', '--region', 'lake', '--json')).json).toHaveLength(2)
  const { code, out } = await countyline('rollback', '--region', 'lake', '--to', '1', '--as', 'clerk')
  expect(code).toBe(0)
  expect(out).toContain('lake: version 3 in force, with the documents of version 1')
  await countyline('export', '--to', join(tenantsDir, '..', 'after'))
  const read = (folder: string) =>
    readFileSync(join(tenantsDir, '..', folder, 'lake', 'services.yaml'), 'utf8')
  expect(read('after')).toBe(read('before'))
  const [newest, , first] = (await countyline('versions', '--region', 'lake', '--json')).json as {
    hash: string
    appliedBy: string
  }[]
  expect(newest?.hash).toBe(first?.hash)
  expect(newest?.appliedBy).toBe('operator:clerk')
})

test('a rollback to what is in force changes nothing', async () => {
  const { write, countyline } = deployment()
  write('lake', lakeFiles())
  await countyline('apply')
  const { code, out } = await countyline('rollback', '--region', 'lake', '--to', '1')
  expect([code, out]).toEqual([0, expect.stringContaining('unchanged, version 1 has the same documents')])
})

test.each(['0', '7', '1.5', 'one', '-1', '99999999999'])(
  'a version that is not there is refused: %s',
  async to => {
    const { write, countyline } = deployment()
    write('lake', lakeFiles())
    await countyline('apply')
    const { code, err } = await countyline('rollback', '--region', 'lake', `--to=${to}`)
    expect([code, err]).toEqual([1, expect.stringContaining(`lake has no version ${to}`)])
  },
)

test('a region that has not been applied is named', async () => {
  const { write, countyline } = deployment()
  write('lake', lakeFiles())
  await countyline('apply')
  expect((await countyline('versions', '--region', 'river')).err).toContain(
    'No region "river" has been applied',
  )
})
