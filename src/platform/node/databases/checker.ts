import { type ChildProcess, fork } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CheckAnswer, CheckRequest } from './check-process.ts'

/** Checks files one at a time, in a process that ends when idle. */
export interface Checker {
  check(request: CheckRequest): Promise<CheckAnswer>
  close(): void
}

const IDLE_MILLISECONDS = 5_000
// The process was stopped, or (`SIGBUS`) a mapped file could not be written, on a read-only file system.
const NO_DAMAGE: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGKILL', 'SIGBUS']

export function checker(): Checker {
  const program = fileURLToPath(new URL(`./check-process${extname(import.meta.url)}`, import.meta.url))
  let child: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()

  const start = (): ChildProcess => {
    const started = fork(program, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    started.unref()
    if (started.pid !== undefined) setPriority(started.pid, constants.priority.PRIORITY_BELOW_NORMAL)
    return started
  }

  const stop = () => {
    clearTimeout(idle)
    child?.kill()
    child = undefined
  }

  const ask = (request: CheckRequest) =>
    new Promise<CheckAnswer>(resolve => {
      clearTimeout(idle)
      const running = child ?? start()
      child = running
      // Keeps the parent process alive only while it awaits the answer.
      running.channel?.ref()
      const settle = (answer: CheckAnswer) => {
        running.removeAllListeners()
        running.channel?.unref()
        idle = setTimeout(stop, IDLE_MILLISECONDS)
        idle.unref()
        resolve(answer)
      }
      running.once('message', answer => settle(answer as CheckAnswer))
      running.once('error', error => {
        child = undefined
        settle({ failure: error.message })
      })
      running.once('exit', (code, signal) => {
        child = undefined
        const isCrash = signal !== null && !NO_DAMAGE.includes(signal)
        settle(
          isCrash ? { damage: `reading it ends the process (${signal})` } : { failure: `ended with ${code}` },
        )
      })
      running.send(request, error => error !== null && settle({ failure: error.message }))
    })

  return {
    check(request) {
      const answer = last.then(() => ask(request))
      last = answer
      return answer
    },
    close: stop,
  }
}
