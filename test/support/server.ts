import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePort } from './sqld.ts'

export interface Server {
  readonly url: string
  readonly process: ChildProcess
  output(): string
  /** Ends it with this signal; returns how many milliseconds that took, and the exit code. */
  end(signal: NodeJS.Signals): Promise<{ milliseconds: number; code: number | null }>
}

const onOwnMachine = ['--import', './test/support/own-machine.ts']
const fromSources = ['--import', './scripts/tsx-hook.ts', 'src/node.ts']

/** The real server in a process of its own, from the sources or this bundle of them. Resolves when it is ready. */
export async function startServer(
  env: Readonly<Record<string, string>>,
  port?: number,
  program: readonly string[] = fromSources,
): Promise<Server> {
  const chosen = port ?? (await freePort())
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const child = spawn(process.execPath, [...onOwnMachine, ...program], {
    cwd: root,
    // Tests send more requests than the limits allow.
    env: { ...process.env, RATE_LIMITS: 'off', ...env, PORT: String(chosen) },
  })
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  child.stderr.on('data', chunk => {
    output += chunk
  })
  const ended = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
  const url = `http://127.0.0.1:${chosen}`
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server did not start:\n${output}`)
    if (
      await fetch(`${url}/readyz`).then(
        answer => answer.ok,
        () => false,
      )
    )
      break
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return {
    url,
    process: child,
    output: () => output,
    async end(signal) {
      const startedAt = performance.now()
      child.kill(signal)
      const code = await ended
      return { milliseconds: performance.now() - startedAt, code }
    },
  }
}
