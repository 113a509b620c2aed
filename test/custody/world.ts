import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Client, InStatement } from '@libsql/client'
import { sql } from 'drizzle-orm'
import { openRegion, openTenant } from '../../src/core/db.ts'
import { job } from '../../src/core/schema.ts'
import { COURIER } from '../../src/handoffs/messages.ts'
import { TIMEOUT } from '../../src/handoffs/offers.ts'
import { readMigrations } from '../../src/platform/node/migrations.ts'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import { type DatabaseName, databaseLabel, type Platform } from '../../src/platform/platform.ts'
import type { RemoteSettings } from '../../src/platform/remote.ts'
import { applyRegion } from '../../src/regions/apply.ts'
import type { Region } from '../../src/regions/compile.ts'
import { currentRegion } from '../../src/regions/current.ts'
import { PUBLISH, TELL_ORIGIN } from '../../src/requests/events.ts'
import { bundled, bundledDocuments } from '../support/app.ts'
import { Dice } from './random.ts'

/** Where the clock stands when a schedule begins: noon of a working day. */
export const NOON = Date.parse('2026-08-12T16:00:00Z')

export interface Statement {
  readonly sql: string
  readonly args: readonly unknown[]
}

/** Work that may be interrupted: an agent's act, a delivery, a run of jobs. */
export interface Task {
  readonly name: string
  /** At its n-th write the process dies: before the write, or after it and before anyone hears of it. */
  readonly dies: { readonly write: number; readonly before: boolean } | undefined
  /** Hears of every write that was committed, before anything else goes on. */
  committed(database: DatabaseName, statements: readonly Statement[]): Promise<void>
  run(): Promise<void>
}

export type Ending =
  | { readonly ended: 'done' }
  | { readonly ended: 'failed'; readonly error: unknown }
  | { readonly ended: 'died' }

/** What happens to a write on its way to the database, for a test of the test. */
export type Sabotage = (statements: readonly Statement[]) => readonly Statement[]

/** The real thing on real databases, with a hand on every call. */
export interface World {
  readonly platform: Platform
  readonly region: Region
  /** Whose databases take part. */
  readonly slugs: readonly string[]
  readonly clock: { now: number }
  /** What was logged as going wrong since it was last emptied. */
  readonly warnings: string[]
  /** Rows by hand, past the fault injection. */
  read(database: DatabaseName, queries: readonly Statement[]): Promise<Record<string, unknown>[][]>
  /**
   * Runs the tasks. Of several, each call waits until the dice let it through, so that they meet in every order.
   * `together`: in one process, so that if one dies all do.
   */
  run(tasks: readonly Task[], dice: Dice, together: boolean): Promise<Ending[]>
  close(): Promise<void>
}

interface Running {
  readonly task: Task
  readonly isInterleaved: boolean
  readonly process: { isDead: boolean }
  writes: number
}

/**
 * The databases are used by every schedule in turn, each with a case of its own, and do not wait for the disk
 * (`synchronous = OFF`): a process that dies loses nothing of what it wrote, only a power cut does, and that is the
 * database's to prove. A dead process's calls all fail, so nothing of it goes on. What is kept in memory between tasks
 * (which databases are verified, the region's configuration) is no part of the protocol.
 */
export async function openWorld(
  options: { remote?: RemoteSettings; sabotage?: Sabotage } = {},
): Promise<World> {
  const sabotage: Sabotage = options.sabotage ?? (statements => statements)
  const dataDir = mkdtempSync(join(tmpdir(), 'countyline-custody-'))
  const clock = { now: NOON }
  const warnings: string[] = []
  const running = new AsyncLocalStorage<Running>()
  let dice = new Dice(0)
  let held: (() => void)[] = []
  let inFlight = 0
  let writing: Promise<unknown> = Promise.resolve()

  const real = nodePlatform({
    dataDir,
    remote: options.remote,
    now: () => clock.now,
    log: (level, event, fields) => {
      if (level !== 'info') warnings.push(`${event} ${JSON.stringify(fields)}`)
    },
  })
  makeDigestsSynchronous()
  await applyRegion(real, readMigrations(), bundled, await bundledDocuments(), 'test')

  /** One task may write to several databases at once; each write is heard of before the next is made. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = writing.then(work)
    writing = turn.catch(() => {})
    return turn
  }

  const call = async <T>(
    name: DatabaseName,
    write: readonly Statement[] | undefined,
    run: () => Promise<T>,
  ): Promise<T> => {
    const own = running.getStore()
    if (own === undefined) return run()
    // The region's configuration is looked at again in the background, at no step of anybody's.
    if (own.isInterleaved && name.kind === 'tenant') await new Promise<void>(go => held.push(go))
    const { task, process } = own
    const isFatal = write !== undefined && ++own.writes === task.dies?.write
    if (isFatal && task.dies?.before) process.isDead = true
    if (process.isDead) throw new Error('the process is dead')
    inFlight++
    try {
      const result =
        write === undefined
          ? await run()
          : await inTurn(async () => {
              const made = await run()
              await running.exit(() => task.committed(name, write))
              return made
            })
      if (isFatal) process.isDead = true
      if (process.isDead) throw new Error('the process is dead')
      return result
    } finally {
      inFlight--
    }
  }

  const clients = new Map<string, Client>()
  const tampered = (name: DatabaseName): Client => {
    const label = databaseLabel(name)
    const known = clients.get(label)
    if (known !== undefined) return known
    const client = real.databases.client(name)
    const made = {
      execute: (given: InStatement) => {
        const statement = plain(given)
        const isWrite = !/^\s*select/i.test(statement.sql)
        return call(name, isWrite ? [statement] : undefined, () => client.execute(given))
      },
      batch: (given: InStatement[], mode?: 'read' | 'write') => {
        if (mode !== 'write') return call(name, undefined, () => client.batch(given, mode))
        const statements = given.map(plain).map(withoutOtherJobs)
        const changed = sabotage(statements) as InStatement[]
        return call(name, statements, () => client.batch(changed, mode))
      },
    } as Client
    clients.set(label, made)
    return made
  }
  const platform: Platform = {
    ...real,
    random: { bytes: length => dice.bytes(length) },
    databases: { ...real.databases, client: tampered },
    wake: () => {},
    later: work => void work.catch(() => {}),
  }
  const region = await currentRegion(platform, bundled)
  const slugs = region.documents.jurisdictions
    .map(({ slug }) => slug)
    .filter(slug => region.servicesOffered(slug).some(({ code }) => code === SERVICE))
    .slice(0, 4)
  if (options.remote === undefined) {
    const names = slugs.map(slug => ({ kind: 'tenant', region: bundled, slug }) as const)
    for (const name of [...names, { kind: 'region', region: bundled } as const])
      await real.databases.client(name).execute('PRAGMA synchronous = OFF')
  }

  // What is no part of the protocol stands still: nothing rings for it, and what has rung is taken out.
  for (const slug of slugs) {
    const db = openTenant(platform, SYSTEM, bundled, slug)
    await db.commit([
      sql`DROP TRIGGER event_sealed_soon`,
      sql`DROP TRIGGER seen_sealed_soon`,
      sql`DELETE FROM ${job}`,
    ])
  }
  await openRegion(platform, SYSTEM, bundled).rows(sql`SELECT 1`)

  const standStill = async () => {
    do await setImmediate()
    while (inFlight > 0)
  }
  return {
    platform,
    region,
    slugs,
    clock,
    warnings,
    async read(name, queries) {
      const client = real.databases.client(name)
      const found: Record<string, unknown>[][] = []
      for (const query of queries)
        found.push((await client.execute(query as InStatement)).rows as unknown as Record<string, unknown>[])
      return found
    },
    async run(tasks, thrown, together) {
      dice = thrown
      const shared = { isDead: false }
      const isInterleaved = tasks.length > 1
      let left = tasks.length
      const endings = tasks.map(async (task): Promise<Ending> => {
        const process = together ? shared : { isDead: false }
        const own: Running = { task, isInterleaved, process, writes: 0 }
        try {
          await running.run(own, () => task.run())
          return { ended: process.isDead ? 'died' : 'done' }
        } catch (error) {
          return process.isDead ? { ended: 'died' } : { ended: 'failed', error }
        } finally {
          left--
        }
      })
      if (isInterleaved) {
        while (left > 0 || held.length > 0) {
          await standStill()
          if (held.length === 0) continue
          const chosen = thrown.pick(held)
          held = held.filter(go => go !== chosen)
          chosen()
        }
      }
      return Promise.all(endings)
    },
    async close() {
      await real.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export const SERVICE = 'pothole'
const SYSTEM = { kind: 'system', reason: 'test' } as const

const protocol: readonly unknown[] = [PUBLISH, TELL_ORIGIN, COURIER, TIMEOUT]

/** What else follows the log or a grant is no part of custody: its jobs are not asked for. */
function withoutOtherJobs(statement: Statement): Statement {
  const isOther = statement.sql.startsWith('INSERT INTO job') && !protocol.includes(statement.args[0])
  return isOther ? { sql: 'SELECT 1', args: [] } : statement
}

function plain(given: InStatement): Statement {
  return typeof given === 'string'
    ? { sql: given, args: [] }
    : { sql: given.sql, args: (given.args ?? []) as unknown[] }
}

/** Digests that another thread works out would come at their own time; a schedule depends on its seed alone. */
function makeDigestsSynchronous(): void {
  crypto.subtle.digest = async (_algorithm, data) => {
    const bytes = createHash('sha256')
      .update(new Uint8Array(data as ArrayBuffer))
      .digest()
    return new Uint8Array(bytes).buffer
  }
}
