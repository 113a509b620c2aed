import { readFile } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { sql } from 'drizzle-orm'
import { recordNewestSeal } from '../../audit/seal.ts'
import { type Verified, verifyLogs } from '../../audit/verify.ts'
import { actorOf } from '../../core/access.ts'
import { openRegion, openTenant, type Step, type TenantDb } from '../../core/database/handles.ts'
import { enqueueJob } from '../../core/database/jobs.ts'
import { type Migrations, migrateDatabase } from '../../core/database/migrate.ts'
import { insertRow, type Row } from '../../core/database/tables.ts'
import { storeFile } from '../../core/encryption/files.ts'
import { encryptRow, enqueueReencryption } from '../../core/encryption/reencrypt.ts'
import { registry } from '../../create-app.ts'
import { NEVER } from '../../handoffs/courier/outbox.ts'
import { grantEnded, keyRevoked } from '../../identity/audit-actions.ts'
import { schemaAfter } from '../../platform/node/databases/scratch.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { readText } from '../../platform/node/tenants.ts'
import type { Bytes } from '../../platform/platform.ts'
import { hashDocuments } from '../../regions/documents/hash.ts'
import { loadRegion } from '../../regions/documents/load.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import { applyRegion, storedRegions } from '../../regions/versions/apply.ts'
import { addDatabase } from '../../regions/versions/migrate.ts'
import { notifyKind, publishKind, syncOriginKind } from '../../requests/events.ts'
import { type CleanPhoto, cleanPhoto } from '../../requests/media/photo.ts'
import { refuse } from '../command.ts'
import { orNothingYet } from '../configuration.ts'
import { linesOf, type Manifest, readArchive } from './archive.ts'
import { type ArchiveTable, checkTable, readRow, tableOf } from './tables.ts'

const BATCH = 200
const IMPORT = 'system:import'
const LEFT_BEHIND = 'not sent: the deployment that this was exported from sends it'

export interface Imported {
  readonly manifest: Manifest
  readonly changed: boolean
  /** From that day its cases are frozen here too, until its document says otherwise. */
  readonly leaves: string | null
  /** Grants and keys in force at the source; they are not in force here. */
  readonly ended: { readonly grants: number; readonly keys: number }
  readonly broken: Verified['broken']
}

export interface ImportOptions {
  readonly folder: string
  readonly fingerprint: string
  readonly operator: string
}

/**
 * Imports an export into an empty deployment (S17), after checking its signature, every file and every row.
 * Rows come before the region is listed, so nothing is shown until all are there. An interrupted import resumes
 * where it stopped. Nothing in an export gives a person or a program access here.
 */
export async function importJurisdiction(
  platform: NodePlatform,
  migrations: Migrations,
  { folder, fingerprint, operator }: ImportOptions,
): Promise<Imported> {
  const { manifest, sha256 } = await readArchive(folder, fingerprint)
  const { region, jurisdiction } = manifest
  const documents = await readDocuments(folder, manifest)
  const asExported = migrationsTo(migrations, manifest.schema)
  const tables = await checkContents(folder, manifest, asExported)
  const [other] = (await orNothingYet(() => storedRegions(platform), [])).filter(known => known !== region)
  if (other !== undefined)
    throw refuse(`This deployment already has the region ${other}. Import into an empty deployment.`)
  await migrateDatabase(platform, { kind: 'directory' }, migrations)
  const name = { kind: 'tenant', region, slug: jurisdiction } as const
  const db = openTenant(platform, { kind: 'system', reason: 'import', operator }, region, jurisdiction)
  // A database that holds the rows may already have the present schema; the export's must not be applied over
  // it.
  const before = await readProgress(db, sha256).catch(() => undefined)
  if (before === undefined || before === PROGRESS.begun) await addDatabase(platform, name, asExported)
  // It holds the key of the photos.
  await addDatabase(platform, { kind: 'region', region }, migrations)
  const progress = await begin(db, sha256)
  const at = Date.parse(manifest.exportedAt)
  if (progress === PROGRESS.begun) {
    for (const table of tables) await importTable(platform, db, folder, table, at)
    await refuseMissing(db, manifest, tables)
    await db.commit([markProgress(sha256, PROGRESS.rows)])
  }
  await addDatabase(platform, name, migrations)
  const changed = progress !== PROGRESS.finished
  if (changed) {
    await importPhotos(platform, db, folder, manifest)
    await finish(platform, db, sha256, at)
  }
  const shared = openRegion(platform, { kind: 'system', reason: 'import' }, region)
  // Before the region is in force, and its logs are verified.
  await recordNewestSeal(platform, db, shared)
  await applyRegion(platform, migrations, region, documents, {
    by: IMPORT,
    first: manifest.configuration.version,
  })
  const { broken } = await verifyLogs(db, shared)
  const leaves = documents.jurisdictions.find(({ slug }) => slug === jurisdiction)?.to ?? null
  return { manifest, changed, leaves, ended: await endedBy(db, at), broken }
}

async function readDocuments(folder: string, manifest: Manifest): Promise<Documents> {
  const files = new Map<string, string>()
  for (const path of filesIn(manifest, 'documents')) {
    files.set(relative('documents', path).split(sep).join('/'), await readText(join(folder, path)))
  }
  const { documents } = loadRegion(manifest.region, files)
  if (documents === undefined || (await hashDocuments(documents)) !== manifest.configuration.sha256) {
    throw refuse('Its documents do not match the version that the manifest names.')
  }
  return documents
}

/** The schema of the export; later migrations run once the rows are imported. */
function migrationsTo(migrations: Migrations, schema: string): Migrations {
  const last = migrations.tenant.findIndex(({ name }) => name === schema)
  if (last === -1) throw refuse(`It was exported by a newer version of this program (${schema}).`)
  return { ...migrations, tenant: migrations.tenant.slice(0, last + 1) }
}

async function checkContents(
  folder: string,
  manifest: Manifest,
  { tenant }: Migrations,
): Promise<ArchiveTable[]> {
  const schema = schemaAfter(tenant)
  const photos = new Map<string, string>()
  const tables: ArchiveTable[] = []
  for (const file of manifest.files.filter(({ path }) => path.startsWith('tables/'))) {
    const table = tableOf(file.path, schema)
    const isMedia = table.name === 'media'
    await checkTable(folder, table, file, row => isMedia && photos.set(String(row.id), String(row.type)))
    tables.push(table)
  }
  for (const path of filesIn(manifest, 'media')) {
    const type = photos.get(basename(path))
    if (type === undefined) throw refuse(`${path} does not belong to any request.`)
    if ((await readPhoto(folder, path)).type !== type)
      throw refuse(`${path} does not have the type that its row says.`)
  }
  return tables
}

const PROGRESS = { begun: 0, finished: 1, rows: 2 } as const

async function begin(db: TenantDb, sha256: string): Promise<number> {
  const progress = await readProgress(db, sha256)
  if (progress !== undefined) return progress
  const [existing] = await db.rows<{ rows: number }>(
    sql`SELECT (SELECT count(*) FROM (SELECT 1 FROM event LIMIT 1)) + (SELECT count(*) FROM consumer WHERE name LIKE 'import:%') AS rows`,
  )
  if (existing?.rows !== 0) throw refuse(`${db.slug} already has data here. Import into an empty deployment.`)
  await db.commit([sql`INSERT INTO consumer (name, seq) VALUES (${markOf(sha256)}, ${PROGRESS.begun})`])
  return PROGRESS.begun
}

async function readProgress(db: TenantDb, sha256: string): Promise<number | undefined> {
  const [mark] = await db.rows<{ seq: number }>(sql`SELECT seq FROM consumer WHERE name = ${markOf(sha256)}`)
  return mark?.seq
}

function markProgress(sha256: string, progress: number): Step {
  return sql`UPDATE consumer SET seq = ${progress} WHERE name = ${markOf(sha256)}`
}

function markOf(sha256: string): string {
  return `import:${sha256}`
}

async function importTable(
  platform: NodePlatform,
  db: TenantDb,
  folder: string,
  table: ArchiveTable,
  at: number,
): Promise<void> {
  const into = { name: table.name, columns: table.columns.map(({ name }) => name) }
  let rows: Row[] = []
  let number = 0
  const flush = async () => {
    const imported = await Promise.all(rows.map(row => importedRow(platform, db, table.name, row, at)))
    await db.commit(imported.map(row => insertRow(into, row)))
    rows = []
  }
  for await (const line of linesOf(folder, table.path)) {
    rows.push(readRow(table, line, ++number))
    if (rows.length === BATCH) await flush()
  }
  await flush()
}

async function importedRow(
  platform: NodePlatform,
  db: TenantDb,
  table: string,
  row: Row,
  at: number,
): Promise<Row> {
  if (table === 'api_key') return { ...row, hash: '', revoked_at: row.revoked_at ?? at }
  if (table === 'grant') return row.ended_at === null ? { ...row, ended_at: at, ended_by: IMPORT } : row
  const of = registry.encryptedTables.tenant.find(known => known.table === table)
  return of === undefined ? row : encryptRow(platform, db, of, row)
}

/** A row that collides with another in a unique index was not inserted, so the counts are compared. */
async function refuseMissing(
  db: TenantDb,
  { files }: Manifest,
  tables: readonly ArchiveTable[],
): Promise<void> {
  for (const { name, path } of tables) {
    if (name === 'consumer') continue
    const expected = files.find(file => file.path === path)?.rows
    const [found] = await db.rows<{ rows: number }>(sql`SELECT count(*) AS rows FROM ${sql.identifier(name)}`)
    if (found?.rows !== expected)
      throw refuse(
        `${path} has rows that contradict each other. Nothing was made visible. Empty DATA_DIR before you try again.`,
      )
  }
}

async function readPhoto(folder: string, path: string): Promise<CleanPhoto> {
  try {
    return cleanPhoto(new Uint8Array(await readFile(join(folder, path))) as Bytes)
  } catch {
    throw refuse(`${path} is not a photo.`)
  }
}

async function importPhotos(
  platform: NodePlatform,
  db: TenantDb,
  folder: string,
  manifest: Manifest,
): Promise<void> {
  const files = openRegion(platform, { kind: 'system', reason: 'import' }, db.region)
  for (const path of filesIn(manifest, 'media')) {
    await storeFile(platform, files, basename(path), await readPhoto(folder, path))
  }
}

/** Pending messages are the source deployment's to send, so logs from before the import are not read. */
async function finish(platform: NodePlatform, db: TenantDb, sha256: string, at: number): Promise<void> {
  const now = platform.clock.now()
  const actor = actorOf(db.access)
  const cursors = JSON.stringify([notifyKind.kind, syncOriginKind.kind])
  await db.commit([
    sql`UPDATE message SET parked_at = coalesce(parked_at, ${now}), due_at = ${NEVER}, last_error = ${LEFT_BEHIND}
      WHERE delivered_at IS NULL`,
    sql`UPDATE notice SET parked_at = ${now} WHERE sent_at IS NULL AND parked_at IS NULL`,
    sql`INSERT INTO event (request, type, actor, at, public, payload)
      SELECT '', ${grantEnded.type}, ${actor}, ${now}, 0, json_object('grant', id, 'staff', staff, 'role', role)
      FROM "grant" WHERE ended_at = ${at} AND ended_by = ${IMPORT} ORDER BY rowid`,
    sql`INSERT INTO event (request, type, actor, at, public, payload)
      SELECT '', ${keyRevoked.type}, ${actor}, ${now}, 0, json_object('key', id) FROM api_key ORDER BY rowid`,
    sql`INSERT INTO consumer (name, seq) SELECT value, (SELECT coalesce(max(seq), 0) FROM event) FROM json_each(${cursors}) WHERE true
      ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`,
    enqueueJob(publishKind, now),
    // Makes the blind index, which is not part of an export.
    enqueueReencryption(now),
    markProgress(sha256, PROGRESS.finished),
  ])
}

async function endedBy(db: TenantDb, at: number): Promise<Imported['ended']> {
  const [found] = await db.rows<{ grants: number; keys: number }>(
    sql`SELECT (SELECT count(*) FROM "grant" WHERE ended_at = ${at} AND ended_by = ${IMPORT}) AS grants,
      (SELECT count(*) FROM api_key WHERE revoked_at = ${at} AND hash = '') AS keys`,
  )
  return found ?? { grants: 0, keys: 0 }
}

function filesIn({ files }: Manifest, folder: string): string[] {
  return files.map(({ path }) => path).filter(path => path.startsWith(`${folder}/`))
}
