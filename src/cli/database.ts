import { readMigrations } from '../platform/node/migrations.ts'
import { migrateAll } from '../regions/migrate.ts'
import { command } from './command.ts'
import { count, withPlatform } from './configuration.ts'

export const migrate = command({
  name: 'migrate',
  summary: 'Bring every database to the newest schema; may be stopped and run again',
  options: {},
  run: terminal =>
    withPlatform(terminal, async platform => {
      const done: string[] = []
      const { migrated, failed } = await migrateAll(platform, readMigrations(), label => done.push(label))
      return {
        ok: failed.length === 0,
        lines: [
          ...done.map(label => `migrated ${label}`),
          ...failed.map(({ database, error }) => `failed ${database}: ${error}`),
          `${count(migrated, 'database')} migrated, ${failed.length} failed`,
        ],
        json: { migrated: done, failed },
      }
    }),
})
