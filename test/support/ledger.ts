import { globSync } from 'node:fs'
import { join, relative } from 'node:path'
import { databaseLabel } from '../../src/platform/platform.ts'
import { listDatabases } from '../../src/regions/versions/migrate.ts'
import type { TestApp } from './app.ts'

/** Half-written states that a jurisdiction's database must never contain. Each query lists them. */
const halves: Readonly<Record<string, string>> = {
  'a request without its submitted event':
    "SELECT id FROM request WHERE (SELECT count(*) FROM event WHERE event.request = request.id AND type = 'submitted') <> 1",
  'an event of no request':
    "SELECT seq FROM event WHERE request <> '' AND request NOT IN (SELECT id FROM request UNION SELECT case_id FROM handoff)",
  'a change that made no new version':
    "SELECT id FROM request WHERE version <= (SELECT count(*) FROM event WHERE event.request = request.id AND source IS NULL AND type IN ('status', 'note'))",
  'a case of which it has two requests': 'SELECT case_id FROM request GROUP BY case_id HAVING count(*) > 1',
  'a person whom no request names':
    'SELECT id FROM person WHERE id NOT IN (SELECT person FROM request WHERE person IS NOT NULL)',
  'a request whose person is missing':
    'SELECT id FROM request WHERE person IS NOT NULL AND person NOT IN (SELECT id FROM person)',
  'a photo of no request': 'SELECT id FROM media WHERE request NOT IN (SELECT id FROM request)',
  'a request whose first photo is missing':
    'SELECT id FROM request WHERE media IS NOT NULL AND media NOT IN (SELECT id FROM media WHERE media.request = request.id)',
  'a closed request without a reason, or a reason without closing':
    "SELECT id FROM request WHERE (status = 'closed') <> (close_reason IS NOT NULL) OR (status = 'closed') <> (closed_at IS NOT NULL)",
  'a place with one coordinate': 'SELECT id FROM request WHERE (lat IS NULL) <> (long IS NULL)',
  'a place off the globe': 'SELECT id FROM request WHERE abs(lat) > 90 OR abs(long) > 180',
  'a request that the place index does not have':
    'SELECT id FROM request WHERE lat IS NOT NULL AND seq NOT IN (SELECT seq FROM request_place)',
  'text that is no JSON':
    'SELECT id FROM request WHERE NOT json_valid(answers) OR NOT json_valid(resolution) UNION SELECT seq FROM event WHERE NOT json_valid(payload)',
  'a key kept for nothing':
    "SELECT key FROM idempotency WHERE json_extract(outcome, '$.id') NOT IN (SELECT id FROM request UNION SELECT id FROM handoff)",
}

/** Describes everything half-written in any database, and counts the reports. */
export async function ledger(app: TestApp): Promise<{ errors: string[]; requests: number }> {
  const errors: string[] = []
  const kept = new Set<string>()
  const waiting = new Set<string>()
  let requests = 0
  for (const name of await listDatabases(app.platform)) {
    const client = app.platform.databases.client(name)
    const rows = async (query: string) => (await client.execute(query)).rows
    const [sound] = await rows('PRAGMA integrity_check')
    if (sound?.integrity_check !== 'ok') errors.push(`${databaseLabel(name)}: damaged`)
    if (name.kind === 'region') {
      for (const { id } of await rows('SELECT id FROM waiting_photo')) waiting.add(`${name.region}/${id}`)
    }
    if (name.kind !== 'tenant') continue
    requests += (await rows('SELECT id FROM request WHERE id = case_id')).length
    for (const [what, query] of Object.entries(halves)) {
      for (const row of await rows(query))
        errors.push(`${databaseLabel(name)}: ${what}: ${Object.values(row).join()}`)
    }
    for (const { id } of await rows('SELECT id FROM media')) kept.add(`${name.region}/${id}`)
  }
  const lying = globSync('**/*', { cwd: join(app.dataDir, 'files'), withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => relative(join(app.dataDir, 'files'), join(parentPath, name)))
  // `<region>/key-<number>/<photo>`
  const files = new Set(lying.map(file => file.replace(/key-\d+[/\\]/, '')))
  const known = new Set([...kept, ...waiting])
  errors.push(...[...files].filter(file => !known.has(file)).map(file => `${file}: a file of no photo`))
  // A waiting photo whose sender never got its id may lack its file.
  const missing = [...kept].filter(photo => !files.has(photo))
  errors.push(...missing.map(photo => `${photo}: a photo without its file`))
  return { errors, requests }
}
