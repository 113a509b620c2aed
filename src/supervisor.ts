import { type ChildProcess, fork } from 'node:child_process'
import { constants } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lastUsedBy } from './platform/node/databases/last-used.ts'
import { quarantineIn } from './platform/node/databases/quarantine.ts'
import { jsonLog } from './platform/node/log.ts'
import { readEnvironment } from './platform/node/settings.ts'

// Runs the server (`node.ts`) in its own process and restarts it when it ends abnormally, which the native
// library can cause. A server that refuses to start and says why is not restarted, unless one has served
// before: the cause, such as a full disk, may pass.

const FIRST_WAIT_MILLISECONDS = 250
const MAX_WAIT_MILLISECONDS = 30_000
// A server that has run this long counts as recovered.
const RECOVERED_MILLISECONDS = 600_000
// After this many consecutive crashes with one database, it is quarantined even if a check finds no damage.
const MAX_CRASHES = 3
// Not `SIGBUS`: a mapped file could not be written, as on a file system that has become read-only.
const CRASHES: readonly (NodeJS.Signals | null)[] = ['SIGABRT', 'SIGSEGV', 'SIGILL', 'SIGFPE', 'SIGTRAP']

const program = fileURLToPath(new URL(`./node${extname(import.meta.url)}`, import.meta.url))
let server: ChildProcess | undefined
let hasServed = false
let isStopping = false
let wait = FIRST_WAIT_MILLISECONDS
let suspect: { readonly database: string; readonly crashes: number } | undefined

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    isStopping = true
    if (server === undefined) process.exit(0)
    server.kill(signal)
  })
}
start()

function start(): void {
  const startedAt = performance.now()
  const child = fork(program)
  server = child
  child.once('message', () => {
    hasServed = true
  })
  child.once('exit', (code, signal) => {
    server = undefined
    if (isStopping || code === 0 || (code !== null && !hasServed)) {
      process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    }
    if (performance.now() - startedAt > RECOVERED_MILLISECONDS) {
      wait = FIRST_WAIT_MILLISECONDS
      suspect = undefined
    }
    jsonLog('error', 'server-ended', { code, signal, restartMilliseconds: wait })
    if (CRASHES.includes(signal)) countCrash(child.pid)
    setTimeout(start, wait)
    wait = Math.min(2 * wait, MAX_WAIT_MILLISECONDS)
  })
}

function countCrash(pid: number | undefined): void {
  const folder = join(readEnvironment(process.env).dataDir, 'databases')
  const database = pid === undefined ? undefined : lastUsedBy(folder, pid)
  if (database === undefined) return
  const crashes = suspect?.database === database ? suspect.crashes + 1 : 1
  suspect = { database, crashes }
  if (crashes < MAX_CRASHES) return
  quarantineIn(folder).put(database, `the server ended abnormally ${crashes} times in a row while it used it`)
}
