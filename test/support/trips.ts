import type { DatabaseClient, Platform } from '../../src/platform/platform.ts'

/** The same platform, with every round trip to a database counted at the port; `trips` returns the count so far. */
export function counted<P extends Platform>(platform: P): { platform: P; trips: () => number } {
  let trips = 0
  const { databases } = platform
  const counting = (client: DatabaseClient): DatabaseClient => ({
    execute: ((...given: Parameters<DatabaseClient['execute']>) => {
      trips++
      return client.execute(...given)
    }) as DatabaseClient['execute'],
    batch: (...given) => {
      trips++
      return client.batch(...given)
    },
    close: () => client.close(),
  })
  // One wrapper per client: a client that is new to the app is asked whose database it is.
  const counted = new WeakMap<DatabaseClient, DatabaseClient>()
  const watched = {
    client: (...given: Parameters<typeof databases.client>) => {
      const client = databases.client(...given)
      const known = counted.get(client) ?? counting(client)
      counted.set(client, known)
      return known
    },
    create: databases.create.bind(databases),
    delete: databases.delete.bind(databases),
    urlOf: databases.urlOf.bind(databases),
    close: () => databases.close(),
  }
  return { platform: { ...platform, databases: watched }, trips: () => trips }
}
