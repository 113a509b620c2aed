import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import type { DatabaseName } from '../../src/platform/platform.ts'
import { listDatabases } from '../../src/regions/versions/migrate.ts'
import { wrangler, wranglerArguments } from '../support/edge.ts'
import { freePort, type Sqld, type SqldOptions, sqldBinary, startSqld } from '../support/sqld.ts'
import { type Drill, NotHere, type Outcome, until } from './drill.ts'
import { nodeServer, type Running, serverProcess } from './process.ts'
import { outlast } from './trouble.ts'
import { makeWorld, type World } from './world.ts'

/*
 * The libSQL server is killed and comes back, or stalls and goes on, under the server on Node and in workerd;
 * with a replica, reads go on meanwhile.
 */

const runtimes = ['Node', 'edge'] as const
type Runtime = (typeof runtimes)[number]

/** Answered from the cache, whatever the databases do. */
const fromMemory = ['/', '/open311/v2/services.json']
/**
 * A read-only replica can answer these too. Not each case: one filed just before the primary ended may not have
 * reached the replica, and is 503 until the primary is back.
 */
const byReplica = [...fromMemory, '/reports', '/api/v1/requests']

export const drills: readonly Drill[] = runtimes.flatMap(runtime => [
  {
    name: `sqld killed and back (${runtime})`,
    isLong: runtime === 'edge',
    run: isShort => killed(runtime, isShort),
  },
  {
    name: `sqld stalled, and goes on (${runtime})`,
    isLong: runtime === 'edge',
    run: isShort => stalled(runtime, isShort),
  },
  {
    name: `primary killed and back, a replica reads (${runtime})`,
    isLong: true,
    run: isShort => primaryKilled(runtime, isShort),
  },
])

const often = (isShort: boolean) => ({ seconds: isShort ? 3 : 20, times: isShort ? 1 : 3 })

function killed(runtime: Runtime, isShort: boolean): Promise<Outcome> {
  return withSqld({}, sqld =>
    withRuntime(runtime, sqld, (world, server) =>
      outlast(world, server, { begin: sqld.kill, end: sqld.start, ...often(isShort), reads: fromMemory }),
    ),
  )
}

function stalled(runtime: Runtime, isShort: boolean): Promise<Outcome> {
  return withSqld({}, sqld =>
    withRuntime(runtime, sqld, (world, server) => {
      const { stall: begin, goOn: end } = sqld
      return outlast(world, server, { begin, end, seconds: isShort ? 12 : 30, reads: fromMemory })
    }),
  )
}

function primaryKilled(runtime: Runtime, isShort: boolean): Promise<Outcome> {
  return withSqld({ leads: true }, primary =>
    withSqld({ follows: primary.leadsUrl }, replica =>
      withRuntime(
        runtime,
        primary,
        async (world, server) => {
          await followAll(world, replica.url)
          const { kill: begin, start: end } = primary
          return outlast(world, server, { begin, end, ...often(isShort), reads: byReplica, afterJobs: true })
        },
        { DATABASE_REPLICA_URL: replica.url },
      ),
    ),
  )
}

const FOLLOWED_MILLISECONDS = 60_000

/** Waits until the replica has every database, as one that has run for some time does. */
async function followAll(world: World, replicaUrl: string): Promise<void> {
  const platform = nodePlatform({ dataDir: world.dataDir, remote: { url: replicaUrl }, log: () => {} })
  const knows = (name: DatabaseName) =>
    platform.databases
      .client(name)
      .execute('SELECT label FROM identity')
      .then(
        ({ rows }) => rows.length > 0,
        () => false,
      )
  const knowsAll = async () => {
    const names = await listDatabases(platform).catch(() => [])
    return names.length > 0 && (await Promise.all(names.map(knows))).every(Boolean)
  }
  try {
    if (!(await until(knowsAll, FOLLOWED_MILLISECONDS))) throw new Error('the replica does not follow')
  } finally {
    await platform.close()
  }
}

export async function withSqld<T>(options: SqldOptions, work: (sqld: Sqld) => Promise<T>): Promise<T> {
  if (sqldBinary() === undefined) throw new NotHere('the package of sqld does not support this system')
  const sqld = await startSqld(options)
  try {
    return await work(sqld)
  } finally {
    await sqld.stop()
  }
}

async function withRuntime<T>(
  runtime: Runtime,
  sqld: Sqld,
  work: (world: World, server: Running) => Promise<T>,
  settings: Readonly<Record<string, string>> = {},
): Promise<T> {
  const world = await makeWorld({ remote: { url: sqld.url, adminUrl: sqld.adminUrl } })
  const folder = mkdtempSync(join(tmpdir(), 'countyline-edge-'))
  try {
    const databases = { ...settings, DATABASE_URL: sqld.url }
    const server = await (runtime === 'Node'
      ? nodeServer({ ...world.env, ...databases })
      : edgeServer(world, databases, folder))
    try {
      return await work(world, server)
    } finally {
      await server.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    world.remove()
  }
}

async function edgeServer(
  world: World,
  settings: Readonly<Record<string, string>>,
  folder: string,
): Promise<Running> {
  const port = await freePort()
  const platform = world.open()
  const variables = {
    ...settings,
    SIGNING_KEY: platform.secrets.get('SIGNING_KEY') ?? '',
    MASTER_KEY: platform.secrets.get('MASTER_KEY') ?? '',
    RATE_LIMITS: 'off',
  }
  await platform.close()
  const args = wranglerArguments({ port, host: '127.0.0.1', folder, variables })
  const server = serverProcess(
    { command: wrangler, args, env: { WRANGLER_SEND_METRICS: 'false' }, counted: 'workerd' },
    `http://127.0.0.1:${port}`,
  )
  await server.start()
  return server
}
