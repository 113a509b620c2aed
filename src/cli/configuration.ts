import { userInfo } from 'node:os'
import * as v from 'valibot'
import { asProblem } from '../core/problem.ts'
import { type NodePlatform, nodePlatform } from '../platform/node/platform.ts'
import { type Environment, readEnvironment } from '../platform/node/settings.ts'
import { readRegionFiles, regionsIn } from '../platform/node/tenants.ts'
import { storedSnapshot } from '../regions/apply.ts'
import { slug } from '../regions/document-values.ts'
import { type Fault, faultLine, isError } from '../regions/fault.ts'
import { type Loaded, loadRegion } from '../regions/load.ts'
import type { Snapshot } from '../regions/snapshot.ts'
import { refuse, type Terminal } from './command.ts'

export interface LoadedRegion extends Loaded {
  readonly region: string
}

/** Reads one region of TENANTS_DIR, or all of them. */
export async function loadRegions(
  terminal: Terminal,
  chosen: string | undefined,
): Promise<readonly LoadedRegion[]> {
  const { tenantsDir } = readEnvironment(terminal.env)
  const regions = chosen === undefined ? await regionsIn(tenantsDir) : [readSlug('--region', chosen)]
  if (regions.length === 0) throw refuse(`${tenantsDir} holds no region.`)
  const takenHosts = new Map<string, string>()
  const loaded: LoadedRegion[] = []
  for (const region of regions) {
    const read = loadRegion(region, await readRegionFiles(tenantsDir, region), takenHosts)
    for (const host of read.draft?.region.hosts ?? []) takenHosts.set(host.toLowerCase(), region)
    for (const host of Object.keys(read.draft?.region.jurisdictionHosts ?? {})) {
      takenHosts.set(host.toLowerCase(), region)
    }
    loaded.push({ region, ...read })
  }
  return loaded
}

/** A name that is also a folder: nothing that leads out of TENANTS_DIR. */
export function readSlug(option: string, given: string): string {
  if (v.is(slug, given)) return given
  throw refuse(`${option} "${given}": use a–z, 0–9 and single inner hyphens.`)
}

/** Lends the deployment's platform: its databases under DATA_DIR, or the server that the environment names. */
export async function withPlatform<T>(
  terminal: Terminal,
  work: (platform: NodePlatform, environment: Environment) => Promise<T>,
): Promise<T> {
  const environment = readEnvironment(terminal.env)
  const platform = nodePlatform({
    dataDir: environment.dataDir,
    remote: environment.remote,
    environment: terminal.env,
    publicUrl: environment.publicUrl,
    now: terminal.now,
    log: (level, event) => level === 'error' && terminal.err(`${event}\n`),
  })
  try {
    return await work(platform, environment)
  } finally {
    await platform.close()
  }
}

/** An option of whatever a person does to a jurisdiction's data: the logs name them. */
export const asOption = {
  type: 'string',
  value: 'NAME',
  help: 'Who you are, for the audit (default: the name you are logged in by)',
} as const

/** Who is at the command line. */
export function operatorOf(as: string | undefined): string {
  const name = as ?? loginName()
  if (/^[\w.@+-]{1,64}$/.test(name)) return name
  throw refuse(`--as "${name}": use letters, digits and . @ + - _, 64 at most.`)
}

function loginName(): string {
  try {
    return userInfo().username
  } catch {
    // A container's user may have no name.
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}

/** What is in force; undefined where nothing has been applied, or no database has been made, yet. */
export async function appliedSnapshot(platform: NodePlatform, region: string): Promise<Snapshot | undefined> {
  return orNothingYet(() => storedSnapshot(platform, region), undefined)
}

/** Answers `nothing` where the directory's file has never been made. */
export async function orNothingYet<T>(ask: () => Promise<T>, nothing: T): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const { cause } = asProblem(error)
    if (cause instanceof Error && 'code' in cause && cause.code === 'SQLITE_CANTOPEN') return nothing
    throw error
  }
}

/** Faults shown of one file; a GIS export can have the same one ten thousand times. */
const SHOWN = 20

export function verdict({ region, faults }: LoadedRegion): string[] {
  const files = [...new Set(faults.map(({ file }) => file))]
  const errors = faults.filter(isError).length
  const counts = `${count(errors, 'error')}, ${count(faults.length - errors, 'warning')}`
  return [
    ...files.flatMap(file =>
      shownOf(
        region,
        file,
        faults.filter(fault => fault.file === file),
      ),
    ),
    `${region}: ${errors > 0 ? 'refused' : 'valid'} (${counts})`,
  ]
}

function shownOf(region: string, file: string, faults: readonly Fault[]): string[] {
  const lines = faults.slice(0, SHOWN).map(fault => `${region}/${faultLine(fault)}`)
  return faults.length > SHOWN ? [...lines, `${region}/${file}: and ${faults.length - SHOWN} more`] : lines
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}
