import type { Client } from '@libsql/client'

/**
 * The few things a runtime lends. Node and Workers are its two answers; whatever is in here behaves alike on
 * both (test/contract runs on each), and no feature exists on one of them only.
 */
export interface Platform {
  readonly runtime: 'node' | 'workers'
  readonly clock: Clock
  readonly random: Random
  readonly databases: Databases
  readonly files: Files
  readonly assets: Assets
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

export interface Random {
  bytes(length: number): Uint8Array<ArrayBuffer>
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
