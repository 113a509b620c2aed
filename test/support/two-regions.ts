import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lakeEdited } from './lake.ts'
import { writeFilesTo } from './tenants.ts'

export interface TwoRegions {
  readonly env: { readonly DATA_DIR: string; readonly TENANTS_DIR: string }
  file(label: string): string
  remove(): void
}

/** Folders for a server with two small regions, `north` and `south`, to which nothing has been applied yet. */
export function twoRegions(): TwoRegions {
  const folder = mkdtempSync(join(tmpdir(), 'countyline-two-'))
  const env = { DATA_DIR: join(folder, 'data'), TENANTS_DIR: join(folder, 'tenants') }
  for (const region of ['north', 'south']) {
    mkdirSync(join(env.TENANTS_DIR, region), { recursive: true })
    writeFilesTo(
      join(env.TENANTS_DIR, region),
      lakeEdited('region.yaml', 'lake.example', `${region}.example`),
    )
  }
  return {
    env,
    file: label => join(env.DATA_DIR, 'databases', `${label}.db`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
