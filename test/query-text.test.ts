import { type SQL, sql } from 'drizzle-orm'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import { describe, expect, it } from 'vitest'
import { queryOf } from '../src/core/database/query-text.ts'
import { apiKey } from '../src/identity/schema.ts'
import { request } from '../src/requests/schema.ts'

const dialect = new SQLiteAsyncDialect()
const byDialect = (template: SQL) => {
  const { sql: text, params } = dialect.sqlToQuery(template)
  return { sql: text, params }
}

describe('the text of a template', () => {
  const inner = sql`hash = ${'h'} AND ${sql`expires_at > ${5}`}`
  it.each([
    ['of text alone', sql`SELECT 1`],
    ['with values', sql`SELECT ${'a'}, ${1}, ${null}, ${true}, ${10n}`],
    ['with a table', sql`SELECT * FROM ${apiKey} WHERE ${inner} OR id = ${'x'}`],
    ['with templates in a list', sql`VALUES ${sql.join([sql`(${1})`, sql`(${2})`], sql`, `)}`],
    ['with raw text', sql`SELECT ${sql.raw('count(*)')} FROM ${request} WHERE id = ${'?'}`],
  ])('%s is what drizzle writes', (_, template) => {
    expect(queryOf(template)).toEqual(byDialect(template))
  })

  it.each([
    ['a column', sql`SELECT ${request.id} FROM ${request}`],
    ['an identifier', sql`SELECT * FROM ${sql.identifier('request')}`],
    ['a list of values', sql`SELECT 1 WHERE 1 IN ${[1, 2]}`],
    ['a parameter with a type', sql`SELECT ${sql.param([1], request.holders)}`],
    ['what may be absent', sql`SELECT 1 ${undefined}`],
  ])('is left to drizzle where there is %s', (_, template) => {
    expect(queryOf(template)).toBeUndefined()
    expect(byDialect(template).sql).toMatch(/^SELECT/)
  })
})
