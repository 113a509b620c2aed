import { join } from 'node:path'
import { noLimits, tokenBuckets } from '../limits.ts'
import { type MailService, mailService, noMail } from '../mail.ts'
import { guardedOutbound } from '../outbound.ts'
import type { DatabaseName, Log, Mail, Platform } from '../platform.ts'
import { type RemoteSettings, remoteDatabases } from '../remote.ts'
import { noSms, type SmsService, smsService } from '../sms.ts'
import { diskAssets } from './assets.ts'
import { nodeCipher } from './cipher.ts'
import { type EmbeddedDatabases, embeddedDatabases } from './databases.ts'
import { diskFiles } from './files.ts'
import { type NodeSecrets, nodeSecrets } from './secrets.ts'
import { smtpMail } from './smtp.ts'
import { nodeTransport } from './transport.ts'

export interface NodeSettings {
  /** Everything this deployment keeps. */
  readonly dataDir: string
  /** Databases over HTTP instead of files. */
  readonly remote?: RemoteSettings | undefined
  readonly mail?: MailSettings | undefined
  readonly sms?: SmsService | undefined
  /** Hosts (`host:port`) that may be asked although their addresses are private. */
  readonly outboundAllow?: readonly string[] | undefined
  readonly publicUrl?: string | undefined
  /** False: nobody is counted. */
  readonly rateLimits?: boolean | undefined
  readonly demo?: boolean | undefined
  /** Where secrets are looked for before their files. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly log?: Log
  readonly now?: () => number
}

export type MailSettings =
  | { readonly kind: 'smtp'; readonly url: string; readonly from: string }
  | ({ readonly kind: 'service' } & MailService)

export interface NodePlatform extends Platform {
  readonly secrets: NodeSecrets
  /** Where databases are files. */
  readonly embedded: EmbeddedDatabases | undefined
  /** Hears the doorbell. */
  onWake(listener: (database: DatabaseName) => void): void
  /** Waits for work that outlived its answer, then closes the databases. */
  close(): Promise<void>
}

export function nodePlatform(settings: NodeSettings): NodePlatform {
  const listeners = new Set<(database: DatabaseName) => void>()
  const unfinished = new Set<Promise<unknown>>()
  const secrets = nodeSecrets(join(settings.dataDir, 'secrets'), settings.environment ?? process.env)
  const { dataDir, remote } = settings
  const lent =
    remote === undefined
      ? { embedded: openFiles(dataDir, secrets) }
      : { embedded: undefined, remote: remoteDatabases(remote) }
  const databases = lent.embedded ?? lent.remote
  const log = settings.log ?? jsonLog
  const clock = { now: settings.now ?? Date.now }
  return {
    runtime: 'node',
    clock,
    random: { bytes: randomPool() },
    cipher: nodeCipher,
    databases,
    files: diskFiles(join(settings.dataDir, 'files')),
    assets: diskAssets(),
    secrets,
    embedded: lent.embedded,
    mail: mailBy(settings.mail),
    sms: settings.sms === undefined ? noSms : smsService(settings.sms),
    outbound: guardedOutbound(nodeTransport(), settings.outboundAllow ?? []),
    limits: settings.rateLimits === false ? noLimits : tokenBuckets(clock),
    publicUrl: settings.publicUrl ?? 'http://localhost:8311',
    demo: settings.demo ?? false,
    log,
    wake: database => {
      for (const listener of listeners) listener(database)
    },
    later(work) {
      const settled = work
        .catch(error =>
          log('error', 'later-failed', { error: error instanceof Error ? error.name : 'unknown' }),
        )
        .finally(() => unfinished.delete(settled))
      unfinished.add(settled)
    },
    onWake: listener => void listeners.add(listener),
    async close() {
      await Promise.all(unfinished)
      await databases.close()
    },
  }
}

/** Files of a new folder are encrypted; those of an older one once `countyline keys rotate --databases` has been run. */
function openFiles(dataDir: string, secrets: NodeSecrets): EmbeddedDatabases {
  const databases = embeddedDatabases(join(dataDir, 'databases'), secrets.get)
  if (databases.labels().length === 0) secrets.make('DATABASE_KEY')
  return databases
}

function mailBy(settings: MailSettings | undefined): Mail {
  if (settings === undefined) return noMail
  return settings.kind === 'smtp' ? smtpMail(settings) : mailService(settings)
}

export const jsonLog: Log = (level, event, fields = {}) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`)
}

const POOL_BYTES = 4096

/** The system's random bytes, asked for by the page: each asking costs more than the bytes. No byte is given twice. */
function randomPool(): (length: number) => Uint8Array<ArrayBuffer> {
  const pool = new Uint8Array(POOL_BYTES)
  let left = 0
  return length => {
    if (length > POOL_BYTES) return crypto.getRandomValues(new Uint8Array(length))
    if (length > left) {
      crypto.getRandomValues(pool)
      left = POOL_BYTES
    }
    left -= length
    const given = pool.slice(left, left + length)
    pool.fill(0, left, left + length)
    return given
  }
}
