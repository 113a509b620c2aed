import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { freePort } from '../../test/support/sqld.ts'
import { type Heap, inspectedHeap } from './inspector.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const COMPATIBILITY_DATE = /^compatibility_date = "(.+)"$/m.exec(
  readFileSync(join(root, 'wrangler.toml'), 'utf8'),
)?.[1]

export interface Workerd {
  /** Of the worker as deployed. */
  readonly url: string
  /** Of the bare worker beside it in the same process. */
  readonly bareUrl: string
  /** Milliseconds from the start of the process until it accepted connections. */
  readonly startTime: number
  /** Runs the jobs of which the worker was notified, as the queue would. */
  drainQueue(): Promise<void>
  /** Milliseconds of processor time that the process has used. */
  cpu(): number
  /** In bytes, after garbage collection. Needs `inspected`. */
  heap(worker: 'main' | 'bare', collect?: boolean): Promise<Heap>
  stop(): Promise<void>
}

export interface Bundles {
  readonly folder: string
  remove(): void
}

/** The worker as `wrangler deploy` would upload it, and those beside it. */
export async function bundleWorkers(): Promise<Bundles> {
  const folder = mkdtempSync(join(tmpdir(), 'countyline-edge-'))
  execFileSync('wrangler', ['deploy', '--env=', '--dry-run', '--minify', '--outdir', join(folder, 'main')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await build({
    entryPoints: ['bare', 'queue'].map(name => join(root, `bench/edge/${name}-worker.ts`)),
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:workers'],
  })
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/**
 * workerd itself, with nothing of wrangler in the process: a queue that is drained when it is told to, and the bare
 * worker. Without `inspected`, no inspector slows it down.
 */
export async function startWorkerd(
  { folder }: Bundles,
  variables: Readonly<Record<string, string>>,
  { inspected = false }: { readonly inspected?: boolean } = {},
): Promise<Workerd> {
  const ports = { main: await freePort(), bare: await freePort(), queue: await freePort() }
  const inspectorPort = await freePort()
  const config = join(folder, `config-${ports.main}.capnp`)
  writeFileSync(config, configuration(variables, ports, inspected))
  const startedAt = performance.now()
  const child = spawn(
    workerdBinary(),
    [
      'serve',
      config,
      '--experimental',
      ...(inspected ? ['--inspector-addr', `127.0.0.1:${inspectorPort}`] : []),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const ended = new Promise(resolve => child.once('exit', resolve))
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const url = (name: keyof typeof ports) => `http://127.0.0.1:${ports[name]}`
  // The sockets open together, once all scripts have been compiled.
  await untilOpen(`${url('queue')}/healthz`, () => child.exitCode !== null)
  return {
    url: url('main'),
    bareUrl: url('bare'),
    startTime: performance.now() - startedAt,
    async drainQueue() {
      const answer = await fetch(`${url('queue')}/drain`, { method: 'POST' })
      if (!answer.ok) throw new Error(`the queue answered ${answer.status}: ${await answer.text()}`)
    },
    cpu: () => processorTime(child.pid ?? 0),
    heap: (worker, collect = true) => inspectedHeap(inspectorPort, worker, collect),
    async stop() {
      child.kill('SIGKILL')
      await ended
      process.off('exit', kill)
    },
  }
}

function workerdBinary(): string {
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve('workerd/package.json')), 'bin/workerd')
}

async function untilOpen(url: string, hasEnded: () => boolean): Promise<void> {
  for (;;) {
    if (hasEnded()) throw new Error('workerd did not start')
    const isOpen = await fetch(url).then(
      answer => answer.ok,
      () => false,
    )
    if (isOpen) return
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

/** Of all threads, in nanoseconds, as Linux counts it. */
function processorTime(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const nanoseconds = threads.map(thread =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6
}

function configuration(
  variables: Readonly<Record<string, string>>,
  ports: Readonly<Record<'main' | 'bare' | 'queue', number>>,
  inspected: boolean,
): string {
  const text = (value: string) => JSON.stringify(value)
  const bindings = Object.entries(variables).map(
    ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
  )
  const worker = (file: string, extra: readonly string[], flags: readonly string[] = []) =>
    `(modules = [(name = "worker.js", esModule = embed ${text(file)})],
      compatibilityDate = ${text(COMPATIBILITY_DATE ?? '')},
      compatibilityFlags = [${flags.map(text).join(', ')}],
      bindings = [${[...bindings, ...extra].join(', ')}])`
  const socket = (name: keyof typeof ports) =>
    `(name = ${text(name)}, address = "127.0.0.1:${ports[name]}", http = (), service = ${text(name)})`
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = ${worker('main/worker.js', [
      '(name = "JOB_QUEUE", service = (name = "queue", entrypoint = "Queue"))',
      '(name = "SNAPSHOTS", service = (name = "queue", entrypoint = "Snapshots"))',
      '(name = "ASSETS", service = "assets")',
    ])}),
    (name = "bare", worker = ${worker('bare-worker.js', [])}),
    (name = "queue", worker = ${worker('queue-worker.js', ['(name = "MAIN", service = "main")'], ['service_binding_extra_handlers'])}),
    (name = "assets", disk = ${text(join(root, 'dist/assets'))}),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [${(['main', 'bare', 'queue'] as const).map(socket).join(', ')}],
  v8Flags = [${inspected ? '"--expose-gc"' : ''}],
);
`
}
