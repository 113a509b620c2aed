import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { createInterface } from 'node:readline'
import { sql } from 'drizzle-orm'
import { openTenant, type TenantDb } from '../core/db.ts'
import { ring } from '../core/jobs.ts'
import { type Migrations, migrateDatabase } from '../core/migrate.ts'
import { insertRow, type Row, type Table, tablesOf } from '../core/tables.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { readText } from '../platform/node-tenants.ts'
import { applyRegion, storedRegions } from '../regions/apply.ts'
import { hashDocuments } from '../regions/hash.ts'
import { loadRegion } from '../regions/load.ts'
import { addDatabase } from '../regions/migrate.ts'
import type { Documents } from '../regions/snapshot.ts'
import { PUBLISH } from '../requests/events.ts'
import { photoKey } from '../requests/media.ts'
import { type Manifest, readArchive } from './archive.ts'
import { refuse } from './command.ts'
import { orNothingYet } from './configuration.ts'

const AT_ONCE = 200
const LEFT_BEHIND = 'it stays with the deployment that this was exported from'

export interface Imported {
  readonly manifest: Manifest
  /** False: it had been imported before. */
  readonly changed: boolean
  /** From that day on its cases are frozen, here too, until its document says otherwise. */
  readonly leaves: string | null
}

/**
 * Takes an export into an empty deployment (S17). Every file is checked first. The rows come before the region is
 * listed: until all is there nothing is shown, and what was stopped goes on where it was when it is run again.
 */
export async function importJurisdiction(
  platform: NodePlatform,
  migrations: Migrations,
  folder: string,
): Promise<Imported> {
  const { manifest, sha256 } = await readArchive(folder)
  const { region, jurisdiction } = manifest
  const documents = await readDocuments(folder, manifest)
  const [other] = (await orNothingYet(() => storedRegions(platform), [])).filter(known => known !== region)
  if (other !== undefined) throw refuse(`This deployment has ${other} already. Import into an empty one.`)
  await migrateDatabase(platform, { kind: 'directory' }, migrations)
  const name = { kind: 'tenant', region, slug: jurisdiction } as const
  await addDatabase(platform, name, migrationsTo(migrations, manifest.schema))
  const db = openTenant(platform, { kind: 'system', reason: 'import' }, region, jurisdiction)
  const changed = await begin(db, sha256)
  if (changed) {
    for (const path of filesIn(manifest, 'tables')) await importTable(db, folder, path)
    await importPhotos(platform, db, folder, manifest)
    await finish(platform, db, sha256)
  }
  await addDatabase(platform, name, migrations)
  await applyRegion(platform, migrations, region, documents, 'system:import', manifest.configuration.version)
  const leaves = documents.jurisdictions.find(({ slug }) => slug === jurisdiction)?.to ?? null
  return { manifest, changed, leaves }
}

async function readDocuments(folder: string, manifest: Manifest): Promise<Documents> {
  const files = new Map<string, string>()
  for (const path of filesIn(manifest, 'documents')) {
    files.set(relative('documents', path).split(sep).join('/'), await readText(join(folder, path)))
  }
  const { documents } = loadRegion(manifest.region, files)
  if (documents === undefined || (await hashDocuments(documents)) !== manifest.configuration.sha256) {
    throw refuse('Its documents are not those of the version that the manifest names.')
  }
  return documents
}

/** The schema of the export: what came after it is done to the rows once they are here. */
function migrationsTo(migrations: Migrations, schema: string): Migrations {
  const last = migrations.tenant.findIndex(({ name }) => name === schema)
  if (last === -1) throw refuse(`It was exported by a newer version of this program (${schema}).`)
  return { ...migrations, tenant: migrations.tenant.slice(0, last + 1) }
}

/** Marks the database as being filled from this export. False when it has been. Throws when it holds anything else. */
async function begin(db: TenantDb, sha256: string): Promise<boolean> {
  const [mark] = await db.rows<{ seq: number }>(sql`SELECT seq FROM consumer WHERE name = ${markOf(sha256)}`)
  if (mark !== undefined) return mark.seq === 0
  const [kept] = await db.rows<{ rows: number }>(
    sql`SELECT (SELECT count(*) FROM (SELECT 1 FROM event LIMIT 1)) + (SELECT count(*) FROM consumer WHERE name LIKE 'import:%') AS rows`,
  )
  if (kept?.rows !== 0) throw refuse(`${db.slug} has data here already. Import into an empty deployment.`)
  await db.commit([sql`INSERT INTO consumer (name, seq) VALUES (${markOf(sha256)}, 0)`])
  return true
}

function markOf(sha256: string): string {
  return `import:${sha256}`
}

async function importTable(db: TenantDb, folder: string, path: string): Promise<void> {
  const name = basename(path, '.jsonl')
  const table = (await tablesOf(db)).find(known => known.name === name)
  if (table === undefined) throw refuse(`${path} is no table of this version.`)
  let rows: Row[] = []
  const flush = async () => {
    await db.commit(rows.map(row => insertRow(table, row)))
    rows = []
  }
  for await (const line of createInterface({ input: createReadStream(join(folder, path), 'utf8') })) {
    rows.push(readRow(table, path, line))
    if (rows.length === AT_ONCE) await flush()
  }
  await flush()
}

function readRow({ columns }: Table, path: string, line: string): Row {
  const row: unknown = JSON.parse(line)
  const isRow =
    typeof row === 'object' && row !== null && Object.keys(row).every(key => columns.includes(key))
  if (!isRow) throw refuse(`${path} has a line that is no row of its table.`)
  return row as Row
}

async function importPhotos(
  platform: NodePlatform,
  db: TenantDb,
  folder: string,
  manifest: Manifest,
): Promise<void> {
  const types = await db.rows<{ id: string; type: string }>(sql`SELECT id, type FROM media`)
  const typeOf = new Map(types.map(({ id, type }) => [id, type]))
  for (const path of filesIn(manifest, 'media')) {
    const id = basename(path)
    const type = typeOf.get(id)
    if (type === undefined) throw refuse(`${path} is a photo of no request.`)
    await platform.files.put(
      photoKey(db.region, id),
      new Uint8Array(await readFile(join(folder, path))),
      type,
    )
  }
}

/** What had still to be sent is the other deployment's to send; the index of this one is made anew. */
async function finish(platform: NodePlatform, db: TenantDb, sha256: string): Promise<void> {
  const at = platform.clock.now()
  await db.commit([
    sql`UPDATE message SET parked_at = ${at}, last_error = ${LEFT_BEHIND} WHERE delivered_at IS NULL AND parked_at IS NULL`,
    sql`UPDATE notice SET parked_at = ${at} WHERE sent_at IS NULL AND parked_at IS NULL`,
    ring(PUBLISH, at),
    sql`UPDATE consumer SET seq = 1 WHERE name = ${markOf(sha256)}`,
  ])
}

function filesIn({ files }: Manifest, folder: string): string[] {
  return files.map(({ path }) => path).filter(path => path.startsWith(`${folder}/`))
}
