import { desc, eq } from 'drizzle-orm'
import { Cache } from '../../core/cache.ts'
import { openRegion, openToServe } from '../../core/database/handles.ts'
import { shortSha256 } from '../../core/encryption/digest.ts'
import { type Problem, problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { host, region } from '../directory-schema.ts'
import { hashJson } from '../documents/hash.ts'
import { configuration, snapshotOf } from '../region-schema.ts'
import { compileRegion, type Region } from './compile.ts'
import { type Keeping, keep, keptRegion, readKept, unlessUnavailable } from './kept.ts'

// Caches the directory's hosts and each region's newest version. Requests cost no read: the cache is
// refreshed in the background, and kept while the database is unavailable (S16).
const policy = { fresh: 2_000, event: 'configuration-stale' }
// None while there is no region: where another process makes the first one, it is there at the next request.
const hostsCache = new Cache<Hosts>({ ...policy, keeps: ({ regions }) => regions.size > 0 })
const regions = new Cache<Region>(policy)
const earlier = new Cache<Region>(policy)

export interface Hosts {
  /** Kept from earlier: the database was away when they were asked for. */
  readonly isKept?: boolean
  readonly regions: ReadonlySet<string>
  /** `*` matches all other host names. */
  readonly hosts: ReadonlyMap<string, { readonly region: string; readonly jurisdiction: string | null }>
}

/** Throws `database-unavailable` only if it was never read. */
export function currentHosts(platform: Platform): Promise<Hosts> {
  return hostsCache.get(platform, '', known => {
    const read = async () => {
      const rows = await readHosts(platform)
      const hosts = hostsOf(rows)
      if (known === undefined || !isSame(known, hosts)) keep(platform, HOSTS, rows, keptHosts)
      return hosts
    }
    if (known !== undefined) return read()
    return unlessUnavailable(read, async unavailable => ({
      ...hostsOf(await readKept(platform, HOSTS, keptHosts, unavailable)),
      isKept: true,
    }))
  })
}

/** Throws `not-found` for a region that is not in the directory. */
export function currentRegion(platform: Platform, slug: string): Promise<Region> {
  return regions.get(platform, slug, async known => {
    if (known !== undefined) return (await readRegion(platform, slug, known)) ?? known
    const { regions: listed, isKept } = await currentHosts(platform)
    if (!listed.has(slug)) throw problem('not-found')
    const read = async () => {
      const newest = await readRegion(platform, slug, undefined)
      if (newest === undefined) throw problem('not-found')
      return newest
    }
    const readEarlier = async (unavailable: Problem) => {
      const snapshot = await readKept(platform, keptName(slug), keptRegion, unavailable)
      // Another request may have reached the database meanwhile.
      return regions.peek(platform, slug)?.value ?? compileRegion(snapshot)
    }
    // The wait for the database is over: it was away a moment ago.
    if (isKept) return readEarlier(problem('database-unavailable')).catch(read)
    return unlessUnavailable(read, readEarlier)
  })
}

/** Reads the newest version now, for work that a new version caused. */
export async function newestRegion(platform: Platform, slug: string): Promise<Region> {
  const known = await currentRegion(platform, slug)
  const newer = await readRegion(platform, slug, known)
  return newer === undefined ? known : regions.set(platform, slug, newer)
}

/** An earlier version; undefined where it is not stored, as in an imported deployment. */
export async function regionAt(
  platform: Platform,
  slug: string,
  version: number,
): Promise<Region | undefined> {
  const known = earlier.peek(platform, slug)?.value
  if (known?.snapshot.version === version) return known
  const db = openRegion(platform, { kind: 'system', reason: 'configuration' }, slug)
  const [row] = await db.select().from(configuration).where(eq(configuration.version, version))
  return row && earlier.set(platform, slug, compileRegion(snapshotOf(slug, row)))
}

/** Clears the cache, so that the next request reads the configuration just applied. */
export function forgetConfiguration(platform: Platform): void {
  for (const cache of [hostsCache, regions, earlier]) cache.clear(platform)
}

// A request to a Worker may make only so many of its own.
const MAX_LOOKED_UP = 50

/** What a new process would find if the databases were away now: regions, and those of them that are missing. */
export async function keptNow(
  platform: Platform,
): Promise<{ readonly regions: number; readonly missing: readonly string[] }> {
  const { kept } = platform
  const { regions } = await currentHosts(platform)
  const asked = [...regions].slice(0, MAX_LOOKED_UP)
  const names = [HOSTS, ...asked.map(keptName)]
  const labels = await Promise.all(names.map(name => kept?.labelOf(name)))
  const missing = asked.filter((_, index) => labels[0] === undefined || labels[index + 1] === undefined)
  return { regions: asked.length, missing }
}

const HOSTS = 'hosts'
const keptName = (region: string) => `region/${region}`

interface HostRows {
  readonly regions: readonly string[]
  readonly hosts: readonly (typeof host.$inferSelect)[]
}

const keptHosts: Keeping<HostRows> = { hash: hashJson, label: rows => shortSha256(JSON.stringify(rows)) }

async function readHosts(platform: Platform): Promise<HostRows> {
  const directory = openToServe(platform, { kind: 'directory' })
  const [regions, hosts] = await directory.together([
    directory.select({ slug: region.slug }).from(region),
    directory.select().from(host),
  ])
  return { regions: regions.map(row => row.slug), hosts }
}

function hostsOf({ regions, hosts }: HostRows): Hosts {
  return { regions: new Set(regions), hosts: new Map(hosts.map(row => [row.host, row])) }
}

function isSame(one: Hosts, other: Hosts): boolean {
  const text = ({ regions, hosts }: Hosts) => JSON.stringify([[...regions], [...hosts.values()]])
  return text(one) === text(other)
}

async function readRegion(
  platform: Platform,
  slug: string,
  known: Region | undefined,
): Promise<Region | undefined> {
  const db = openToServe(platform, { kind: 'region', region: slug })
  if (known !== undefined) {
    const [newest] = await db
      .select({ version: configuration.version })
      .from(configuration)
      .orderBy(desc(configuration.version))
      .limit(1)
    if (newest === undefined || newest.version === known.snapshot.version) return undefined
  }
  const [row] = await db.select().from(configuration).orderBy(desc(configuration.version)).limit(1)
  if (row === undefined) return undefined
  // Concurrent callers each read the row, but only one compiles it.
  const compiled = regions.peek(platform, slug)?.value
  if (compiled?.snapshot.hash === row.hash && compiled.snapshot.version === row.version) return compiled
  const snapshot = snapshotOf(slug, row)
  keep(platform, keptName(slug), snapshot, keptRegion)
  return compileRegion(snapshot)
}
