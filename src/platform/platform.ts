import type { Client, InStatement, InValue } from '@libsql/client'
import type { SecretOwner } from '../core/encryption/secret-names.ts'
import type { Metrics } from '../core/metrics.ts'
import type { Tracer } from '../core/tracing.ts'

/** What a runtime provides. Node and Workers behave alike behind it: test/contract runs on both. */
export interface Platform {
  readonly runtime: 'node' | 'workers'
  readonly clock: Clock
  readonly random: Random
  readonly cipher: Cipher
  readonly databases: Databases
  readonly files: Files
  readonly assets: Assets
  readonly secrets: Secrets
  readonly mail: Mail
  readonly sms: Sms
  readonly outbound: Outbound
  /** Where DNS records are asked for over HTTPS, as JSON. */
  readonly dnsResolverUrl: string
  readonly limits: Limits
  /** Undefined: the operator keeps none. */
  readonly anchors: Anchors | undefined
  readonly uploads: Uploads
  /** Undefined: a new process knows nothing while its databases are away. */
  readonly kept?: KeptSnapshots | undefined
  /** The deployment's public address, without a trailing slash; links in emails begin with it. */
  readonly publicUrl: string
  /** A demonstration: anyone may sign in as anyone (`COUNTYLINE_DEMO`). */
  readonly demo: boolean
  /** What a demonstration would have sent; undefined where mail or text messages really go out. */
  readonly mailbox?: DemoMailbox | undefined
  readonly log: Log
  /** Of this process or isolate. */
  readonly metrics: Metrics
  /** Where traces are configured. */
  readonly tracer?: Tracer | undefined
  /** Says that jobs of this database are due. May be lost: a timer visits every database too. */
  /** On Workers: whether something of this name is bound. */
  hasBinding?(name: string): boolean
  /** When the certificate of a host ends, in milliseconds since 1970. Throws if TLS fails. Absent where it cannot be told. */
  certificateEnd?(url: URL): Promise<number>
  notifyWorker(database: DatabaseName): void
  waitUntil(work: Promise<unknown>): void
}

export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number
}

export type Bytes = Uint8Array<ArrayBuffer>

export interface Random {
  bytes(length: number): Bytes
}

/** AES-256-GCM: key of 32 bytes, IV of 12, tag of 16 at the end. `open` throws for anything else. */
export interface Cipher {
  seal(key: Bytes, iv: Bytes, additional: Bytes, plain: Bytes): Promise<Bytes>
  open(key: Bytes, iv: Bytes, additional: Bytes, encrypted: Bytes): Promise<Bytes>
  /** HMAC-SHA-256, 32 bytes. */
  hmac(key: Bytes, message: Bytes): Promise<Bytes>
}

export type DatabaseName =
  | { readonly kind: 'directory' }
  | { readonly kind: 'region'; readonly region: string }
  /** Addresses and streets of a region: public, and made again from their files. */
  | { readonly kind: 'places'; readonly region: string }
  | { readonly kind: 'tenant'; readonly region: string; readonly slug: string }

/** Kind, region and jurisdiction: databases are visited in this order. */
export type DatabaseKey = readonly [kind: string, region: string, slug: string]

/** What is left of a round through the databases, or of a part of one. */
export interface RoundPart {
  readonly after: DatabaseKey
  readonly until: DatabaseKey
}

/** Those with jobs and encrypted fields. */
export type WorkDatabaseName = Extract<DatabaseName, { kind: 'region' | 'tenant' }>

export function isWorkDatabase(name: DatabaseName): name is WorkDatabaseName {
  return name.kind === 'region' || name.kind === 'tenant'
}

export type DatabaseClient = Pick<Client, 'execute' | 'batch' | 'close'>

/** Milliseconds. */
export interface Deadlines {
  readonly read: number
  readonly write: number
}

/** For work that no page waits for: migrations, the command line. */
export const noDeadlines: Deadlines = { read: 60_000, write: 15 * 60_000 }

export interface DatabaseSnapshot {
  /** Integers as `bigint`. */
  rows(sql: string, args?: readonly InValue[]): Promise<InValue[][]>
  close(): Promise<void>
}

/** What a new database begins with, as SQL without parameters. */
export interface NewContent {
  /** The same for databases with the same statements in `common`, which can be copied from one of them. */
  readonly mark: string
  readonly common: readonly string[]
  readonly own: readonly string[]
}

export interface Databases {
  /** Each `execute` or `batch` is one round trip; opening costs none. Defaults to serving deadlines. */
  client(name: DatabaseName, deadlines?: Deadlines): DatabaseClient
  /** For reads from a replica, which may be stale; absent where there is none. */
  copy?(name: DatabaseName): DatabaseClient
  /** A database as it is now, in one read transaction that holds up nobody; absent where databases are files. */
  snapshot?(name: DatabaseName): Promise<DatabaseSnapshot>
  /** Whether the server is a replica: it forwards writes, and may not show them at the next read. */
  isReplica?(): Promise<boolean>
  /** How many databases are left alone for a moment because a call of this process was not answered. */
  openCircuits?(): number
  /** Damaged files, which are not opened; absent where databases are on a server. */
  quarantined?(): readonly { readonly database: string; readonly reason: string }[]
  /** Makes the database, unless it is there. True: made, and has this content. Else it may be empty. */
  create(name: DatabaseName, content?: NewContent): Promise<boolean>
  /** Deletes the database with all that it holds. False: there was none. */
  delete(name: DatabaseName): Promise<boolean>
  /** Where it is, for the operator: a URL, or a file. */
  urlOf(name: DatabaseName): string
  close(): Promise<void>
}

/** Only `core/encryption/files.ts` uses this, and encrypts what it stores. */
export interface Files {
  /** Stores `size` bytes durably, or nothing. Overwrites. Throws `storage-unavailable`, as the others do. */
  put(key: string, size: number, pieces: AsyncIterable<Bytes>): Promise<void>
  get(key: string): Promise<StoredFile | null>
  delete(key: string): Promise<void>
  /** Files directly in a folder whose name begins with `first`. `id` is the last part of the key. */
  list(folder: string, first?: string): AsyncIterable<{ readonly id: string; readonly changedAt: number }>
}

/** Copies of what was read last from the databases, for a process that starts while they are away. */
export interface KeptSnapshots {
  /** The label with which the text was written, without reading the text. */
  labelOf(name: string): Promise<string | undefined>
  read(name: string): Promise<string | undefined>
  write(name: string, label: string, text: string): Promise<void>
}

export interface StoredFile {
  readonly size: number
  /** Opens the file at the first piece; must be read to its end, or returned. */
  read(): AsyncIterable<Bytes>
  type(): Promise<string | undefined>
}

export interface Assets {
  fetch(request: Request): Promise<Response>
}

export interface Secrets {
  /** The deployment's own: `SIGNING_KEY`, `MASTER_KEY`. */
  get(name: string): string | undefined
  /** Generates the secret; absent where only the operator may set it. */
  make?(name: 'MASTER_KEY'): void
  /** `PARTNER_…`, `OIDC_…` or `GEOCODER_…`, as a document names it. Undefined for a name that is not the owner's. */
  ownedBy(owner: SecretOwner, name: string): string | undefined
}

export interface Email {
  readonly to: string
  readonly from: string
  readonly subject: string
  readonly text: string
  /** Becomes the Message-ID, the same for every try, so that a mailbox can detect duplicates. */
  readonly id: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Mail {
  readonly isConfigured: boolean
  /** Kept in the demonstration's mailbox, never sent. */
  readonly isDemo?: boolean
  /** `refused`: never; `later`: not now. Throws `not-configured`, `mail-unavailable`. */
  send(email: Email): Promise<'sent' | 'refused' | 'later'>
  /** Whether the server answers and, by SMTP, lets this sender in. Throws `mail-unavailable`. */
  verify?(): Promise<void>
}

export interface TextMessage {
  /** E.164: `+13055550123`. */
  readonly to: string
  readonly text: string
}

export interface Sms {
  readonly isConfigured: boolean
  readonly isDemo?: boolean
  /** `refused`: this number never accepts messages. Throws `not-configured`, `sms-unavailable`. */
  send(message: TextMessage): Promise<'sent' | 'refused'>
  /** Whether the provider answers. Throws `sms-unavailable`. */
  verify?(): Promise<void>
}

export interface KeptMessage {
  /** An email address or a phone number. */
  readonly to: string
  /** Empty for a text message. */
  readonly subject: string
  readonly text: string
  readonly at: number
}

export interface DemoMailbox {
  /** Oldest first. */
  messages(): readonly KeptMessage[]
  mail(clock: Clock): Mail
  sms(clock: Clock): Sms
}

export interface OutboundRequest {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface OutboundResponse {
  readonly status: number
  readonly text: string
}

export interface Outbound {
  /** Whether the operator listed this `host:port` in OUTBOUND_ALLOW: may be private and use plain http. */
  isAllowed(host: string): boolean
  /** Ten seconds, a megabyte, three redirects, never a private address. Throws `partner-unavailable`. */
  readonly fetch: typeof fetch
  ask(url: string, request?: OutboundRequest): Promise<OutboundResponse>
}

/** A token bucket that holds `quota` and fills in `seconds`. */
export interface RateLimitPolicy {
  readonly name: string
  readonly quota: number
  readonly seconds: number
}

export interface RateLimitResult {
  readonly isAllowed: boolean
  readonly left: number
  readonly resetSeconds: number
  readonly retrySeconds: number
}

export interface Limits {
  /** Takes one of what `key` has left under a policy; with a cost of 0 it only looks. */
  take(policy: RateLimitPolicy, key: string, cost?: 0 | 1): Promise<RateLimitResult>
}

/** Storage for the audit's newest seals, out of reach of anyone with the databases (docs/audit.md). */
export interface Anchors {
  /** Appends JSON lines durably; throws when they may not have been. A line may repeat. */
  keep(lines: readonly string[]): Promise<void>
  /** Throws if nothing could be appended, as far as can be seen without appending anything. */
  verify(): Promise<void>
}

export interface Uploads {
  /** Throws `uploads-full` if the wait for a turn takes too long, `too-slow` if the work does. */
  inTurn<T>(caller: string, work: () => Promise<T>): Promise<T>
}

/** `state` of an outbound request's problem: the host had answered with a 2xx, and only the rest could not be read. */
export const TAKEN = 'taken'

export type LogLevel = 'info' | 'warn' | 'error'
/** One JSON line. Fields hold no personal data: ids, slugs, counts, durations. */
export type Log = (
  level: LogLevel,
  event: string,
  fields?: Readonly<Record<string, string | number | boolean | null>> & NamesKept,
) => void

/** What every line begins with: no field replaces it. */
type NamesKept = { readonly [Name in 'time' | 'level' | 'event']?: never }

/** The unique, DNS-safe name of a database: slugs never contain a double hyphen, and begin and end with none. */
export function databaseLabel(name: DatabaseName): string {
  switch (name.kind) {
    case 'directory':
      return 'directory'
    case 'region':
      return name.region
    case 'places':
      return `${name.region}---places`
    case 'tenant':
      return `${name.region}--${name.slug}`
  }
}

export function isReading(statement: InStatement): boolean {
  return /^\s*(select|with)\b/i.test(typeof statement === 'string' ? statement : statement.sql)
}
