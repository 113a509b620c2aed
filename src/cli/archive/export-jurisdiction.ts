import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { sql } from 'drizzle-orm'
import { sealNow } from '../../audit/seal.ts'
import { actorOf } from '../../core/access.ts'
import { appendAuditAction } from '../../core/audit-actions.ts'
import { openRegion, openTenant, type TenantReader } from '../../core/database/handles.ts'
import { type Row, rowsOf, type Table, tablesOf } from '../../core/database/tables.ts'
import { readFile } from '../../core/encryption/files.ts'
import { decryptRow } from '../../core/encryption/reencrypt.ts'
import { registry } from '../../create-app.ts'
import type { NodePlatform } from '../../platform/node/platform.ts'
import { exported } from '../../regions/audit-actions.ts'
import { exportRegion } from '../../regions/documents/export.ts'
import { refuse } from '../command.ts'
import { appliedSnapshot } from '../configuration.ts'
import { type ArchiveFile, type Contents, fingerprint, MANIFEST, writeManifest } from './archive.ts'
import { exportKey, fingerprintOf, publicKeyOf } from './signature.ts'
import { isCursor } from './tables.ts'

const TRIES = 3
/** Present until the export is complete: the files beside it are from an interrupted export. */
const UNFINISHED = 'export.part'
const FOLDERS = ['tables', 'media', 'documents']

/**
 * Writes everything that a jurisdiction keeps, its photos and its region's documents (S17). The signed manifest
 * is written last, so an interrupted export has none. Returns the key's fingerprint, which the importer must
 * receive separately. The export itself is logged first, under `operator`. Throws `bad-request` when the log
 * keeps changing.
 */
export async function exportJurisdiction(
  platform: NodePlatform,
  region: string,
  jurisdiction: string,
  folder: string,
  operator: string,
): Promise<Contents & { readonly fingerprint: string }> {
  const snapshot = await appliedSnapshot(platform, region)
  const body = snapshot?.documents.jurisdictions.find(({ slug }) => slug === jurisdiction)
  if (snapshot === undefined || body === undefined) {
    throw refuse(`No jurisdiction "${jurisdiction}" of ${region} has been applied.`)
  }
  const secret = platform.secrets.get('SIGNING_KEY')
  if (secret === undefined) throw refuse('Set the secret SIGNING_KEY. The export is signed with it.')
  const key = exportKey(secret)
  await prepare(folder)
  const access = { kind: 'system', reason: 'export', operator } as const
  const db = openTenant(platform, access, region, jurisdiction)
  await db.commit([appendAuditAction(exported, {}, { actor: actorOf(access), at: platform.clock.now() })])
  // Otherwise rows that no seal covers yet could be mistaken for changes made in transit.
  await sealNow(platform, db)
  const tables = await writeTables(platform, db, folder)
  const { photos, missing } = await writePhotos(platform, db, folder)
  const documents: ArchiveFile[] = []
  for (const [path, text] of exportRegion(snapshot.documents)) {
    documents.push(await write(folder, `documents/${path}`, text))
  }
  const manifest = {
    region,
    jurisdiction,
    name: body.name,
    exportedAt: new Date(platform.clock.now()).toISOString(),
    configuration: { version: snapshot.version, sha256: snapshot.hash },
    schema: await schemaOf(db),
    missing,
    files: [...tables, ...photos, ...documents],
  }
  await writeFile(join(folder, MANIFEST), writeManifest(manifest, key), { mode: 0o600 })
  await rm(join(folder, UNFINISHED))
  return { ...manifest, fingerprint: fingerprintOf(publicKeyOf(key)) }
}

/** Throws `bad-request` for a folder with files that are not from an interrupted export. */
async function prepare(folder: string): Promise<void> {
  if (existsSync(join(folder, MANIFEST)))
    throw refuse(`${folder} already contains an export. Name another folder.`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const isEmpty = (await readdir(folder)).length === 0
  if (!isEmpty && !existsSync(join(folder, UNFINISHED)))
    throw refuse(`${folder} is not empty. Name another folder.`)
  await writeFile(join(folder, UNFINISHED), '', { mode: 0o600 })
  for (const name of FOLDERS) await rm(join(folder, name), { recursive: true, force: true })
}

/** Every table as of one moment: written again if something changed meanwhile. */
async function writeTables(platform: NodePlatform, db: TenantReader, folder: string): Promise<ArchiveFile[]> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const before = await moment(db)
    const files: ArchiveFile[] = []
    for (const table of await tablesOf(db)) {
      if (registry.exportedTables.includes(table.name))
        files.push(await writeTable(platform, db, table, folder))
    }
    if ((await moment(db)) === before) return files
  }
  throw refuse(
    'Its data changed during the export. Try again while nobody changes anything, or after it has left.',
  )
}

async function moment(db: TenantReader): Promise<string> {
  const [row] = await db.rows<Record<string, number | null>>(
    sql`SELECT (SELECT max(seq) FROM event) AS event, (SELECT max(seq) FROM message) AS message,
      (SELECT max(number) FROM seal) AS seal,
      (SELECT count(*) FROM inbox) AS inbox, (SELECT sum(version) FROM request) AS request, (SELECT sum(version) FROM handoff) AS handoff`,
  )
  return JSON.stringify(row)
}

async function writeTable(
  platform: NodePlatform,
  db: TenantReader,
  table: Table,
  folder: string,
): Promise<ArchiveFile> {
  const path = `tables/${table.name}.jsonl`
  let rows = 0
  async function* lines() {
    for await (const page of rowsOf(db, table)) {
      const exported = await Promise.all(
        page.filter(row => isKept(table, row)).map(row => asExported(platform, db, table, row)),
      )
      rows += exported.length
      if (exported.length > 0) yield exported.map(row => `${JSON.stringify(row)}\n`).join('')
    }
  }
  await mkdir(join(folder, 'tables'), { recursive: true, mode: 0o700 })
  await pipeline(lines, createWriteStream(join(folder, path), { mode: 0o600 }))
  return { ...(await described(folder, path)), rows }
}

/** Keys stay here: encrypted values become plain text, and hashes that need a key are dropped. */
async function asExported(platform: NodePlatform, db: TenantReader, { name }: Table, row: Row): Promise<Row> {
  const of = registry.encryptedTables.tenant.find(({ table }) => table === name)
  if (of === undefined) return name === 'api_key' ? { ...row, hash: '' } : row
  const plain = await decryptRow(platform, db, of, row)
  return of.hash === undefined ? plain : { ...plain, [of.hash.column]: null }
}

function isKept({ name }: Table, row: Row): boolean {
  return name !== 'consumer' || isCursor(row)
}

async function writePhotos(platform: NodePlatform, db: TenantReader, folder: string) {
  const files = openRegion(platform, { kind: 'system', reason: 'export' }, db.region)
  const photos: ArchiveFile[] = []
  const missing: string[] = []
  const written = new Set<string>()
  for await (const page of rowsOf(db, { name: 'media', columns: ['id'] })) {
    for (const id of page.map(row => String(row.id))) {
      // Data from earlier versions may have two requests with the same photo.
      if (written.has(id)) continue
      written.add(id)
      const photo = await readFile(platform, files, id)
      if (photo === null) missing.push(id)
      else photos.push(await write(folder, `media/${id}`, photo.bytes))
    }
  }
  return { photos, missing }
}

async function write(folder: string, path: string, content: string | Uint8Array): Promise<ArchiveFile> {
  await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 })
  await writeFile(join(folder, path), content, { mode: 0o600 })
  return described(folder, path)
}

async function described(folder: string, path: string): Promise<ArchiveFile> {
  const found = await fingerprint(join(folder, path))
  if (found === undefined) throw refuse(`${path} disappeared while it was written.`)
  return { path, ...found }
}

async function schemaOf(db: TenantReader): Promise<string> {
  const [row] = await db.rows<{ name: string }>(sql`SELECT max(name) AS name FROM migration`)
  return row?.name ?? ''
}
