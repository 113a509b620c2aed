import { readMigrations } from '../platform/node/databases/migrations.ts'
import { type MigrationFailure, migrateAll } from '../regions/versions/migrate.ts'
import { command } from './command.ts'
import { count, withPlatform } from './configuration.ts'

export const migrate = command({
  name: 'migrate',
  summary: 'Migrate every database to the newest schema; can be interrupted and run again',
  options: {},
  run: terminal =>
    withPlatform(terminal, async platform => {
      const done: string[] = []
      const { migrated, failed } = await migrateAll(platform, readMigrations(), label => done.push(label))
      return {
        ok: failed.length === 0,
        lines: [
          ...done.map(label => `migrated ${label}`),
          ...failed.map(failureLine),
          `${count(migrated, 'database')} migrated, ${failed.length} failed`,
        ],
        json: { migrated: done, failed },
      }
    }),
})

function failureLine({ database, migration, error }: MigrationFailure): string {
  return `failed ${database}${migration === undefined ? '' : `, migrations/${migration}`}: ${error}`
}
