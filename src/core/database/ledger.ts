import type { DatabaseName } from '../../platform/platform.ts'

// Each database's own list of the migrations that were applied to it, compared with those of this version.

export interface Migration {
  readonly name: string
  readonly hash: string
  readonly statements: readonly string[]
}
export type Migrations = Readonly<Record<DatabaseName['kind'], readonly Migration[]>>

export interface AppliedMigration {
  readonly name: string
  /** Null: applied by a version that identified migrations by name only. */
  readonly hash: string | null
}

/**
 * Migrations only add, so that the version before can go on with a database that was migrated, and be deployed
 * again. One that takes away what an older version uses has this in its name: older versions refuse its database.
 */
const BREAKING = /(^|_)breaking(_|$)/

/** `missing`: the first that is to be applied. `unknown`: one that this version cannot serve with. */
export function compareLedger(
  ledger: readonly AppliedMigration[],
  shipped: readonly Migration[],
): { readonly missing: Migration | undefined; readonly unknown: string | undefined } {
  const applied = new Set(ledger.map(({ hash }) => hash))
  const known = new Set(shipped.map(({ hash }) => hash))
  const newest = shipped.at(-1)?.name ?? ''
  return {
    missing: shipped.find(({ hash }) => !applied.has(hash)),
    unknown: ledger.find(
      ({ name, hash }) => hash !== null && !known.has(hash) && (name <= newest || BREAKING.test(name)),
    )?.name,
  }
}

export function readLedgerJson(value: unknown): AppliedMigration[] {
  const rows = JSON.parse(String(value)) as [string, string | null][]
  return rows.map(([name, hash]) => ({ name, hash }))
}
