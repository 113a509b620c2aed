import { appendFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type Libsql from 'libsql'
import { inject, vi } from 'vitest'
import type { Statement } from './sqld.ts'

// Notes each statement that the tests of a file prepare on a database file, for `check.ts`.
vi.mock('libsql', async importOriginal => {
  const { default: Database } = await importOriginal<{ default: typeof Libsql }>()
  const notes = join(inject('statements'), `${process.pid}.jsonl`)
  const known = new Set<string>()
  return {
    default: class extends Database {
      readonly #kind: Statement['kind']

      constructor(file: string, options?: Libsql.Options) {
        super(file, options)
        this.#kind = kindOf(basename(file, '.db'))
      }

      override prepare<Bound extends unknown[] | object = unknown[]>(sql: string) {
        const statement = super.prepare<Bound>(sql)
        const line = JSON.stringify({ kind: this.#kind, sql } satisfies Statement)
        if (!known.has(line)) appendFileSync(notes, `${line}\n`)
        known.add(line)
        return statement
      }
    },
  }
})

function kindOf(label: string): Statement['kind'] {
  if (label === 'directory') return 'directory'
  return label.includes('--') ? 'tenant' : 'region'
}
