import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { SchemaMismatch } from '../core/database/clients.ts'
import { asProblem } from '../core/problem.ts'
import { cleanLine, isLongerThan, MAX_LINE } from '../core/text.ts'
import { hasAddresses } from '../places/index/exists.ts'
import { type NodePlatform, nodePlatform } from '../platform/node/platform.ts'
import { type Environment, readEnvironment } from '../platform/node/settings.ts'
import { readRegionFiles, regionsIn } from '../platform/node/tenants.ts'
import { noDeadlines } from '../platform/platform.ts'
import { type DocumentIssue, formatIssue, isError } from '../regions/documents/issue.ts'
import { type Loaded, loadRegion } from '../regions/documents/load.ts'
import { slug } from '../regions/documents/schemas/values.ts'
import type { Snapshot } from '../regions/documents/snapshot.ts'
import { storedSnapshot } from '../regions/versions/apply.ts'
import { refuse, type Terminal } from './command.ts'

export interface LoadedRegion extends Loaded {
  readonly region: string
}

/** Without a platform, as for a deployment that has no databases yet. */
export async function loadRegions(
  terminal: Terminal,
  chosen: string | undefined,
  platform?: NodePlatform,
): Promise<readonly LoadedRegion[]> {
  const { tenantsDir } = readEnvironment(terminal.env)
  const regions = chosen === undefined ? await regionsIn(tenantsDir) : [readSlug('--region', chosen)]
  if (regions.length === 0) throw refuse(`${tenantsDir} has no regions.`)
  const takenHosts = new Map<string, string>()
  const loaded: LoadedRegion[] = []
  for (const region of regions) {
    const use = { at: terminal.now(), hasPlaces: await hasPlaces(platform, region) }
    const read = loadRegion(region, await readRegionFiles(tenantsDir, region), takenHosts, use)
    for (const host of read.draft?.region.hosts ?? []) takenHosts.set(host.toLowerCase(), region)
    for (const host of Object.keys(read.draft?.region.jurisdictionHosts ?? {})) {
      takenHosts.set(host.toLowerCase(), region)
    }
    loaded.push({ region, ...read })
  }
  return loaded
}

// Documents are checked also while their databases do not answer.
async function hasPlaces(platform: NodePlatform | undefined, region: string): Promise<boolean> {
  if (platform === undefined) return false
  try {
    return await orNothingYet(() => hasAddresses(platform, region), false)
  } catch (error) {
    if (asProblem(error).slug !== 'database-unavailable') throw error
    return false
  }
}

/** Whether this deployment has databases: to look at them creates none. */
export function hasDatabases({ env }: Terminal): boolean {
  const { remote, dataDir } = readEnvironment(env)
  return remote !== undefined || existsSync(join(dataDir, 'databases'))
}

/** The name is also a folder: it must not lead out of TENANTS_DIR. */
export function readSlug(option: string, given: string): string {
  if (v.is(slug, given)) return given
  throw refuse(`${option} "${given}": use a–z, 0–9 and single hyphens inside.`)
}

export async function withPlatform<T>(
  terminal: Terminal,
  work: (platform: NodePlatform, environment: Environment) => Promise<T>,
): Promise<T> {
  const environment = readEnvironment(terminal.env)
  const platform = nodePlatform({
    dataDir: environment.dataDir,
    remote: environment.remote && { ...environment.remote, deadlines: noDeadlines },
    environment: terminal.env,
    // With a database server, this may be any machine: a secret made here would be the wrong one.
    mayMakeSecrets: environment.remote === undefined,
    s3: environment.s3,
    photoBucket: environment.photoBucket,
    publicUrl: environment.publicUrl,
    anchors: environment.anchors,
    now: terminal.now,
    log: (level, event) => level === 'error' && terminal.err(`${event}\n`),
  })
  try {
    return await work(platform, environment)
  } finally {
    await platform.close()
  }
}

/** For commands that write links. Throws `bad-request`, before anything is changed. */
export function requireAddress({ env }: Terminal): void {
  if (env.DATABASE_URL && !env.PUBLIC_URL)
    throw refuse('Set PUBLIC_URL to the address of the deployment: the link begins with it.')
}

export const asOption = {
  type: 'string',
  value: 'NAME',
  help: 'Your name for the audit log (default: your login name)',
} as const

export const whyOption = {
  type: 'string',
  value: 'TEXT',
  help: 'What the change is for, for the list of versions',
} as const

export function readWhy(written: string | undefined): string | undefined {
  const why = written === undefined ? undefined : cleanLine(written)
  if (why !== undefined && isLongerThan(why, MAX_LINE))
    throw refuse(`--why: use up to ${MAX_LINE} characters.`)
  return why || undefined
}

export function operatorOf(as: string | undefined): string {
  const name = as ?? loginName()
  if (/^[\w.@+-]{1,64}$/.test(name)) return name
  throw refuse(`--as "${name}": use up to 64 letters, digits and . @ + - _`)
}

function loginName(): string {
  try {
    return userInfo().username
  } catch {
    // A container's user may have no name.
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}

/** The snapshot in force; undefined where nothing has been applied or no database exists yet. */
export async function appliedSnapshot(platform: NodePlatform, region: string): Promise<Snapshot | undefined> {
  return orNothingYet(() => storedSnapshot(platform, region), undefined)
}

/** Returns `nothing` where the region directory's database file does not exist yet. */
export async function orNothingYet<T>(ask: () => Promise<T>, nothing: T): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const { cause } = asProblem(error)
    // Created, and not yet filled.
    if (cause instanceof SchemaMismatch) return nothing
    if (cause instanceof Error && 'code' in cause && cause.code === 'SQLITE_CANTOPEN') return nothing
    throw error
  }
}

/** Issues shown per file: a GIS export can repeat the same one ten thousand times. */
const SHOWN = 20

export function validationResult({ region, issues }: LoadedRegion): string[] {
  const files = [...new Set(issues.map(({ file }) => file))]
  const errors = issues.filter(isError).length
  const counts = `${count(errors, 'error')}, ${count(issues.length - errors, 'warning')}`
  return [
    ...files.flatMap(file =>
      shownOf(
        region,
        file,
        issues.filter(issue => issue.file === file),
      ),
    ),
    `${region}: ${errors > 0 ? 'refused' : 'valid'} (${counts})`,
  ]
}

function shownOf(region: string, file: string, issues: readonly DocumentIssue[]): string[] {
  const lines = issues.slice(0, SHOWN).map(issue => `${region}/${formatIssue(issue)}`)
  return issues.length > SHOWN ? [...lines, `${region}/${file}: and ${issues.length - SHOWN} more`] : lines
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}
