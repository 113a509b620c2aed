import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface Sqld {
  readonly url: string
  readonly adminUrl: string
  /** As if the power went: no time to finish anything. */
  kill(): Promise<void>
  /** Starts again on the same data and ports. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Where the server's binary is, or undefined on a system that its package does not support. */
export function sqldBinary(): string | undefined {
  try {
    const require = createRequire(import.meta.url)
    return join(dirname(require.resolve(`@sqld/${process.platform}-${process.arch}/package.json`)), 'sqld')
  } catch {
    return undefined
  }
}

/** A real libSQL server, with a namespace for each tenant, on free ports and (unless given) a new folder. */
export async function startSqld(options: { folder?: string; port?: number } = {}): Promise<Sqld> {
  const binary = sqldBinary()
  if (binary === undefined) throw new Error('sqld is not installed for this system')
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'countyline-sqld-'))
  const port = options.port ?? (await freePort())
  const adminPort = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  const start = async () => {
    child = spawn(
      binary,
      [
        '--db-path',
        folder,
        '--http-listen-addr',
        `127.0.0.1:${port}`,
        '--admin-listen-addr',
        `127.0.0.1:${adminPort}`,
        '--enable-namespaces',
        '--no-welcome',
      ],
      { stdio: 'ignore' },
    )
    for (let tries = 0; tries < 100; tries++) {
      if (
        await fetch(`${url}/health`).then(
          answer => answer.ok,
          () => false,
        )
      )
        return
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    throw new Error('sqld did not start')
  }
  const end = async (signal: NodeJS.Signals) => {
    const ended = new Promise(resolve => child?.once('exit', resolve))
    if (child?.exitCode === null && child.kill(signal)) await ended
  }
  await start()
  return {
    url,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    start,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGKILL')
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
