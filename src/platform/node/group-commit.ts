import type { Client, InStatement, ResultSet } from '@libsql/client'

interface Waiting {
  readonly statements: InStatement[]
  readonly resolve: (results: ResultSet[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes that arrive together are made durable together: each batch stays all-or-nothing behind its own savepoint, and
 * one commit, which waits for the disk, serves them all. Nobody is answered before it.
 */
export function groupCommit(client: Client): (statements: InStatement[]) => Promise<ResultSet[]> {
  const alone = client.batch.bind(client)
  let waiting: Waiting[] = []

  const flush = async () => {
    const group = waiting
    waiting = []
    const [only, ...others] = group
    if (only !== undefined && others.length === 0) {
      await alone(only.statements, 'write').then(only.resolve, only.reject)
      return
    }
    const answers: (() => void)[] = []
    try {
      const transaction = await client.transaction('write')
      try {
        for (const { statements, resolve, reject } of group) {
          await transaction.execute('SAVEPOINT one')
          try {
            const results = await transaction.batch(statements)
            answers.push(() => resolve(results))
          } catch (error) {
            await transaction.execute('ROLLBACK TO one')
            answers.push(() => reject(error))
          }
          await transaction.execute('RELEASE one')
        }
        await transaction.commit()
      } finally {
        transaction.close()
      }
    } catch (error) {
      for (const { reject } of group) reject(error)
      return
    }
    for (const answer of answers) answer()
  }

  return statements =>
    new Promise((resolve, reject) => {
      waiting.push({ statements, resolve, reject })
      if (waiting.length === 1) setImmediate(flush)
    })
}
