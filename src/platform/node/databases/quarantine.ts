import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// A damaged database is not opened by any process until an operator releases it. A file beside it records
// this, with the reason.

const ENDING = '.quarantine'

export interface Quarantined {
  readonly database: string
  readonly reason: string
  readonly since: string
}

export interface Quarantine {
  has(label: string): boolean
  put(label: string, reason: string): void
  release(label: string): boolean
  list(): Quarantined[]
}

export function quarantineIn(folder: string): Quarantine {
  const file = (label: string) => join(folder, label + ENDING)
  const read = (label: string): Quarantined => {
    const unknown = { database: label, reason: 'unknown', since: 'unknown' }
    try {
      const { reason, since } = JSON.parse(readFileSync(file(label), 'utf8')) as Partial<Quarantined>
      return { database: label, reason: reason ?? unknown.reason, since: since ?? unknown.since }
    } catch {
      return unknown
    }
  }
  // If the disk is full or read-only, at least this process knows.
  const unwritten = new Set<string>()
  return {
    has: label => existsSync(file(label)) || unwritten.has(label),
    put(label, reason) {
      if (existsSync(file(label))) return
      const part = `${file(label)}.part`
      const text = JSON.stringify({ reason, since: new Date().toISOString() })
      try {
        writeFileSync(part, text, { mode: 0o600, flush: true })
        renameSync(part, file(label))
      } catch {
        unwritten.add(label)
      }
    },
    release(label) {
      const wasThere = existsSync(file(label)) || unwritten.delete(label)
      rmSync(file(label), { force: true })
      return wasThere
    },
    list: () =>
      readdirSync(folder)
        .filter(name => name.endsWith(ENDING))
        .map(name => read(name.slice(0, -ENDING.length)))
        .sort((a, b) => (a.database < b.database ? -1 : 1)),
  }
}
