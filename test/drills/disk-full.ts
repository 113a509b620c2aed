import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Drill, type Outcome, until } from './drill.ts'
import { collectGarbage, orNotHere } from './system.ts'
import { outlast, withServer } from './trouble.ts'

/* A disk that fills up, then has room again. */

export const drills: readonly Drill[] = [
  { name: 'no byte can be written, and again', run: noByteMore },
  { name: 'disk full, and room again', isLong: true, run: fullDisk },
]

/**
 * The system lets the server's process write to no file (RLIMIT_FSIZE): needs no privileges, and every write
 * fails.
 */
function noByteMore(isShort: boolean): Promise<Outcome> {
  return withServer({}, (world, server) => {
    const limitTo = (bytes: string) => {
      const args = ['--pid', String(server.servingPid()), `--fsize=${bytes}:`]
      orNotHere('prlimit', args, 'prlimit is not on this system')
    }
    const [begin, end] = [() => limitTo('0'), () => limitTo('unlimited')]
    return outlast(world, server, { begin, end, seconds: isShort ? 4 : 30 })
  })
}

const DISK = '64m'

/** A file system in memory that something else fills to the last byte. */
async function fullDisk(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'countyline-disk-'))
  try {
    const args = ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', folder]
    orNotHere('mount', args, 'mounting a small disk is not allowed')
    try {
      const filler = join(folder, 'filler')
      return await withServer({ folder }, (world, server) => {
        const [begin, end] = [() => fill(filler), () => rmSync(filler)]
        return outlast(world, server, { begin, end, seconds: 30 })
      })
    } finally {
      // The server's last process may still be ending.
      collectGarbage()
      if (!(await until(() => isUnmounted(folder), 10_000))) execFileSync('umount', ['--lazy', folder])
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function isUnmounted(folder: string): boolean {
  try {
    execFileSync('umount', [folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function fill(file: string): void {
  const target = openSync(file, 'w')
  try {
    for (let size = 1 << 20; size >= 1; size = size >> 1) {
      for (let isRoom = true; isRoom; ) isRoom = takes(target, size)
    }
  } finally {
    closeSync(target)
  }
}

function takes(target: number, size: number): boolean {
  try {
    return writeSync(target, new Uint8Array(size)) === size
  } catch {
    return false
  }
}
