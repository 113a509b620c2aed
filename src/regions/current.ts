import { desc, eq } from 'drizzle-orm'
import { openDirectory, openRegion } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import { compileRegion, type Region } from './compile.ts'
import { configuration } from './region-schema.ts'
import { host, region } from './schema.ts'
import type { Documents } from './snapshot.ts'

/**
 * What a process keeps in memory of the configuration: the hosts of the directory and each region's newest version.
 * A request costs no read for it; it is looked at again in the background, and kept when the database is away (S16).
 */
const FRESH_MILLISECONDS = 2_000

interface Kept<T> {
  readonly value: T
  checkedAt: number
}

interface Memory {
  hosts: Kept<Hosts> | undefined
  readonly regions: Map<string, Kept<Region>>
  /** The version before, as somebody last asked for it. */
  readonly earlier: Map<string, Region>
}

export interface Hosts {
  readonly regions: ReadonlySet<string>
  /** Host name → where it leads; `*` answers for the rest. */
  readonly hosts: ReadonlyMap<string, { readonly region: string; readonly jurisdiction: string | null }>
}

const memories = new WeakMap<Platform, Memory>()

function memoryOf(platform: Platform): Memory {
  const known = memories.get(platform) ?? { hosts: undefined, regions: new Map(), earlier: new Map() }
  memories.set(platform, known)
  return known
}

/** Which regions there are and which hosts lead where. Throws `database-away` only when it was never read. */
export async function currentHosts(platform: Platform): Promise<Hosts> {
  const memory = memoryOf(platform)
  const now = platform.clock.now()
  if (memory.hosts === undefined) {
    memory.hosts = { value: await readHosts(platform), checkedAt: now }
  } else if (isStale(memory.hosts, now)) {
    refresh(platform, memory.hosts, async () => {
      memory.hosts = { value: await readHosts(platform), checkedAt: platform.clock.now() }
    })
  }
  return memory.hosts.value
}

/** A region's newest version, compiled. Throws `not-found` for a region that is not in the directory. */
export async function currentRegion(platform: Platform, slug: string): Promise<Region> {
  const { regions } = memoryOf(platform)
  const now = platform.clock.now()
  const kept = regions.get(slug)
  if (kept === undefined) {
    const { regions: listed } = await currentHosts(platform)
    if (!listed.has(slug)) throw problem('not-found')
    const value = await readRegion(platform, slug, undefined)
    if (value === undefined) throw problem('not-found')
    regions.set(slug, { value, checkedAt: now })
    return value
  }
  if (isStale(kept, now)) {
    refresh(platform, kept, async () => {
      const newer = await readRegion(platform, slug, kept.value)
      if (newer !== undefined) regions.set(slug, { value: newer, checkedAt: platform.clock.now() })
    })
  }
  return kept.value
}

/** A region's newest version, asked for now: for work that a version just applied has caused. */
export async function newestRegion(platform: Platform, slug: string): Promise<Region> {
  const kept = await currentRegion(platform, slug)
  const newer = await readRegion(platform, slug, kept)
  if (newer === undefined) return kept
  memoryOf(platform).regions.set(slug, { value: newer, checkedAt: platform.clock.now() })
  return newer
}

/** A version that was in force before; undefined where it is not kept, as in a deployment that was imported. */
export async function regionAt(
  platform: Platform,
  slug: string,
  version: number,
): Promise<Region | undefined> {
  const { earlier } = memoryOf(platform)
  const known = earlier.get(slug)
  if (known?.snapshot.version === version) return known
  const db = openRegion(platform, { kind: 'system', reason: 'configuration' }, slug)
  const [row] = await db.select().from(configuration).where(eq(configuration.version, version))
  if (row === undefined) return undefined
  const found = compileRow(slug, row)
  earlier.set(slug, found)
  return found
}

/** Forgets what is kept, so that the next request reads the configuration just applied. */
export function forgetConfiguration(platform: Platform): void {
  memories.delete(platform)
}

function isStale(kept: Kept<unknown>, now: number): boolean {
  return now - kept.checkedAt > FRESH_MILLISECONDS
}

function refresh(platform: Platform, kept: Kept<unknown>, read: () => Promise<void>): void {
  kept.checkedAt = platform.clock.now()
  platform.later(read().catch(() => platform.log('warn', 'configuration-kept', {})))
}

async function readHosts(platform: Platform): Promise<Hosts> {
  const directory = openDirectory(platform)
  const [regions, hosts] = await directory.together([
    directory.select({ slug: region.slug }).from(region),
    directory.select().from(host),
  ])
  return { regions: new Set(regions.map(row => row.slug)), hosts: new Map(hosts.map(row => [row.host, row])) }
}

/** The newest version, unless it is the one already known. */
async function readRegion(
  platform: Platform,
  slug: string,
  known: Region | undefined,
): Promise<Region | undefined> {
  const db = openRegion(platform, { kind: 'system', reason: 'configuration' }, slug)
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
  return compileRow(slug, row)
}

function compileRow(slug: string, row: typeof configuration.$inferSelect): Region {
  const documents = JSON.parse(row.documents) as Documents
  const { version, hash, appliedAt } = row
  return compileRegion({ region: slug, version, hash, appliedAt, documents })
}
