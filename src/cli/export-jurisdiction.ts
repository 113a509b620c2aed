import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { sql } from 'drizzle-orm'
import { actorOf } from '../core/access.ts'
import { logAct } from '../core/acts.ts'
import { openTenant, type TenantReader } from '../core/db.ts'
import { type Row, rowsOf, type Table, tablesOf } from '../core/tables.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { exportRegion } from '../regions/export.ts'
import { photoKey } from '../requests/media.ts'
import { type ArchiveFile, fingerprint, MANIFEST, type Manifest, writeManifest } from './archive.ts'
import { refuse } from './command.ts'
import { appliedSnapshot } from './configuration.ts'

/** The one cursor that means nothing elsewhere: how far the region's index has read. */
const CURSOR_OF_INDEX = 'public-index'
const TRIES = 3

/**
 * Writes all that a jurisdiction keeps, its photos, and its region's documents, as files (S17). The manifest comes last:
 * an export that was stopped has none. That `operator` took it stands in the log, and so in the export. Throws `bad-request` when the log does not stand still.
 */
export async function exportJurisdiction(
  platform: NodePlatform,
  region: string,
  jurisdiction: string,
  folder: string,
  operator: string,
): Promise<Omit<Manifest, 'format' | 'version'>> {
  const snapshot = await appliedSnapshot(platform, region)
  const body = snapshot?.documents.jurisdictions.find(({ slug }) => slug === jurisdiction)
  if (snapshot === undefined || body === undefined) {
    throw refuse(`No jurisdiction "${jurisdiction}" of ${region} has been applied.`)
  }
  if (existsSync(join(folder, MANIFEST))) throw refuse(`${folder} holds an export already. Name another.`)
  const access = { kind: 'system', reason: 'export', operator } as const
  const db = openTenant(platform, access, region, jurisdiction)
  await db.commit([logAct(actorOf(access), platform.clock.now(), { type: 'exported' })])
  const tables = await writeTables(db, folder)
  const { photos, missing } = await writePhotos(platform, db, folder)
  const documents: ArchiveFile[] = []
  for (const [path, text] of exportRegion(snapshot.documents)) {
    documents.push(await written(folder, `documents/${path}`, text))
  }
  const said = {
    region,
    jurisdiction,
    name: body.name,
    exportedAt: new Date(platform.clock.now()).toISOString(),
    configuration: { version: snapshot.version, sha256: snapshot.hash },
    schema: await schemaOf(db),
    missing,
    files: [...tables, ...photos, ...documents],
  }
  await writeFile(join(folder, MANIFEST), writeManifest(said))
  return said
}

/** Every table as it was at one moment: written again where somebody changed something meanwhile. */
async function writeTables(db: TenantReader, folder: string): Promise<ArchiveFile[]> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const before = await moment(db)
    const files: ArchiveFile[] = []
    for (const table of await tablesOf(db)) files.push(await writeTable(db, table, folder))
    if ((await moment(db)) === before) return files
  }
  throw refuse('It is being worked on. Export it once it has left, or while nobody changes anything.')
}

/** What every change moves on. */
async function moment(db: TenantReader): Promise<string> {
  const [row] = await db.rows<Record<string, number | null>>(
    sql`SELECT (SELECT max(seq) FROM event) AS event, (SELECT max(seq) FROM message) AS message,
      (SELECT count(*) FROM inbox) AS inbox, (SELECT sum(version) FROM request) AS request, (SELECT sum(version) FROM handoff) AS handoff`,
  )
  return JSON.stringify(row)
}

async function writeTable(db: TenantReader, table: Table, folder: string): Promise<ArchiveFile> {
  const path = `tables/${table.name}.jsonl`
  let rows = 0
  async function* lines() {
    for await (const page of rowsOf(db, table)) {
      const kept = page.filter(row => isKept(table, row))
      rows += kept.length
      if (kept.length > 0) yield kept.map(row => `${JSON.stringify(row)}\n`).join('')
    }
  }
  await mkdir(join(folder, 'tables'), { recursive: true })
  await pipeline(lines, createWriteStream(join(folder, path)))
  return { ...(await described(folder, path)), rows }
}

function isKept({ name }: Table, row: Row): boolean {
  return name !== 'consumer' || row.name !== CURSOR_OF_INDEX
}

async function writePhotos(platform: NodePlatform, db: TenantReader, folder: string) {
  const photos: ArchiveFile[] = []
  const missing: string[] = []
  for await (const page of rowsOf(db, { name: 'media', columns: ['id'] })) {
    for (const { id } of page) {
      const photo = await platform.files.get(photoKey(db.region, String(id)))
      if (photo === null) missing.push(String(id))
      else photos.push(await written(folder, `media/${id}`, photo.bytes))
    }
  }
  return { photos, missing }
}

async function written(folder: string, path: string, content: string | Uint8Array): Promise<ArchiveFile> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), content)
  return described(folder, path)
}

async function described(folder: string, path: string): Promise<ArchiveFile> {
  const found = await fingerprint(join(folder, path))
  if (found === undefined) throw refuse(`${path} has gone while it was written.`)
  return { path, ...found }
}

async function schemaOf(db: TenantReader): Promise<string> {
  const [row] = await db.rows<{ name: string }>(sql`SELECT max(name) AS name FROM migration`)
  return row?.name ?? ''
}
