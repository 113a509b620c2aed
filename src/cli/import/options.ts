import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { readEnvironment } from '../../platform/node/settings.ts'
import { readRegionFiles } from '../../platform/node/tenants.ts'
import type { RegionFiles } from '../../regions/documents/load.ts'
import { refuse, type Terminal } from '../command.ts'
import { readSlug } from '../configuration.ts'

/** The folder of a region, which may not exist yet, and its files. */
export async function regionFolder(
  terminal: Terminal,
  region: string,
): Promise<{ root: string; present: RegionFiles }> {
  const { tenantsDir } = readEnvironment(terminal.env)
  const root = join(tenantsDir, readSlug('--region', region))
  const present: RegionFiles = existsSync(root) ? await readRegionFiles(tenantsDir, region) : new Map()
  return { root, present }
}

export function readSnap(written: string | undefined): number | undefined {
  if (written === undefined) return undefined
  const meters = Number(written)
  if (meters > 0 && meters <= 50) return meters
  throw refuse(`--snap "${written}" must be a distance of up to 50 meters, such as 5.`)
}

export function readWith<T extends v.GenericSchema>(
  schema: T,
  given: unknown,
  option: string,
): v.InferOutput<T> {
  const read = v.safeParse(schema, given)
  if (read.success) return read.output
  throw refuse(`${option} ${JSON.stringify(given)}: ${read.issues[0].message}.`)
}

/** `property=value` */
export function pair(written: string): [string, string] {
  const equals = written.indexOf('=')
  if (equals < 1) throw refuse(`--only "${written}" must be property=value.`)
  return [written.slice(0, equals), written.slice(equals + 1)]
}
