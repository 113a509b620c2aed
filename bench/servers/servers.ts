import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import autocannon, { type Options, type Result } from 'autocannon'

export interface BenchServer {
  readonly url: string
  readonly said: Record<string, unknown>
  memory(): Promise<number>
  /** Milliseconds: the longest time without an answer since the start, once its jobs are done. */
  longestStall(): Promise<number>
  stop(): Promise<void>
}

/** Starts `bench/servers/<name>.ts` in a process of its own, so that the load does not share its core. */
export async function startBenchServer(name: string, ...args: string[]): Promise<BenchServer> {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', './scripts/tsx-hook.ts', `bench/servers/${name}.ts`, ...args],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  const message = () =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      child.once('message', said => resolve(said as Record<string, unknown>))
      child.once('exit', code => reject(new Error(`the ${name} server ended with ${code}`)))
    })
  const said = await message()
  return {
    url: `http://127.0.0.1:${said.port}`,
    said,
    async memory() {
      child.send('memory')
      return Number((await message()).memory)
    },
    async longestStall() {
      child.send('stall')
      return Number((await message()).stall)
    },
    stop: () =>
      new Promise(resolve => {
        child.removeAllListeners('exit')
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
  }
}

const SECONDS = 6
const ROUNDS = 3

/**
 * Loads two servers in turn, so that both see the same state of the machine, and returns each one's median run.
 * Throws when either responds with anything but success.
 */
export async function race(one: Options, other: Options): Promise<[Result, Result]> {
  const results: [Result[], Result[]] = [[], []]
  await load({ ...one, duration: 2 })
  await load({ ...other, duration: 2 })
  for (let round = 0; round < ROUNDS; round++) {
    results[0].push(await load(one))
    results[1].push(await load(other))
  }
  return [median(results[0]), median(results[1])]
}

async function load(options: Options): Promise<Result> {
  const result = await autocannon({ connections: 32, duration: SECONDS, ...options })
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${options.url}: ${result.non2xx} answers were no success, ${result.errors} failed`)
  }
  return result
}

function median(results: Result[]): Result {
  const sorted = results.toSorted((a, b) => a.requests.average - b.requests.average)
  return sorted[Math.floor(sorted.length / 2)] as Result
}
