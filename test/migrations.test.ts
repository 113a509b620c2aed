import { expect, it } from 'vitest'
import { compareLedger } from '../src/core/database/ledger.ts'
import { readMigration } from '../src/core/database/migrate.ts'
import { shippedMigrations } from '../src/core/database/shipped.ts'

/* The order of an upgrade is: migrate, then deploy. So the version before must go on with what was migrated. */

// Those before this rule.
const before = { directory: '0005', region: '0010', places: '0004', tenant: '0025' }
const takesAway = /\b(DROP|RENAME)\b/i

it.each(['directory', 'region', 'places', 'tenant'] as const)(
  'a migration of a %s database only adds, or has "breaking" in its name',
  kind => {
    const wrong = shippedMigrations()
      [kind].filter(({ name }) => name > `${before[kind]}~`)
      .filter(
        ({ name, statements }) => !name.includes('breaking') && statements.some(sql => takesAway.test(sql)),
      )
    expect(wrong.map(({ name }) => name)).toEqual([])
  },
)

it('a ledger is compared by content: older, newer with additions only, newer with less, and changed', () => {
  const [one, two] = [readMigration('0000_one', 'SELECT 1'), readMigration('0001_two', 'SELECT 2')]
  const fits = { missing: undefined, unknown: undefined }
  const shipped = [one, two]
  expect(compareLedger([one, two], shipped)).toEqual(fits)
  expect(compareLedger([one], shipped)).toEqual({ ...fits, missing: two })
  expect(compareLedger([one, two, { name: '0002_more', hash: 'x' }], shipped)).toEqual(fits)
  expect(compareLedger([one, two, { name: '0002_breaking_less', hash: 'x' }], shipped).unknown).toBe(
    '0002_breaking_less',
  )
  expect(compareLedger([one, { ...two, hash: 'changed' }], shipped)).toEqual({
    missing: two,
    unknown: '0001_two',
  })
})
