import { CODE_DAYS, newCode, pathOfCode } from '../admin/setup/codes.ts'
import { migrateDatabase } from '../core/database/migrate.ts'
import { readMigrations } from '../platform/node/databases/migrations.ts'
import { command } from './command.ts'
import { asOption, operatorOf, requireAddress, withPlatform } from './configuration.ts'

export const setupCodeCommand = command({
  name: 'setup-code',
  summary: 'Print a code with which one more region can be set up in the browser',
  options: { as: asOption },
  run: (terminal, { options: { as } }) =>
    withPlatform(terminal, async platform => {
      requireAddress(terminal)
      const operator = operatorOf(as)
      await migrateDatabase(platform, { kind: 'directory' }, readMigrations())
      const code = await newCode(platform, `operator:${operator}`)
      const link = `${platform.publicUrl}${pathOfCode(code)}`
      return {
        ok: true,
        lines: [
          code,
          `Valid once, within ${CODE_DAYS} days. Give it to the person who sets up the region, or this link:`,
          link,
        ],
        json: { code, link, days: CODE_DAYS },
      }
    }),
})
