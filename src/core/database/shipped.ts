import { type Migrations, readMigration } from './migrate.ts'
import { migrationTexts } from './migration-texts.ts'

/** The migrations of this version, also where there are no files. */
export function shippedMigrations(): Migrations {
  made ??= {
    directory: read(migrationTexts.directory),
    region: read(migrationTexts.region),
    places: read(migrationTexts.places),
    tenant: read(migrationTexts.tenant),
  }
  return made
}

let made: Migrations | undefined

function read(texts: Readonly<Record<string, string>>) {
  return Object.entries(texts).map(([name, text]) => readMigration(name, text))
}
