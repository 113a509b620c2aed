import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Client, InStatement } from '@libsql/client'
import { sql } from 'drizzle-orm'
import { openRegion, openTenant } from '../../src/core/database/handles.ts'
import { job } from '../../src/core/database/schema.ts'
import { timeoutKind } from '../../src/handoffs/automatic/pending.ts'
import { courierKind } from '../../src/handoffs/messages/messages.ts'
import { readMigrations } from '../../src/platform/node/databases/migrations.ts'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import { type DatabaseName, databaseLabel, type Platform } from '../../src/platform/platform.ts'
import type { RemoteSettings } from '../../src/platform/remote/databases.ts'
import type { Region } from '../../src/regions/runtime/compile.ts'
import { currentRegion } from '../../src/regions/runtime/current.ts'
import { applyRegion } from '../../src/regions/versions/apply.ts'
import { publishKind, syncOriginKind } from '../../src/requests/events.ts'
import { bundled, bundledDocuments } from '../support/app.ts'
import { Dice } from './random.ts'

/** The clock at the start of a schedule: noon of a working day. */
export const NOON = Date.parse('2026-08-12T16:00:00Z')

export interface Statement {
  readonly sql: string
  readonly args: readonly unknown[]
}

/** Work that may be interrupted: an agent's action, a delivery, a run of jobs. */
export interface Task {
  readonly name: string
  /** At its n-th write the process dies: before the write, or after it and before the response. */
  readonly dies: { readonly write: number; readonly before: boolean } | undefined
  /** Called for every committed write, before anything else goes on. */
  committed(database: DatabaseName, statements: readonly Statement[]): Promise<void>
  run(): Promise<void>
}

export type Ending =
  | { readonly ended: 'done' }
  | { readonly ended: 'failed'; readonly error: unknown }
  | { readonly ended: 'died' }

/** Changes a write on its way to the database, to test the test. */
export type Sabotage = (statements: readonly Statement[]) => readonly Statement[]

/** The real code on real databases, with every call under control. */
export interface World {
  readonly platform: Platform
  readonly region: Region
  /** The jurisdictions whose databases take part. */
  readonly slugs: readonly string[]
  readonly clock: { now: number }
  /** Warnings logged since it was last emptied. */
  readonly warnings: string[]
  /** Whether the effect of a message, by its sender and its own name, fails at its receiver. */
  poisons: (sender: string, message: string) => boolean
  /** Reads and writes rows directly, bypassing the fault injection. */
  read(database: DatabaseName, queries: readonly Statement[]): Promise<Record<string, unknown>[][]>
  /**
   * Runs the tasks. With several, each call waits until the dice release it, so that they interleave in every
   * order. `together`: in one process, so that if one dies all do.
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
 * Every schedule uses the same databases, each with a case of its own. They do not wait for the disk
 * (`synchronous = OFF`): a process that dies loses none of its writes. Only a power cut does that, which is for
 * the database to prove. All calls of a dead process fail, so nothing of it goes on. What is cached between
 * tasks (which databases are verified, the region's configuration) is no part of the protocol.
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
  await applyRegion(real, readMigrations(), bundled, await bundledDocuments(), { by: 'test' })

  /** One task may write to several databases at once; each write is reported before the next is made. */
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
    // The region's configuration is re-read in the background, as part of no task.
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
        const [first] = statements
        if (
          first !== undefined &&
          appliesMessage(first) &&
          world.poisons(String(first.args[0]), String(first.args[1]))
        )
          throw Object.assign(new Error('poisoned'), { code: 'SQLITE_ERROR' })
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
    notifyWorker: () => {},
    waitUntil: work => void work.catch(() => {}),
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

  // Everything else does not change: no job is enqueued for it, and those that were are removed.
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
  const world: World = {
    platform,
    region,
    slugs,
    clock,
    warnings,
    poisons: () => false,
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
  return world
}

export const SERVICE = 'pothole'
const SYSTEM = { kind: 'system', reason: 'test' } as const

const protocol: readonly unknown[] = [publishKind, syncOriginKind, courierKind, timeoutKind].map(
  ({ kind }) => kind,
)

/** Other jobs that follow the log or a grant are no part of custody, so they are not enqueued. */
function withoutOtherJobs(statement: Statement): Statement {
  const isOther = statement.sql.startsWith('INSERT INTO job') && !protocol.includes(statement.args[0])
  return isOther ? { sql: 'SELECT 1', args: [] } : statement
}

/** Not an operator's settlement: it has no effect that could fail. */
export function appliesMessage({ sql }: Statement): boolean {
  return sql.startsWith('INSERT INTO inbox') && !settlesMessage({ sql })
}

export function settlesMessage({ sql }: Pick<Statement, 'sql'>): boolean {
  return sql.startsWith('INSERT INTO inbox (sender, message, at, settled)')
}

function plain(given: InStatement): Statement {
  return typeof given === 'string'
    ? { sql: given, args: [] }
    : { sql: given.sql, args: (given.args ?? []) as unknown[] }
}

/**
 * Digests computed in another thread would finish at unpredictable times; a schedule must depend on its seed
 * alone.
 */
function makeDigestsSynchronous(): void {
  crypto.subtle.digest = async (_algorithm, data) => {
    const bytes = createHash('sha256')
      .update(new Uint8Array(data as ArrayBuffer))
      .digest()
    return new Uint8Array(bytes).buffer
  }
}
