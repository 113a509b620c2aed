import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readRegionFiles } from '../../src/platform/node/tenants.ts'
import { type Loaded, loadRegion, type RegionFiles } from '../../src/regions/documents/load.ts'
import { compileRegion, type Region } from '../../src/regions/runtime/compile.ts'

export const tenants = fileURLToPath(new URL('../../tenants', import.meta.url))

export async function loadTenant(region: string): Promise<Loaded> {
  return loadRegion(region, await readRegionFiles(tenants, region))
}

/** A bundled region, compiled. Throws with its issues if it has an error. */
export async function bundledRegion(region: string): Promise<Region> {
  const { documents, issues } = await loadTenant(region)
  if (!documents) throw new Error(JSON.stringify(issues, null, 2))
  return compileRegion({ region, version: 1, hash: 'bundled', documents })
}

export function writeFilesTo(folder: string, files: RegionFiles): void {
  for (const [path, text] of files) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
