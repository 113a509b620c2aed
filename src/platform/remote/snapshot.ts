import type { Client, InValue } from '@libsql/client'
import { type DatabaseSnapshot, noDeadlines } from '../platform.ts'

/** `connect` makes a client that reads integers as `bigint`. */
export async function openSnapshot(connect: (signal: AbortSignal) => Client): Promise<DatabaseSnapshot> {
  const client = connect(AbortSignal.timeout(noDeadlines.write))
  const transaction = await client.transaction('read')
  return {
    async rows(sql, args = []) {
      const { rows, columns } = await transaction.execute({ sql, args: [...args] })
      return rows.map(row => columns.map((_, index) => row[index] as InValue))
    },
    async close() {
      transaction.close()
      client.close()
    },
  }
}
