import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newest } from '../src/core/database/migrate.ts'
import { readMigrations } from '../src/platform/node/databases/migrations.ts'

/*
 * Writes `src/core/build-info.json`, which both runtimes contain: the version, the commit if this is a checkout
 * of git, and the newest schema of each kind of database.
 */

const root = fileURLToPath(new URL('../', import.meta.url))
const file = join(root, 'src/core/build-info.json')

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const migrations = readMigrations()
const schemas = Object.fromEntries(
  (['directory', 'region', 'places', 'tenant'] as const).map(kind => [kind, newest(migrations, kind)]),
)
const text = `${JSON.stringify({ version, commit: commitOf(root), schemas }, null, 2)}\n`
// Left alone if it is the same: others watch it.
if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text)

function commitOf(folder: string): string | null {
  if (!existsSync(join(folder, '.git'))) return null
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}
