import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Migrations, readMigration } from '../../../core/database/migrate.ts'

export function readMigrations(
  folder = fileURLToPath(new URL('../../../../migrations/', import.meta.url)),
): Migrations {
  const ofKind = (kind: string) =>
    readdirSync(`${folder}/${kind}`)
      .filter(file => file.endsWith('.sql'))
      .sort()
      .map(file =>
        readMigration(file.replace(/\.sql$/, ''), readFileSync(`${folder}/${kind}/${file}`, 'utf8')),
      )
  return {
    directory: ofKind('directory'),
    region: ofKind('region'),
    places: ofKind('places'),
    tenant: ofKind('tenant'),
  }
}
