import type { DatabaseClient, Platform } from '../../src/platform/platform.ts'

/** The same platform, with every round trip to a database counted at the port; `trips` says how many until now. */
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
  const watched = {
    client: (name: Parameters<typeof databases.client>[0]) => counting(databases.client(name)),
    create: databases.create.bind(databases),
    close: () => databases.close(),
  }
  return { platform: { ...platform, databases: watched }, trips: () => trips }
}
