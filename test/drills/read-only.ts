import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Drill } from './drill.ts'
import { collectGarbage, orNotHere } from './system.ts'
import { outlast, withServer } from './trouble.ts'

/**
 * Nothing in the folder can be changed or created, as in a file system that the system has set to read-only
 * after an error. `chattr +i` also applies to open files and to root.
 */
export const drills: readonly Drill[] = [
  {
    name: 'folder read-only, and writable again',
    run: isShort =>
      withServer({}, async (world, server) => {
        tryElsewhere()
        const set = (flag: '+i' | '-i') =>
          void execFileSync('chattr', ['-R', flag, world.dataDir], { stdio: 'ignore' })
        collectGarbage()
        try {
          const [begin, end] = [() => set('+i'), () => set('-i')]
          return await outlast(world, server, { begin, end, seconds: isShort ? 8 : 30 })
        } finally {
          set('-i')
        }
      }),
  },
]

/** Throws `NotHere` where this user may not do it. Tried in another folder, because the server has its own open. */
function tryElsewhere(): void {
  const folder = mkdtempSync(join(tmpdir(), 'countyline-immutable-'))
  try {
    const why = 'it needs root, and a file system that knows chattr +i'
    for (const flag of ['+i', '-i']) orNotHere('chattr', [flag, folder], why)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
