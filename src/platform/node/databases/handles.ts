import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { DatabaseClient } from '../../platform.ts'

// A process's open database files: limited in number, the least recently used closed first, and one opened
// per turn of the event loop, so that opening thousands blocks nobody.

export interface Handles {
  use<T>(label: string, work: (client: DatabaseClient) => Promise<T>): Promise<T>
  close(label: string): void
  /** Connections of one process share state about a file, so the old one must be collected first. */
  reopen(label: string): void
  closeAll(): Promise<void>
  readonly size: number
}

export interface HandleOptions {
  readonly max: number
  readonly open: (label: string) => DatabaseClient
  readonly onClose: (label: string) => void
}

interface Handle {
  readonly client: DatabaseClient
  users: number
}

const COLLECT_AFTER = 64
const COLLECT_EVERY_MILLISECONDS = 2_000

export function handles({ max, open, onClose }: HandleOptions): Handles {
  // Map order is order of use.
  const opened = new Map<string, Handle>()
  const opening = new Map<string, Promise<Handle>>()
  let turn: Promise<unknown> = Promise.resolve()
  let uncollected = 0
  let collectedAt = -Infinity

  const closeOne = async (label: string, { client }: Handle) => {
    opened.delete(label)
    // The file alone is then the whole database, to copy or move.
    await client.execute('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined)
    client.close()
    uncollected++
    if (uncollected < COLLECT_AFTER) return
    uncollected = 0
    collect()
  }

  const makeRoom = async (newest: Handle) => {
    if (opened.size <= max) return
    for (const [label, handle] of opened) {
      if (handle.users > 0 || handle === newest) continue
      onClose(label)
      return closeOne(label, handle)
    }
  }

  const openInTurn = (label: string): Promise<Handle> => {
    const made = turn
      .then(() => new Promise(setImmediate))
      .then(() => {
        const handle = { client: open(label), users: 0 }
        opened.set(label, handle)
        return handle
      })
      .finally(() => opening.delete(label))
    opening.set(label, made)
    turn = made.then(makeRoom).catch(() => undefined)
    return made
  }

  const close = (label: string) => {
    const handle = opened.get(label)
    if (handle === undefined) return
    opened.delete(label)
    handle.client.close()
  }

  return {
    get size() {
      return opened.size
    },
    async use(label, work) {
      const handle = opened.get(label) ?? (await (opening.get(label) ?? openInTurn(label)))
      handle.users++
      opened.delete(label)
      opened.set(label, handle)
      try {
        return await work(handle.client)
      } finally {
        handle.users--
      }
    },
    close,
    reopen(label) {
      close(label)
      if (performance.now() - collectedAt < COLLECT_EVERY_MILLISECONDS) return
      collectedAt = performance.now()
      collect()
    },
    async closeAll() {
      await Promise.allSettled(opening.values())
      for (const [label, handle] of opened) await closeOne(label, handle)
    },
  }
}

let collector: ((options: object) => unknown) | undefined

// Prepared statements keep their file and native memory, which the collector does not see, until they are
// collected.
export function collect(): void {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc')
    collector = runInNewContext('gc') as (options: object) => unknown
  }
  collector({ type: 'major', execution: 'async' })
}
