import { createHash, type KeyObject } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { lstat, open, readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import * as v from 'valibot'
import { slug } from '../../regions/documents/schemas/values.ts'
import { refuse } from '../command.ts'
import { fingerprintOf, isSignedBy, publicKeyOf, signText } from './signature.ts'

/* A jurisdiction's data as files; docs/leaving.md describes the format. */

export const MANIFEST = 'manifest.json'
const FORMAT = 'countyline-jurisdiction'
const VERSION = 2
const MAX_MANIFEST_BYTES = 256 * 1024 * 1024

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const base64 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{1,200}={0,2}$/))
/** No dots in folder names, so that no path leads out of the export's folder. */
const path = v.pipe(
  v.string(),
  v.regex(/^(?:tables\/[a-z_]+\.jsonl|media\/[\w-]{1,64}|documents\/(?:[a-z0-9-]+\/)*[a-z0-9_-]+\.[a-z]+)$/),
)
const file = v.strictObject({
  path,
  bytes: count,
  sha256: hash,
  rows: v.optional(count),
})
const manifest = v.strictObject({
  format: v.literal(FORMAT),
  version: v.literal(VERSION),
  region: slug,
  jurisdiction: slug,
  name: v.string(),
  exportedAt: v.pipe(v.string(), v.isoTimestamp()),
  configuration: v.strictObject({ version: count, sha256: hash }),
  schema: v.string(),
  /** Photos that the log names but whose files were gone. */
  missing: v.array(v.string()),
  files: v.pipe(
    v.array(file),
    v.check(files => new Set(files.map(({ path }) => path)).size === files.length, 'lists a file twice'),
  ),
  publicKey: base64,
})
const signed = v.strictObject({ ...manifest.entries, signature: base64 })

export type ArchiveFile = v.InferOutput<typeof file>
export type Manifest = v.InferOutput<typeof manifest>
export type Contents = Omit<Manifest, 'format' | 'version' | 'publicKey'>

export function writeManifest(contents: Contents, key: KeyObject): string {
  const whole = { format: FORMAT, version: VERSION, ...contents, publicKey: publicKeyOf(key) } as const
  return `${JSON.stringify({ ...whole, signature: signText(key, JSON.stringify(whole)) }, null, 2)}\n`
}

/** Verifies the signature and every file before anything is written. Throws `bad-request`. */
export async function readArchive(
  folder: string,
  trusted: string,
): Promise<{ manifest: Manifest; sha256: string }> {
  const text = await readManifest(folder)
  const found = parse(text)
  if (found.format === FORMAT && found.version === 1)
    throw refuse(
      'It was exported by an earlier version that did not sign exports. Export it again with this version.',
    )
  const read = v.safeParse(signed, found)
  if (!read.success) {
    const issue = read.issues[0]
    throw refuse(`${MANIFEST} is not valid: ${v.getDotPath(issue) ?? 'document'}: ${issue.message}.`)
  }
  const { publicKey } = read.output
  const { signature, ...whole } = found
  if (!isSignedBy(publicKey, read.output.signature, JSON.stringify(whole)))
    throw refuse(`${MANIFEST} has been changed since the export: its signature is not valid.`)
  if (fingerprintOf(publicKey) !== trusted)
    throw refuse(
      'It is signed by a different deployment than the fingerprint you gave. Ask the person who exported it for their fingerprint.',
    )
  const { signature: _, ...contents } = read.output
  await refuseOthers(folder, contents)
  for (const expected of contents.files) {
    const is = await fingerprint(join(folder, expected.path))
    if (is === undefined) throw refuse(`${expected.path} is missing from the export.`)
    if (is.sha256 !== expected.sha256 || is.bytes !== expected.bytes)
      throw refuse(`${expected.path} has been changed since the export.`)
  }
  return { manifest: contents, sha256: createHash('sha256').update(text).digest('hex') }
}

async function readManifest(folder: string): Promise<string> {
  const path = join(folder, MANIFEST)
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined || !found.isFile())
    throw refuse(`${path} cannot be read. An export that was not finished has none.`)
  if (found.size > MAX_MANIFEST_BYTES) throw refuse(`${MANIFEST} is too large.`)
  return readFile(path, 'utf8')
}

/** Only files named in the manifest are allowed, and no links: a link could lead anywhere. */
async function refuseOthers(folder: string, { files }: Pick<Manifest, 'files'>): Promise<void> {
  const named = new Set([MANIFEST, ...files.map(({ path }) => path)])
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')
    if (entry.isDirectory()) continue
    if (!entry.isFile()) throw refuse(`${path} is a link or a special file, not a regular file.`)
    if (!named.has(path)) throw refuse(`${path} is not listed in ${MANIFEST}.`)
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(text)
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return { ...read }
  } catch {
    // Reported below.
  }
  throw refuse(`${MANIFEST} is not a JSON object.`)
}

/** Undefined where there is no regular file; links are not followed. */
export async function fingerprint(path: string): Promise<{ bytes: number; sha256: string } | undefined> {
  const opened = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined)
  if (opened === undefined) return undefined
  try {
    const found = await opened.stat()
    if (!found.isFile()) return undefined
    const digest = createHash('sha256')
    let bytes = 0
    for await (const chunk of opened.createReadStream({ autoClose: false })) {
      digest.update(chunk as Uint8Array)
      bytes += (chunk as Uint8Array).length
    }
    return { bytes, sha256: digest.digest('hex') }
  } finally {
    await opened.close()
  }
}

/** Longer than any row that an export writes. */
const MAX_LINE_BYTES = 4 * 1024 * 1024

/** The lines of a file, in bounded memory. Throws `bad-request` for a line that is too long or not UTF-8. */
export async function* linesOf(folder: string, path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest: Buffer = Buffer.alloc(0)
  const decode = (bytes: Uint8Array) => {
    try {
      return decoder.decode(bytes)
    } catch {
      throw refuse(`${path} is not UTF-8 text.`)
    }
  }
  for await (const chunk of createReadStream(join(folder, path))) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      if (end > MAX_LINE_BYTES) throw refuse(`${path} has a line that is too long.`)
      yield decode(rest.subarray(0, end))
      rest = rest.subarray(end + 1)
    }
    if (rest.length > MAX_LINE_BYTES) throw refuse(`${path} has a line that is too long.`)
  }
  if (rest.length > 0) yield decode(rest)
}
