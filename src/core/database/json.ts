import { type SQL, sql } from 'drizzle-orm'

// For JSON that a query puts together. A column that stores JSON says so, with its type, in its `schema.ts`
// (`mode: 'json'`), or has a function beside it that reads it.

export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T
}

/** An expression of a select, read as `T`. */
export function jsonOf<T>(expression: SQL): SQL<T> {
  return sql<T>`${expression}`.mapWith((text: string) => fromJson<T>(text))
}
