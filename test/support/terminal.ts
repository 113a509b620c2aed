import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { main } from '../../src/cli/main.ts'
import type { RegionFiles } from '../../src/regions/documents/load.ts'
import { writeFilesTo } from './tenants.ts'

export interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
  /** The output of a command run with `--json`. */
  readonly json: unknown
}

export interface Deployment {
  readonly tenantsDir: string
  readonly dataDir: string
  write(region: string, files: RegionFiles): void
  /** Runs `countyline` as the command line does. */
  countyline(...argv: string[]): Promise<Answer>
}

/** An empty deployment in temporary folders, removed after the test. Its clock stands at `now`. */
export function deployment(
  now = Date.parse('2026-06-01T12:00:00-04:00'),
  environment: Readonly<Record<string, string>> = {},
): Deployment {
  const root = mkdtempSync(join(tmpdir(), 'countyline-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const [tenantsDir, dataDir] = [join(root, 'tenants'), join(root, 'data')]
  mkdirSync(tenantsDir)
  return {
    tenantsDir,
    dataDir,
    write: (region, files) => writeFilesTo(join(tenantsDir, region), files),
    async countyline(...argv) {
      let [out, err] = ['', '']
      const code = await main(argv, {
        env: { TENANTS_DIR: tenantsDir, DATA_DIR: dataDir, ...environment },
        out: text => {
          out += text
        },
        err: text => {
          err += text
        },
        now: () => now,
      })
      return { code, out, err, json: argv.includes('--json') ? JSON.parse(out) : undefined }
    },
  }
}
