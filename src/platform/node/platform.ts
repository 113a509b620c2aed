import { join } from 'node:path'
import { type MailService, mailService, noMail } from '../mail.ts'
import { guardedOutbound } from '../outbound.ts'
import type { DatabaseName, Databases, Log, Mail, Platform } from '../platform.ts'
import { type RemoteSettings, remoteDatabases } from '../remote.ts'
import { noSms, type SmsService, smsService } from '../sms.ts'
import { diskAssets } from './assets.ts'
import { embeddedDatabases } from './databases.ts'
import { diskFiles } from './files.ts'
import { nodeSecrets } from './secrets.ts'
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
  /** Where secrets are looked for before their files. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly log?: Log
  readonly now?: () => number
}

export type MailSettings =
  | { readonly kind: 'smtp'; readonly url: string; readonly from: string }
  | ({ readonly kind: 'service' } & MailService)

export interface NodePlatform extends Platform {
  /** Hears the doorbell. */
  onWake(listener: (database: DatabaseName) => void): void
  /** Waits for work that outlived its answer, then closes the databases. */
  close(): Promise<void>
}

export function nodePlatform(settings: NodeSettings): NodePlatform {
  const listeners = new Set<(database: DatabaseName) => void>()
  const unfinished = new Set<Promise<unknown>>()
  const databases: Databases =
    settings.remote === undefined
      ? embeddedDatabases(join(settings.dataDir, 'databases'))
      : remoteDatabases(settings.remote)
  const log = settings.log ?? jsonLog
  return {
    runtime: 'node',
    clock: { now: settings.now ?? Date.now },
    random: { bytes: randomPool() },
    databases,
    files: diskFiles(join(settings.dataDir, 'files')),
    assets: diskAssets(),
    secrets: nodeSecrets(join(settings.dataDir, 'secrets'), settings.environment ?? process.env),
    mail: mailBy(settings.mail),
    sms: settings.sms === undefined ? noSms : smsService(settings.sms),
    outbound: guardedOutbound(nodeTransport(), settings.outboundAllow ?? []),
    publicUrl: settings.publicUrl ?? 'http://localhost:8311',
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
