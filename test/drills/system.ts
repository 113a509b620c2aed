import { execFileSync } from 'node:child_process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { NotHere } from './drill.ts'

export function orNotHere(command: string, args: readonly string[], why: string): void {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
  } catch {
    throw new NotHere(why)
  }
}

/** A database file that this process has closed stays mapped, and in use, until its statements are collected. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
