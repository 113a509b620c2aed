import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

// The native library can crash the process; libSQL does for text that is not UTF-8. Each server records in a
// file which database it called last, so that after a crash it is known which to suspect.

const PREFIX = 'last-used-'
const BYTES = 192

export interface LastUsed {
  /** Before a call of this database. Costs a write without sync where the database changes. */
  called(label: string): void
  close(): void
}

/** If the disk is full or read-only, nothing is recorded; the databases stay readable. */
export function keepLastUsed(folder: string): LastUsed {
  const file = join(folder, PREFIX + process.pid)
  const opened = ifWritable(() => openSync(file, 'w', 0o600))
  if (opened === undefined) return { called: () => {}, close: () => {} }
  const bytes = Buffer.alloc(BYTES)
  let last = ''
  let isOpen = true
  return {
    called(label) {
      if (label === last || !isOpen) return
      last = label
      bytes.fill(' ')
      bytes.write(label)
      ifWritable(() => writeSync(opened, bytes, 0, BYTES, 0))
    },
    close() {
      if (!isOpen) return
      isOpen = false
      closeSync(opened)
      ifWritable(() => rmSync(file, { force: true }))
    },
  }
}

function ifWritable<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/** Undefined when the process ended in good order, or never called a database. */
export function lastUsedBy(folder: string, pid: number): string | undefined {
  try {
    return readFileSync(join(folder, PREFIX + pid), 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}

/** The databases that crashed processes were calling. Removes the records. */
export function takeSuspects(folder: string): string[] {
  const suspects = new Set<string>()
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN
    // In a container, the previous process may have had the same id.
    if (Number.isNaN(pid) || (pid !== process.pid && isAlive(pid))) continue
    const label = lastUsedBy(folder, pid)
    if (label !== undefined) suspects.add(label)
    ifWritable(() => rmSync(join(folder, name), { force: true }))
  }
  return [...suspects]
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
