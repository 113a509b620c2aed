import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePort } from '../support/sqld.ts'
import { pause } from './drill.ts'
import { commandOf, type MemoryMeter, memoryMeter, processTree } from './memory.ts'

export const root = fileURLToPath(new URL('../../', import.meta.url))
/** A server that needs longer than this does not start. */
const START_MILLISECONDS = 60_000
const LINES_KEPT = 10

/** A server in a process of its own, which can be killed and started again on the same port. */
export interface Running {
  readonly url: string
  /** Resolves when it reports that it is ready. Throws when it does not. */
  start(): Promise<void>
  pid(): number
  /** The process that serves requests: the one that was started, or its child. */
  servingPid(): number
  /** Ends the process that was started, and waits for that. */
  end(signal: NodeJS.Signals): Promise<number | null>
  isAlive(): boolean
  /** The signal that ended it, if one did. */
  endedBy(): NodeJS.Signals | null
  /** How often each event is in its log. */
  readonly logged: ReadonlyMap<string, number>
  /** The last lines that were not about requests. */
  lastLines(): string
  readonly memory: MemoryMeter
  close(): Promise<void>
}

interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The command name of the processes that are counted; by default all. */
  readonly counted?: string
}

export async function nodeServer(env: Readonly<Record<string, string>>, port?: number): Promise<Running> {
  const chosen = port ?? (await freePort())
  const program = {
    command: process.execPath,
    args: ['dist/supervisor.js'],
    env: { RATE_LIMITS: 'off', ...env, PORT: String(chosen) },
  }
  const server = serverProcess(program, `http://127.0.0.1:${chosen}`)
  await server.start()
  return server
}

export function serverProcess(program: Program, url: string): Running {
  let child: ChildProcess | undefined
  let ended: Promise<number | null> = Promise.resolve(null)
  const logged = new Map<string, number>()
  const lines: string[] = []
  const read = (text: string) => {
    for (const line of text.split('\n')) {
      const event = /"event":"([\w-]+)"/.exec(line)?.[1] ?? ''
      if (event !== '') logged.set(event, (logged.get(event) ?? 0) + 1)
      if (event === 'request' || line.trim() === '') continue
      lines.push(line.slice(0, 500))
      if (lines.length > LINES_KEPT) lines.shift()
    }
  }
  const tree = () => (child?.pid === undefined ? [] : processTree(child.pid))
  const counted = () =>
    program.counted === undefined ? tree() : tree().filter(pid => commandOf(pid) === program.counted)
  const memory = memoryMeter(counted)
  const killAll = () => {
    try {
      if (child?.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has already ended.
    }
  }
  process.once('exit', killAll)
  const isAlive = () => child?.exitCode === null && child.signalCode === null
  const end = async (signal: NodeJS.Signals) => {
    if (isAlive()) child?.kill(signal)
    return ended
  }
  return {
    url,
    logged,
    memory,
    isAlive,
    endedBy: () => child?.signalCode ?? null,
    end,
    lastLines: () => lines.join('\n'),
    pid: () => child?.pid ?? 0,
    // The first child; its own children come after it.
    servingPid: () => tree()[1] ?? child?.pid ?? 0,
    async start() {
      const started = spawn(program.command, program.args, {
        cwd: root,
        env: { ...process.env, ...program.env },
        // So that the whole group can be ended.
        detached: true,
      })
      child = started
      started.stdout.setEncoding('utf8').on('data', read)
      started.stderr.setEncoding('utf8').on('data', read)
      ended = new Promise(resolve => started.once('exit', code => resolve(code)))
      const giveUpAt = performance.now() + START_MILLISECONDS
      while (!(await answersOk(`${url}/readyz`))) {
        if (!isAlive()) throw new Error(`the server did not start:\n${lines.join('\n')}`)
        if (performance.now() > giveUpAt) throw new Error(`the server is not ready:\n${lines.join('\n')}`)
        await pause(50)
      }
    },
    async close() {
      memory.stop()
      killAll()
      process.off('exit', killAll)
      await ended
    },
  }
}

export function answersOk(url: string, patience = 2_000): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(patience) }).then(
    async answer => {
      await answer.arrayBuffer()
      return answer.ok
    },
    () => false,
  )
}
