import {
  appendFileSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../src/cli/backup/manifest.ts'
import { startApp, type TestApp } from './support/app.ts'
import { countyline, fileReport } from './support/deployment.ts'
import { foundIn } from './support/raw-files.ts'
import { type S3Server, startS3 } from './support/s3.ts'
import { type Sqld, sqldBinary, startSqld } from './support/sqld.ts'

const folder = mkdtempSync(join(tmpdir(), 'countyline-backup-'))
const kinds = sqldBinary() === undefined ? ['files'] : ['files', 'a libSQL server']
let s3: S3Server
beforeAll(async () => {
  s3 = await startS3()
})
afterAll(async () => {
  await s3.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe.each(kinds)('a backup of %s', kind => {
  let app: TestApp
  let sqld: Sqld | undefined
  const to = join(folder, kind)
  const run = (...argv: string[]) => countyline({ dataDir: app.dataDir, sqld, s3 }, ...argv)
  const create = async (place: string) => {
    const ran = await run('backup', 'create', '--to', place, '--json')
    expect(ran.code, ran.out + ran.err).toBe(0)
    return JSON.parse(ran.out) as Manifest & { secrets: string[] }
  }

  beforeAll(async () => {
    sqld = kind === 'files' ? undefined : await startSqld()
    app = await startApp(sqld && { remote: { url: sqld.url, adminUrl: sqld.adminUrl } })
    for (const mark of ['ZqOneXv', 'ZqTwoXv']) await fileReport(app, mark)
    await app.runJobs()
  })
  afterAll(async () => {
    await app.close()
    await sqld?.stop()
  })

  it('has every database and photo, and says what is not in it', async () => {
    const made = await create(to)
    const labels = made.databases.map(({ file }) => file.replace(/^databases\/|\.db$/g, '')).sort()
    expect(labels).toContain('directory')
    expect(labels).toContain('ellery')
    expect(labels).toContain('ellery--hollis')
    expect(made.photos).toMatchObject([{ region: 'ellery', count: 2 }])
    expect(made.missing).toEqual([])
    const rows = made.databases.reduce((sum, database) => sum + (database.rows.request ?? 0), 0)
    expect(rows).toBe(2)
    expect(made.secrets).toContain('MASTER_KEY')
    const secret = readFileSync(join(app.dataDir, 'secrets', 'MASTER_KEY'), 'utf8').trim()
    expect(foundIn(to, [secret])).toEqual([])
    if (kind === 'files') expect(foundIn(to, ['ZqOneXv', 'pothole'])).toEqual([])
    const verified = await run('backup', 'verify', '--in', to)
    expect(verified).toMatchObject({ code: 0, err: '' })
    const open = globSync('**/*', { cwd: to, withFileTypes: true })
      .filter(entry => entry.isFile() && (statSync(join(entry.parentPath, entry.name)).mode & 0o077) !== 0)
      .map(({ name }) => name)
    expect(open).toEqual([])
  })

  it('copies only photos that are not there yet, and keeps the backups before', async () => {
    const first = statSync(join(to, photoFiles(to)[0] ?? '')).mtimeMs
    await fileReport(app, 'ZqThreeXv')
    const made = await create(to)
    expect(made.photos).toMatchObject([{ count: 3 }])
    expect(photoFiles(to)).toHaveLength(3)
    expect(photoFiles(to).map(file => statSync(join(to, file)).mtimeMs)).toContain(first)
    const listed = await run('backup', 'list', '--in', to, '--json')
    const found = JSON.parse(listed.out) as { id: string; isComplete: boolean }[]
    expect(found).toHaveLength(2)
    for (const { id } of found)
      expect(await run('backup', 'verify', '--in', to, '--backup', id)).toMatchObject({ code: 0 })
  })

  it('goes into a bucket, and is the same there', async () => {
    const place = `s3://photos/${kind.replaceAll(' ', '-')}`
    const made = await create(place)
    const verified = await run('backup', 'verify', '--in', place)
    expect(verified, verified.out + verified.err).toMatchObject({ code: 0 })
    const listed = await run('backup', 'list', '--in', place)
    expect(listed.out).toContain(made.id)
  })

  it('is none until its manifest is there', async () => {
    const { id } = await create(to)
    rmSync(join(to, 'backups', id, 'manifest.json'))
    const listed = await run('backup', 'list', '--in', to)
    expect(listed.out).toContain(`${id}  interrupted`)
    expect((await run('backup', 'verify', '--in', to, '--backup', id)).err).toMatch(/no complete backup/)
    rmSync(join(to, 'backups', id), { recursive: true })
  })

  it('is refused when a file of it was changed', async () => {
    const { id, databases } = await create(to)
    const hollis = databases.find(({ slug }) => slug === 'hollis')?.file ?? ''
    appendFileSync(join(to, 'backups', id, hollis), 'x')
    const photo = join(to, photoFiles(to)[0] ?? '')
    const bytes = readFileSync(photo)
    writeFileSync(photo, Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]))
    const { code, out } = await run('backup', 'verify', '--in', to, '--backup', id)
    writeFileSync(photo, bytes)
    expect([code, out]).toEqual([1, expect.stringMatching(/ellery--hollis: .* was changed/)])
    expect(out).toMatch(/ellery\/key-\d+\/\S+: changed/)
    rmSync(join(to, 'backups', id), { recursive: true })
  })
})

describe('a backup', () => {
  it('goes on without a database that is damaged, and names it', async () => {
    const app = await startApp()
    try {
      await app.platform.close()
      const file = join(app.dataDir, 'databases', 'ellery--hollis.db')
      const bytes = readFileSync(file)
      bytes.fill(7, 4096, 12_288)
      writeFileSync(file, bytes)
      const place = join(folder, 'damaged')
      const ran = await countyline(app, 'backup', 'create', '--to', place)
      expect([ran.code, ran.out]).toEqual([1, expect.stringMatching(/not copied: ellery--hollis: /)])
      expect((await countyline(app, 'backup', 'verify', '--in', place)).code).toBe(1)
    } finally {
      await app.close()
    }
  })

  it('says what is wrong with the place', async () => {
    const app = await startApp()
    try {
      const to = (place: string, given = {}) =>
        countyline({ dataDir: app.dataDir, ...given }, 'backup', 'create', '--to', place)
      expect((await to('s3://photos/x')).err).toMatch(/Set AWS_ACCESS_KEY_ID/)
      expect((await to('s3://nowhere/x', { s3 })).err).toMatch(/nowhere at .* does not exist/)
      expect((await to('s3:///x', { s3 })).err).toMatch(/write s3:\/\/BUCKET/)
      expect(existsSync(join(folder, 's3:'))).toBe(false)
    } finally {
      await app.close()
    }
  })
})

function photoFiles(place: string): string[] {
  return globSync('photos/**/*', { cwd: place, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(place.length + 1))
    .sort()
}
