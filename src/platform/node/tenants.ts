import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { problem } from '../../core/problem.ts'

type RegionFiles = ReadonlyMap<string, string>

export async function regionsIn(tenantsDirectory: string): Promise<string[]> {
  const entries = await reading(tenantsDirectory, path => readdir(path, { withFileTypes: true }))
  return entries
    .filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(entry => entry.name)
    .sort()
}

export async function readRegionFiles(tenantsDirectory: string, region: string): Promise<RegionFiles> {
  const root = join(tenantsDirectory, region)
  const entries = await reading(root, path => readdir(path, { withFileTypes: true, recursive: true }))
  const files = entries
    .filter(entry => entry.isFile())
    .map(entry => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(path => !path.split('/').some(part => part.startsWith('.')))
  return new Map(await Promise.all(files.map(async path => [path, await readAny(join(root, path))] as const)))
}

// Bytes that are not UTF-8 become U+FFFD, so that the document's reader can say where; pictures do no harm.
async function readAny(path: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path))
}

export async function readBytes(path: string): Promise<Uint8Array> {
  return reading(path, file => readFile(file))
}

export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw problem('bad-request', { detail: `${path} is not UTF-8 text.` })
  }
}

export async function writeFiles(root: string, files: RegionFiles): Promise<void> {
  for (const [path, text] of files) {
    const file = join(root, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(`${file}.part`, text)
    await rename(`${file}.part`, file)
  }
}

export async function removeFiles(root: string, files: readonly string[]): Promise<void> {
  for (const path of files) {
    const file = join(root, path)
    await rm(file, { force: true })
    await rmdir(dirname(file)).catch(() => {})
  }
}

export async function reading<T>(path: string, read: (path: string) => Promise<T>): Promise<T> {
  try {
    return await read(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'does not exist',
      EISDIR: 'is a folder, not a file',
    }
    const reason = reasons[code ?? ''] ?? `cannot be read (${code})`
    throw problem('bad-request', { detail: `${path} ${reason}.`, cause })
  }
}
