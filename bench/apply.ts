import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startSqld } from '../test/support/sqld.ts'
import { type Figure, figure } from './figure.ts'

const FEW = 35

/**
 * A region with every county of the United States is applied for the first time, and then with a change: time,
 * processor time (on a server's machine with that of the server) and memory, beside those of 35 counties, whose
 * times are multiplied.
 */
export async function bench(): Promise<readonly Figure[]> {
  const onFiles = await applyIn({})
  const fewOnFiles = await applyIn({ COUNTIES: String(FEW) })
  const [onSqld, fewOnSqld] = [await applyOnSqld({}), await applyOnSqld({ COUNTIES: String(FEW) })]
  return [
    ...figures('files', onFiles, fewOnFiles),
    figure(
      `plan a moved boundary among ${onFiles.databases} counties`,
      's',
      onFiles.plan,
      (onFiles.databases / FEW) * fewOnFiles.plan,
    ),
    figure('apply all counties: files, most open at once', 'files', onFiles.openFiles, fewOnFiles.openFiles),
    ...figures('sqld', onSqld, fewOnSqld),
  ]
}

function figures(where: string, all: Applied, few: Applied): Figure[] {
  const times = all.databases / FEW
  return [
    figure(`apply ${all.databases} counties: ${where}`, 's', all.seconds, times * few.seconds),
    figure(`apply a changed configuration: ${where}`, 's', all.again, times * few.again),
    figure(`both: ${where}, processor time`, 's', all.processor, times * few.processor),
    figure(`both: ${where}, most memory`, 'MB', all.megabytes, few.megabytes),
  ]
}

async function applyOnSqld(env: Readonly<Record<string, string>>): Promise<Applied> {
  const sqld = await startSqld()
  try {
    const applied = await applyIn({ ...env, DATABASE_URL: sqld.url, DATABASE_ADMIN_URL: sqld.adminUrl })
    return { ...applied, processor: applied.processor + processorSeconds(sqld.pid()) }
  } finally {
    await sqld.stop()
  }
}

const TICKS_A_SECOND = 100

/** With that of threads that have ended. Zero where there is no /proc. */
function processorSeconds(pid: number | undefined): number {
  if (process.platform !== 'linux') return 0
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system] = fields.split(' ').slice(11, 13)
  return (Number(user) + Number(system)) / TICKS_A_SECOND
}

interface Applied {
  readonly databases: number
  readonly seconds: number
  readonly again: number
  readonly processor: number
  readonly plan: number
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
