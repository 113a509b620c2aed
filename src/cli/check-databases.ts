import type { EmbeddedDatabases } from '../platform/node/databases/databases.ts'
import type { NodePlatform } from '../platform/node/platform.ts'
import { command, refuse } from './command.ts'
import { count, withPlatform } from './configuration.ts'

export const checkDatabasesCommand = command({
  name: 'databases check',
  summary: 'Check the database files, all or one; a damaged one is quarantined',
  operands: ['[NAME]'],
  options: {},
  run: (terminal, { operands: [name] }) =>
    withPlatform(terminal, async platform => {
      const embedded = filesOf(platform)
      const labels = name === undefined ? embedded.labels() : [known(embedded, name)]
      const results: { database: string; state: 'intact' | 'damaged' | 'not checked'; reason?: string }[] = []
      for (const database of labels) {
        const { damage, failure } = await embedded.check(database)
        const reason = damage ?? failure
        const state = damage !== undefined ? 'damaged' : failure !== undefined ? 'not checked' : 'intact'
        results.push({ database, state, ...(reason === undefined ? {} : { reason }) })
        terminal.err(`${results.length} of ${labels.length}: ${database} ${state}\n`)
      }
      const amiss = results.filter(({ state }) => state !== 'intact')
      const held = embedded.quarantined()
      return {
        ok: amiss.length === 0,
        lines: [
          ...amiss.map(({ database, state, reason }) => `${database} ${state}: ${reason}`),
          ...held.map(({ database, since, reason }) => `${database} in quarantine since ${since}: ${reason}`),
          `${count(results.length - amiss.length, 'database')} intact, ${amiss.length} not`,
        ],
        json: { checked: results, quarantined: held },
      }
    }),
})

export const releaseDatabaseCommand = command({
  name: 'databases release',
  summary: 'End the quarantine of a database after its file has been restored',
  operands: ['NAME'],
  options: { force: { type: 'boolean', help: 'Without checking the file first' } },
  run: (terminal, { options, operands: [name = ''] }) =>
    withPlatform(terminal, async platform => {
      const embedded = filesOf(platform)
      const database = known(embedded, name)
      if (!embedded.quarantined().some(held => held.database === database))
        throw refuse(`${database} is not in quarantine.`)
      if (!options.force) {
        const { damage, failure } = await embedded.check(database)
        const reason = damage ?? failure
        if (reason !== undefined)
          throw refuse(`${database} stays in quarantine: ${reason}. Restore its file first.`)
      }
      embedded.release(database)
      return {
        ok: true,
        lines: [`${database} is released. A running server opens it with the next request.`],
        json: { database, released: true },
      }
    }),
})

function filesOf({ embedded }: NodePlatform): EmbeddedDatabases {
  if (embedded === undefined)
    throw refuse('The databases are on a libSQL server. This command works on files only.')
  return embedded
}

function known(embedded: EmbeddedDatabases, name: string): string {
  if (embedded.labels().includes(name)) return name
  throw refuse(`Database "${name}" not found.`)
}
