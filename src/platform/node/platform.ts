import { join } from 'node:path'
import { gauge, Metrics } from '../../core/metrics.ts'
import { problem } from '../../core/problem.ts'
import { allAnchors, webAnchors } from '../anchors.ts'
import { demoMailbox } from '../demo-mailbox.ts'
import { noLimits, tokenBuckets } from '../limits.ts'
import { type MailService, mailService, noMail } from '../mail.ts'
import { observedLog, observedMail, observedSms, observedTransport } from '../observed.ts'
import { DNS_RESOLVER_URL, guardedOutbound } from '../outbound.ts'
import type { DatabaseName, Log, Mail, Platform } from '../platform.ts'
import { type RemoteSettings, remoteDatabases } from '../remote/databases.ts'
import { type Bucket, type S3Settings, s3Bucket, unusable } from '../s3/bucket.ts'
import { s3Files } from '../s3/files.ts'
import { noSms, type SmsService, smsService } from '../sms.ts'
import type { TracingSettings } from '../tracing.ts'
import { uploadLimits, uploadQueue } from '../uploads.ts'
import { fileAnchors } from './anchors.ts'
import { nodeCipher } from './cipher.ts'
import { type EmbeddedDatabases, embeddedDatabases } from './databases/databases.ts'
import { writeQueue } from './databases/write-queue.ts'
import { diskFiles, secureFolder } from './files.ts'
import { diskAssets } from './http/assets.ts'
import { certificateEnd } from './http/certificate.ts'
import { nodeTransport } from './http/transport.ts'
import { jsonLog } from './log.ts'
import { type NodeSecrets, nodeSecrets } from './secrets.ts'
import { smtpMail } from './smtp.ts'
import { nodeTracing } from './tracing.ts'

export interface NodeSettings {
  readonly dataDir: string
  readonly maxOpen?: number | undefined
  readonly remote?: RemoteSettings | undefined
  readonly s3?: S3Settings | undefined
  readonly photoBucket?: string | undefined
  readonly mail?: MailSettings | undefined
  readonly sms?: SmsService | undefined
  readonly outboundAllow?: readonly string[] | undefined
  readonly dnsResolverUrl?: string | undefined
  readonly publicUrl?: string | undefined
  readonly anchors?: AnchorSettings | undefined
  readonly rateLimits?: boolean | undefined
  readonly demo?: boolean | undefined
  /** False: a missing secret must be set by the operator (`nodeSecrets`). */
  readonly mayMakeSecrets?: boolean | undefined
  readonly tracing?: TracingSettings | undefined
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly log?: Log
  readonly now?: () => number
}

export interface AnchorSettings {
  readonly file?: string | undefined
  readonly url?: string | undefined
}

export type MailSettings =
  | { readonly kind: 'smtp'; readonly url: string; readonly from: string }
  | ({ readonly kind: 'service' } & MailService)

export interface NodePlatform extends Platform {
  readonly secrets: NodeSecrets
  readonly embedded: EmbeddedDatabases | undefined
  onNotify(listener: (database: DatabaseName) => void): void
  /** Logs what is wrong with the storage of photos. */
  secureFiles(): Promise<void>
  /** Waits for background work, then closes the databases. */
  close(): Promise<void>
}

export function nodePlatform(settings: NodeSettings): NodePlatform {
  const listeners = new Set<(database: DatabaseName) => void>()
  const unfinished = new Set<Promise<unknown>>()
  const secrets = nodeSecrets(
    join(settings.dataDir, 'secrets'),
    settings.environment ?? process.env,
    settings.mayMakeSecrets,
  )
  const { remote } = settings
  const databasesOf =
    remote === undefined
      ? { embedded: openFiles(settings, secrets) }
      : { embedded: undefined, remote: remoteDatabases({ ...remote, inTurn: writeQueue() }) }
  const databases = databasesOf.embedded ?? databasesOf.remote
  const metrics = new Metrics()
  metrics.onCollect(() => [
    { metric: quarantined, value: databasesOf.embedded?.quarantined().length ?? 0 },
    { metric: openCircuits, value: databases.openCircuits?.() ?? 0 },
  ])
  const log = observedLog(metrics, settings.log ?? jsonLog)
  const filesDir = join(settings.dataDir, 'files')
  const { photoBucket } = settings
  const bucket = photoBucket === undefined ? undefined : openBucket(settings.s3, secrets, photoBucket)
  const clock = { now: settings.now ?? Date.now }
  const random = { bytes: randomPool() }
  const tracing = settings.tracing && nodeTracing(settings.tracing, { metrics, log, random, clock })
  const tracer = tracing?.tracer
  const transport = observedTransport({ tracer }, nodeTransport())
  const outbound = guardedOutbound(transport, settings.outboundAllow ?? [])
  const { file, url } = settings.anchors ?? {}
  const isDemo = settings.demo ?? false
  const mailbox =
    isDemo && settings.mail === undefined && settings.sms === undefined ? demoMailbox() : undefined
  return {
    runtime: 'node',
    clock,
    random,
    cipher: nodeCipher,
    databases,
    files: bucket === undefined ? diskFiles(filesDir) : s3Files(bucket),
    assets: diskAssets(),
    secrets,
    embedded: databasesOf.embedded,
    mail: observedMail({ metrics, tracer }, mailbox?.mail(clock) ?? mailBy(settings.mail)),
    sms: observedSms(
      { metrics, tracer },
      mailbox?.sms(clock) ?? (settings.sms === undefined ? noSms : smsService(settings.sms)),
    ),
    outbound,
    dnsResolverUrl: settings.dnsResolverUrl ?? DNS_RESOLVER_URL,
    anchors: allAnchors([
      file === undefined ? undefined : fileAnchors(file),
      url === undefined ? undefined : webAnchors(outbound, url, secrets.get('AUDIT_ANCHOR_TOKEN')),
    ]),
    limits: settings.rateLimits === false ? noLimits : tokenBuckets(clock),
    uploads: uploadQueue(uploadLimits),
    publicUrl: settings.publicUrl ?? 'http://localhost:8311',
    demo: isDemo,
    mailbox,
    log,
    metrics,
    tracer,
    certificateEnd,
    notifyWorker: database => {
      for (const listener of listeners) listener(database)
    },
    waitUntil(work) {
      const settled = work
        .catch(error =>
          log('error', 'background-task-failed', { error: error instanceof Error ? error.name : 'unknown' }),
        )
        .finally(() => unfinished.delete(settled))
      unfinished.add(settled)
    },
    onNotify: listener => void listeners.add(listener),
    async secureFiles() {
      if (bucket !== undefined) {
        const reason = await unusable(bucket)
        if (reason !== undefined) log('error', 'files-unavailable', { reason })
        return
      }
      try {
        const { modes, parts } = await secureFolder(filesDir, Date.now())
        if (modes + parts > 0) log('info', 'files-secured', { modes, parts })
      } catch {
        log('warn', 'files-not-secured', {})
      }
    },
    async close() {
      await Promise.all(unfinished)
      await tracing?.close()
      await databases.close()
    },
  }
}

/** Throws `not-configured` without the key that opens it. */
export function openBucket(s3: S3Settings | undefined, secrets: NodeSecrets, bucket: string): Bucket {
  const secretAccessKey = secrets.get('AWS_SECRET_ACCESS_KEY')
  if (s3 === undefined || secretAccessKey === undefined) {
    const missing = s3 === undefined ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY'
    throw problem('not-configured', { detail: `Set ${missing} to use the bucket ${bucket}.` })
  }
  return s3Bucket({ ...s3, bucket, secretAccessKey, sessionToken: secrets.get('AWS_SESSION_TOKEN') })
}

const quarantined = gauge('countyline_databases_quarantined', 'Damaged database files that are not opened.')
const openCircuits = gauge(
  'countyline_database_circuits_open',
  'Databases that this process leaves alone for a moment because a call was not answered in time.',
)

// Files of a new folder are encrypted; those of an older one after `countyline keys rotate --databases`.
function openFiles({ dataDir, maxOpen }: NodeSettings, secrets: NodeSecrets): EmbeddedDatabases {
  const databases = embeddedDatabases(join(dataDir, 'databases'), { secret: secrets.get, maxOpen })
  if (databases.labels().length === 0) secrets.make('DATABASE_KEY')
  return databases
}

function mailBy(settings: MailSettings | undefined): Mail {
  if (settings === undefined) return noMail
  return settings.kind === 'smtp' ? smtpMail(settings) : mailService(settings)
}

const POOL_BYTES = 4096

// System randomness in larger chunks: each call costs more than the bytes. No byte is used twice.
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
