import type { SQL } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { TenantReader } from '../../core/database/handles.ts'
import type { Site } from '../../regions/runtime/site.ts'

/** Added by another module to a request's JSON, read in the same round trip. */
export interface Included {
  readonly ask: (db: TenantReader, request: string) => BatchItem<'sqlite'>
  /** SQL condition: the rows show private text by staff. */
  readonly notes: (db: TenantReader, request: string) => SQL
  readonly toJson: (site: Site, jurisdiction: string, language: string, rows: readonly unknown[]) => object
}

export function included<Row>(
  ask: (db: TenantReader, request: string) => BatchItem<'sqlite'> & PromiseLike<readonly Row[]>,
  notes: Included['notes'],
  toJson: (site: Site, jurisdiction: string, language: string, rows: readonly Row[]) => object,
): Included {
  return {
    ask,
    notes,
    toJson: (site, slug, language, rows) => toJson(site, slug, language, rows as readonly Row[]),
  }
}
