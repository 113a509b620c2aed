import { fileURLToPath } from 'node:url'
import { readRegionFiles } from '../../src/platform/node/tenants.ts'
import { compileRegion, type Region } from '../../src/regions/compile.ts'
import { type Loaded, loadRegion } from '../../src/regions/load.ts'

/** The folder of the regions that come with the project. */
export const tenants = fileURLToPath(new URL('../../tenants', import.meta.url))

export async function loadTenant(region: string): Promise<Loaded> {
  return loadRegion(region, await readRegionFiles(tenants, region))
}

/** A bundled region, ready for questions. Throws with its faults if it has an error. */
export async function bundledRegion(region: string): Promise<Region> {
  const { documents, faults } = await loadTenant(region)
  if (!documents) throw new Error(JSON.stringify(faults, null, 2))
  return compileRegion({ region, version: 1, hash: 'bundled', documents })
}
