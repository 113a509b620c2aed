import type { DatabaseName } from '../platform/platform.ts'
import built from './build-info.json' with { type: 'json' }

export interface BuildInfo {
  readonly version: string
  /** Null: not built in a checkout of git. */
  readonly commit: string | null
  /** The newest schema of each kind of database, `name@mark` (`database/migrate.ts`). */
  readonly schemas: Readonly<Record<DatabaseName['kind'], string>>
}

/** Of this program; written by `scripts/build-info.ts`. */
export const buildInfo: BuildInfo = built
