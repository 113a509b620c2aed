import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type Sqld, startSqld } from './sqld.ts'

/**
 * What an earlier release wrote: the bundled county under load from every side, killed in the middle of it. Contains
 * what its clients were told is done.
 */
export interface EarlierData {
  readonly commit: string
  readonly secrets: { readonly MASTER_KEY: string; readonly SIGNING_KEY: string }
  /** Jurisdiction → its program's key. */
  readonly keys: Readonly<Record<string, string>>
  readonly ledger: {
    readonly reports: readonly { readonly id: string; readonly hasPhoto: boolean }[]
    readonly offers: readonly { readonly id: string; readonly sender: string }[]
    readonly answers: readonly { readonly id: string; readonly receiver: string }[]
    readonly changes: readonly {
      readonly request: string
      readonly jurisdiction: string
      readonly text: string
    }[]
  }
  /** Database → its SQLite file, in base64. */
  readonly databases: Readonly<Record<string, string>>
  /** Path below DATA_DIR → photo, in base64. */
  readonly files: Readonly<Record<string, string>>
}

const FIXTURE = new URL('../fixtures/written-by-329fb312.json.gz', import.meta.url)

export function earlierData(): EarlierData {
  return JSON.parse(gunzipSync(readFileSync(FIXTURE)).toString())
}

export function writeEarlierFolder({ databases, files }: EarlierData, dataDir: string): void {
  const folder = { ...files }
  for (const [label, content] of Object.entries(databases)) folder[join('databases', `${label}.db`)] = content
  for (const [path, content] of Object.entries(folder)) {
    mkdirSync(dirname(join(dataDir, path)), { recursive: true, mode: 0o700 })
    writeFileSync(join(dataDir, path), Buffer.from(content, 'base64'), { mode: 0o600 })
  }
}

/** A libSQL server that has the databases: their files replace those of empty namespaces. */
export async function startEarlierSqld({ databases }: EarlierData, folder: string): Promise<Sqld> {
  const sqld = await startSqld({ folder })
  for (const label of Object.keys(databases)) {
    await fetch(`${sqld.adminUrl}/v1/namespaces/${label}/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
  }
  await sqld.kill()
  for (const [label, content] of Object.entries(databases)) {
    const namespace = join(folder, 'dbs', label)
    rmSync(namespace, { recursive: true, force: true })
    mkdirSync(namespace, { recursive: true })
    writeFileSync(join(namespace, 'data'), Buffer.from(content, 'base64'))
    // Says that its log of changes has to be made anew from the file.
    writeFileSync(join(namespace, '.sentinel'), '')
  }
  await sqld.start()
  return sqld
}
