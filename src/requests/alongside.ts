import type { SQL } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { TenantReader } from '../core/db.ts'
import type { Site } from '../regions/site.ts'

/** What another capability adds to a request's JSON for the jurisdiction's own programs: rows read in its one round trip. */
export interface Alongside {
  readonly ask: (db: TenantReader, request: string) => BatchItem<'sqlite'>
  /** The condition that anything staff wrote privately is among them. */
  readonly notes: (db: TenantReader, request: string) => SQL
  readonly tell: (site: Site, jurisdiction: string, language: string, rows: readonly unknown[]) => object
}

/** `tell` puts into JSON the rows that `ask` selects. */
export function alongside<Row>(
  ask: (db: TenantReader, request: string) => BatchItem<'sqlite'> & PromiseLike<readonly Row[]>,
  notes: Alongside['notes'],
  tell: (site: Site, jurisdiction: string, language: string, rows: readonly Row[]) => object,
): Alongside {
  return {
    ask,
    notes,
    tell: (site, slug, language, rows) => tell(site, slug, language, rows as readonly Row[]),
  }
}
