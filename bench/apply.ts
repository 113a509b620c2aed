import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startSqld } from '../test/support/sqld.ts'
import { type Figure, figure } from './figure.ts'

const FEW = 35

/**
 * A region with every county of the United States is applied for the first time: time and memory, beside those
 * of 35 counties, whose time is multiplied.
 */
export async function bench(): Promise<readonly Figure[]> {
  const onFiles = await applyIn({})
  const fewOnFiles = await applyIn({ COUNTIES: String(FEW) })
  const [onSqld, fewOnSqld] = [await applyOnSqld({}), await applyOnSqld({ COUNTIES: String(FEW) })]
  const times = onFiles.databases / FEW
  return [
    figure(`apply ${onFiles.databases} counties: files`, 's', onFiles.seconds, times * fewOnFiles.seconds),
    figure('apply all counties: files, most memory', 'MB', onFiles.megabytes, fewOnFiles.megabytes),
    figure('apply all counties: files, most open at once', 'files', onFiles.openFiles, fewOnFiles.openFiles),
    figure('apply a changed configuration: files', 's', onFiles.again, times * fewOnFiles.again),
    figure('apply all counties: sqld', 's', onSqld.seconds, times * fewOnSqld.seconds),
    figure('apply all counties: sqld, most memory', 'MB', onSqld.megabytes, fewOnSqld.megabytes),
  ]
}

async function applyOnSqld(env: Readonly<Record<string, string>>): Promise<Applied> {
  const sqld = await startSqld()
  try {
    return await applyIn({ ...env, DATABASE_URL: sqld.url, DATABASE_ADMIN_URL: sqld.adminUrl })
  } finally {
    await sqld.stop()
  }
}

interface Applied {
  readonly databases: number
  readonly seconds: number
  readonly again: number
  readonly megabytes: number
  readonly openFiles: number
}

/** In a process of its own, whose memory nothing else has used. */
async function applyIn(env: Readonly<Record<string, string>>): Promise<Applied> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countyline-apply-'))
  const root = fileURLToPath(new URL('../', import.meta.url))
  try {
    const child = spawn(
      process.execPath,
      ['--import', './scripts/tsx-hook.ts', 'bench/servers/apply-counties.ts'],
      { cwd: root, env: { ...process.env, ...env, DATA_DIR: dataDir }, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let output = ''
    for await (const chunk of child.stdout) output += chunk
    return JSON.parse(output) as Applied
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}
