import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openRegion } from '../src/core/database/handles.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'
import { type NodePlatform, nodePlatform } from '../src/platform/node/platform.ts'
import { hashDocuments } from '../src/regions/documents/hash.ts'
import type { Documents } from '../src/regions/documents/snapshot.ts'
import { configuration } from '../src/regions/region-schema.ts'
import { currentHosts, currentRegion } from '../src/regions/runtime/current.ts'
import { applyRegion, storedRegions, storedSnapshot } from '../src/regions/versions/apply.ts'
import { lakeDocuments, lakeEdited, lakeFiles } from './support/lake.ts'

const migrations = readMigrations()

function platform(): NodePlatform {
  const dataDir = mkdtempSync(join(tmpdir(), 'countyline-'))
  const made = nodePlatform({ dataDir, log: () => {} })
  onTestFinished(async () => {
    await made.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  return made
}

const apply = (on: NodePlatform, documents: Documents, slug = 'lake') =>
  applyRegion(on, migrations, slug, documents, { by: 'test' })

test('what is applied is what is in force, under the next version', async () => {
  const on = platform()
  const documents = lakeDocuments()
  expect(await apply(on, documents)).toMatchObject({ version: 1, changed: true })
  const stored = await storedSnapshot(on, 'lake')
  expect(stored).toMatchObject({ region: 'lake', version: 1, documents })
  expect(stored?.hash).toBe(await hashDocuments(documents))
  expect(await apply(on, documents)).toMatchObject({ version: 1, changed: false })
  const changed = lakeDocuments(lakeEdited('east/jurisdiction.yaml', 'name: East', 'name: Easter'))
  expect(await apply(on, changed)).toMatchObject({ version: 2, changed: true })
  expect((await currentRegion(on, 'lake')).jurisdiction('east')?.name).toBe('Easter')
})

test('every version ever applied is kept', async () => {
  const on = platform()
  await apply(on, lakeDocuments())
  await apply(on, lakeDocuments(lakeEdited('east/jurisdiction.yaml', 'name: East', 'name: Easter')))
  const db = openRegion(on, { kind: 'system', reason: 'test' }, 'lake')
  const versions = await db
    .select({ version: configuration.version, by: configuration.appliedBy })
    .from(configuration)
  expect(versions).toEqual([
    { version: 1, by: 'test' },
    { version: 2, by: 'test' },
  ])
})

test('hosts lead to the region and its jurisdictions, and follow the documents', async () => {
  const on = platform()
  await apply(
    on,
    lakeDocuments(
      lakeEdited(
        'region.yaml',
        'hosts: [lake.example]',
        'hosts: [Lake.Example]\njurisdictionHosts: { west.example: west }',
      ),
    ),
  )
  const { hosts } = await currentHosts(on)
  expect(hosts.get('lake.example')).toMatchObject({ region: 'lake', jurisdiction: null })
  expect(hosts.get('west.example')).toMatchObject({ region: 'lake', jurisdiction: 'west' })
  await apply(on, lakeDocuments())
  expect([...(await currentHosts(on)).hosts.keys()]).toEqual(['lake.example'])
})

test('a host of another region is refused, and nothing is written', async () => {
  const on = platform()
  await apply(on, lakeDocuments())
  await expect(apply(on, lakeDocuments(), 'pond')).rejects.toMatchObject({
    slug: 'bad-request',
    detail: expect.stringContaining('lake.example'),
  })
  expect(await storedRegions(on)).toEqual(['lake'])
})

test('a tracking code stays its jurisdiction’s for ever', async () => {
  const on = platform()
  await apply(on, lakeDocuments())
  const recoded = lakeDocuments(lakeEdited('east/jurisdiction.yaml', 'code: EA', 'code: ES'))
  await expect(apply(on, recoded)).rejects.toMatchObject({
    detail: expect.stringContaining('Use it instead of ES'),
  })
  const gone = lakeFiles({ 'quill-water/jurisdiction.yaml': null, 'quill-water/boundary.geojson': null })
  await apply(on, lakeDocuments(gone))
  const heir = new Map([...gone, ['heir/jurisdiction.yaml', 'name: Heir\nkind: agency\ncode: QW\n']])
  await expect(apply(on, lakeDocuments(heir))).rejects.toMatchObject({
    detail: expect.stringContaining('belongs to quill-water'),
  })
  expect((await storedSnapshot(on, 'lake'))?.version).toBe(2)
})

test('of two who apply different documents at once, both are versions or one hears of the other', async () => {
  const on = platform()
  await apply(on, lakeDocuments())
  const named = (name: string) =>
    lakeDocuments(lakeEdited('east/jurisdiction.yaml', 'name: East', `name: ${name}`))
  const outcomes = await Promise.allSettled([apply(on, named('One')), apply(on, named('Two'))])
  const won = outcomes.filter(({ status }) => status === 'fulfilled').length
  const lost = outcomes.filter(outcome => outcome.status === 'rejected').map(({ reason }) => reason.slug)
  expect(lost.every(slug => slug === 'changed-meanwhile')).toBe(true)
  expect((await storedSnapshot(on, 'lake'))?.version).toBe(1 + won)
  expect(won).toBeGreaterThan(0)
})

test('an apply that was killed between its two databases is finished by the next', async () => {
  const on = platform()
  await apply(on, lakeDocuments())
  const killed = lakeDocuments(lakeEdited('region.yaml', 'lake.example', 'new.example'))
  const db = openRegion(on, { kind: 'system', reason: 'test' }, 'lake')
  const row = {
    version: 2,
    hash: await hashDocuments(killed),
    documents: JSON.stringify(killed),
    appliedAt: 0,
    appliedBy: 'killed',
  }
  await db.insert(configuration).values(row)
  expect(await apply(on, killed)).toMatchObject({ version: 2, changed: false })
  expect([...(await currentHosts(on)).hosts.keys()]).toEqual(['new.example'])
})
