import type { Client } from '@libsql/client'

/**
 * The few things a runtime lends. Node and Workers are its two answers; whatever is in here behaves alike on
 * both (test/contract runs on each), and no feature exists on one of them only.
 */
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
  readonly limits: Limits
  /** Where this deployment is reached from outside, with no slash at its end: what the links in letters begin with. */
  readonly publicUrl: string
  /** A demonstration: anybody may sign in as anybody (`COUNTYLINE_DEMO`). */
  readonly demo: boolean
  readonly log: Log
  /** Rings the doorbell: jobs of this database are due. May be lost; the timer is the safety net. */
  wake(database: DatabaseName): void
  /** Lets work outlive the answer. */
  later(work: Promise<unknown>): void
}

export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number
}

export type Bytes = Uint8Array<ArrayBuffer>

export interface Random {
  bytes(length: number): Bytes
}

/**
 * AES-256-GCM of what is short: a key of 32 bytes, an IV of 12. What is sealed ends with its tag of 16 bytes; `open` throws
 * for what was not sealed so.
 */
export interface Cipher {
  seal(key: Bytes, iv: Bytes, additional: Bytes, plain: Bytes): Promise<Bytes>
  open(key: Bytes, iv: Bytes, additional: Bytes, sealed: Bytes): Promise<Bytes>
}

export type DatabaseName =
  | { readonly kind: 'directory' }
  | { readonly kind: 'region'; readonly region: string }
  | { readonly kind: 'tenant'; readonly region: string; readonly slug: string }

/** What is used of a libSQL client: a statement, or a batch that is all or nothing. */
export type DatabaseClient = Pick<Client, 'execute' | 'batch' | 'close'>

export interface Databases {
  /** A client of this database; each `execute` or `batch` is one round trip. Opening costs none. */
  client(name: DatabaseName): DatabaseClient
  /** Makes the database exist, empty, if it does not. */
  create(name: DatabaseName): Promise<void>
  close(): Promise<void>
}

export interface Files {
  /** Durable when it returns. Overwrites. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<void>
  get(key: string): Promise<{ bytes: Uint8Array<ArrayBuffer>; type: string } | null>
  delete(key: string): Promise<void>
}

/** The built style sheets, scripts and pictures of the pages, served under `/assets/`. */
export interface Assets {
  fetch(request: Request): Promise<Response>
}

/**
 * What only the operator knows, by name: `SIGNING_KEY`, `MASTER_KEY`, `PARTNER_…` for the keys that partners gave us, and
 * `OIDC_…` for those of sign-in providers.
 */
export interface Secrets {
  get(name: string): string | undefined
}

export interface Letter {
  /** One address. */
  readonly to: string
  /** The name that the letter comes from; the address is the deployment's. */
  readonly from: string
  readonly subject: string
  /** Plain text. */
  readonly text: string
  /** Becomes its Message-ID: the same for every try, so that a mailbox which gets it twice can tell. */
  readonly id: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Mail {
  readonly isConfigured: boolean
  /**
   * Hands a letter over. `refused`: this address will never take it; `later`: this address not now. Throws
   * `not-configured` where no mail server is, `mail-away` when it does not answer.
   */
  send(letter: Letter): Promise<'sent' | 'refused' | 'later'>
}

export interface TextMessage {
  /** One number, as E.164: `+13055550123`. */
  readonly to: string
  readonly text: string
}

export interface Sms {
  readonly isConfigured: boolean
  /**
   * Hands a message over. `refused`: this number will never take it. Throws `not-configured` where no provider is,
   * `sms-away` when it does not answer as it should.
   */
  send(message: TextMessage): Promise<'sent' | 'refused'>
}

export interface OutboundRequest {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface OutboundAnswer {
  readonly status: number
  readonly text: string
}

export interface Outbound {
  /** Whether the operator has named this host (`host:port`) in OUTBOUND_ALLOW: it may be private, and asked over plain http. */
  isAllowed(host: string): boolean
  /**
   * `fetch` for addresses that configuration names, and for libraries that want one. Within ten seconds, a megabyte and
   * three redirects (none with `redirect: 'manual'`), and never a machine of our own or of the host's network. Throws
   * `partner-away` saying what went wrong.
   */
  readonly fetch: typeof fetch
  /** The same for who wants but a status and a text. */
  ask(url: string, request?: OutboundRequest): Promise<OutboundAnswer>
}

/** How often something may be done: a bucket that holds `quota`, and fills in `seconds`. */
export interface Policy {
  readonly name: string
  readonly quota: number
  readonly seconds: number
}

export interface Verdict {
  readonly isAllowed: boolean
  readonly left: number
  /** Until all of the quota is there again. */
  readonly resetSeconds: number
  /** For who was refused: until the next is allowed. */
  readonly retrySeconds: number
}

export interface Limits {
  /** Takes one of what `key` has left under a policy, if there is any; with a cost of 0 it only looks. */
  take(policy: Policy, key: string, cost?: 0 | 1): Promise<Verdict>
}

export type LogLevel = 'info' | 'warn' | 'error'
/** One JSON line. Fields carry no personal data: ids, slugs, counts, durations. */
export type Log = (
  level: LogLevel,
  event: string,
  fields?: Readonly<Record<string, string | number | boolean | null>>,
) => void

/** The unique, DNS-safe name of a database: slugs never hold a double hyphen. */
export function databaseLabel(name: DatabaseName): string {
  if (name.kind === 'directory') return 'directory'
  return name.kind === 'region' ? name.region : `${name.region}--${name.slug}`
}
