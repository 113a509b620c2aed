import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { slug } from '../regions/document-values.ts'
import { refuse } from './command.ts'

/* A jurisdiction's data as files; docs/leaving.md describes them. */

export const MANIFEST = 'manifest.json'
const FORMAT = 'countyline-jurisdiction'
const VERSION = 1

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const file = v.strictObject({
  path: v.pipe(v.string(), v.regex(/^(?:[a-z0-9_-]+\/)+[\w-]+(?:\.[a-z]+)?$/i)),
  bytes: count,
  sha256: hash,
  /** Of a table: its lines. */
  rows: v.optional(count),
})
const manifest = v.strictObject({
  format: v.literal(FORMAT),
  version: v.literal(VERSION),
  region: slug,
  jurisdiction: slug,
  name: v.string(),
  exportedAt: v.pipe(v.string(), v.isoTimestamp()),
  /** The version of the configuration whose documents are in `documents/`. */
  configuration: v.strictObject({ version: count, sha256: hash }),
  /** The newest migration that the tables have. */
  schema: v.string(),
  /** Photos that the log names and whose files were gone. */
  missing: v.array(v.string()),
  files: v.array(file),
})

export type ArchiveFile = v.InferOutput<typeof file>
export type Manifest = v.InferOutput<typeof manifest>

/** With a hash of the whole, so that a changed line of it shows. */
export function writeManifest(said: Omit<Manifest, 'format' | 'version'>): string {
  const whole = { format: FORMAT, version: VERSION, ...said } as const
  return `${JSON.stringify({ ...whole, sha256: hashText(JSON.stringify(whole)) }, null, 2)}\n`
}

/**
 * Reads an export's manifest and checks every file that it names. Throws `bad-request` for what is no export, is not
 * whole, or has been changed since; nothing has been touched then.
 */
export async function readArchive(folder: string): Promise<{ manifest: Manifest; sha256: string }> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => {
    throw refuse(`${join(folder, MANIFEST)} cannot be read. Only a whole export has one.`)
  })
  const { sha256, ...said } = parse(text)
  const read = v.safeParse(manifest, said)
  if (!read.success) {
    const fault = read.issues[0]
    throw refuse(`${MANIFEST} is not understood: ${v.getDotPath(fault) ?? 'it'}: ${fault.message}.`)
  }
  if (sha256 !== hashText(JSON.stringify(said)))
    throw refuse(`${MANIFEST} has been changed since the export.`)
  for (const expected of read.output.files) {
    const found = await fingerprint(join(folder, expected.path))
    if (found === undefined) throw refuse(`${expected.path} is missing from the export.`)
    if (found.sha256 !== expected.sha256 || found.bytes !== expected.bytes) {
      throw refuse(`${expected.path} has been changed since the export.`)
    }
  }
  return { manifest: read.output, sha256: hashText(text) }
}

function parse(text: string): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(text)
    if (typeof read === 'object' && read !== null) return { ...read }
  } catch {
    // Said below.
  }
  throw refuse(`${MANIFEST} is no JSON object.`)
}

/** Undefined where there is no such file. */
export async function fingerprint(path: string): Promise<{ bytes: number; sha256: string } | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || !found.isFile()) return undefined
  const digest = createHash('sha256')
  for await (const chunk of createReadStream(path)) digest.update(chunk as Uint8Array)
  return { bytes: found.size, sha256: digest.digest('hex') }
}

function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
