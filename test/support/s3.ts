import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BucketSettings } from '../../src/platform/s3/bucket.ts'

export interface S3Server {
  readonly settings: BucketSettings
  /** Signals of the operating system: SIGSTOP stalls it, SIGCONT lets it go on. */
  signal(name: NodeJS.Signals): void
  start(): Promise<void>
  stop(): Promise<void>
}

/** A real S3 server with one bucket, that refuses wrong signatures, digests and clocks. */
export async function startS3(): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'countyline-s3-'))
  const port = await freePort()
  let child: ChildProcess | undefined
  const program = fileURLToPath(new URL('./s3-server.cjs', import.meta.url))
  const start = async () => {
    // Its tokens of lists use a cipher that Node's library keeps apart.
    const args = ['--openssl-legacy-provider', '--no-deprecation', program, folder, String(port), 'photos']
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    if (child.stdout !== null) await once(child.stdout, 'data')
  }
  const end = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await start()
  return {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      bucket: 'photos',
      region: 'us-east-1',
      accessKeyId: 'TESTKEY',
      secretAccessKey: 'a secret of the tests',
      addressing: 'path',
    },
    signal(name) {
      child?.kill(name)
    },
    async start() {
      await end()
      await start()
    },
    async stop() {
      await end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
