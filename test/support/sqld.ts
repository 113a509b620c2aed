import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface Sqld {
  readonly url: string
  readonly adminUrl: string
  pid(): number | undefined
  /** Like a power cut: no time to finish anything. */
  kill(): Promise<void>
  /** Starts again on the same data and ports. */
  start(): Promise<void>
  /** Keeps its connections but responds to nothing until `goOn`. */
  stall(): void
  goOn(): void
  /** Where a replica follows it, if it was started with `leads`. */
  readonly leadsUrl: string
  stop(): Promise<void>
}

/** Path of the server's binary; undefined on a system that its package does not support. */
export function sqldBinary(): string | undefined {
  try {
    const require = createRequire(import.meta.url)
    return join(dirname(require.resolve(`@sqld/${process.platform}-${process.arch}/package.json`)), 'sqld')
  } catch {
    return undefined
  }
}

export interface SqldOptions {
  readonly folder?: string
  readonly port?: number
  readonly adminPort?: number
  /** Others may replicate it. */
  readonly leads?: boolean
  /** `leadsUrl` of the server that this one replicates: it answers reads and forwards writes. */
  readonly follows?: string
  /** What else the program is started with, such as `--admin-auth-key`. */
  readonly more?: readonly string[]
}

/** A real libSQL server with a namespace for each tenant, on free ports and (unless given) a new folder. */
export async function startSqld(options: SqldOptions = {}): Promise<Sqld> {
  const binary = sqldBinary()
  if (binary === undefined) throw new Error('sqld is not installed for this system')
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'countyline-sqld-'))
  const port = options.port ?? (await freePort())
  const adminPort = options.adminPort ?? (await freePort())
  const leadsAddress = `127.0.0.1:${await freePort()}`
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
        ...(options.leads ? ['--grpc-listen-addr', leadsAddress] : []),
        ...(options.follows === undefined ? [] : ['--primary-grpc-url', options.follows]),
        ...(options.more ?? []),
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
  // The process that started it may itself be ended.
  const killIt = () => void child?.kill('SIGKILL')
  process.once('exit', killIt)
  await start()
  return {
    url,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    leadsUrl: `http://${leadsAddress}`,
    pid: () => child?.pid,
    start,
    stall: () => void child?.kill('SIGSTOP'),
    goOn: () => void child?.kill('SIGCONT'),
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGKILL')
      process.off('exit', killIt)
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
