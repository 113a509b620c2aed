import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Finding, playSchedule } from './custody/schedule.ts'
import { openWorld, type Sabotage, type Statement } from './custody/world.ts'
import { sqldBinary } from './support/sqld.ts'

/*
 * Custody under crashes, repetition, delay and disorder. Only a few schedules, to show that the command works;
 * `.ci/run` plays ten thousand.
 */

describe('under any order of crashes, repeats and delays, each share has one holder and nothing acknowledged is lost', () => {
  it('on files', { timeout: 180_000 }, async () => {
    expect(await custody('--schedules', '60')).toMatch(/\n60 schedules, 0 violations\n$/)
  })

  it.skipIf(sqldBinary() === undefined)('on a libSQL server', { timeout: 180_000 }, async () => {
    expect(await custody('--schedules', '30', '--sqld')).toMatch(/\n30 schedules, 0 violations\n$/)
  })
})

describe('the schedules find', () => {
  const without =
    (pattern: RegExp): Sabotage =>
    statements =>
      statements.map(statement => (pattern.test(statement.sql) ? { sql: 'SELECT 1', args: [] } : statement))

  /** As where a photo's id is a primary key. */
  const refuseKnownPhoto = ({ args: [photo, request] }: Statement): Statement => ({
    sql: "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM media WHERE id = ? AND request <> ?) THEN 1 ELSE json('known') END",
    args: [photo, request],
  })

  it.each<[string, Sabotage]>([
    ['an inbox that does not note what has been applied', without(/^INSERT INTO inbox/)],
    [
      'an answer that is not looked at again when the offer changed under it',
      without(/FROM handoff WHERE id = \? AND side = \? AND version = \?/),
    ],
    [
      'a request that may be given away twice',
      without(/^SELECT CASE WHEN NOT EXISTS \(SELECT 1 FROM handoff/),
    ],
    ['a grant that is not written where the request is let go', without(/^INSERT OR IGNORE INTO message/)],
    [
      'a photo that may be claimed again by another report',
      statements =>
        statements.map(statement => ({
          ...statement,
          sql: statement.sql.replace('(claimed_at IS NULL OR claimed_by = ?)', '(1 OR claimed_by = ?)'),
        })),
    ],
    [
      'a receiver that takes no case whose photo another report there has',
      statements =>
        statements.flatMap(statement =>
          statement.sql.startsWith('INSERT OR IGNORE INTO media')
            ? [refuseKnownPhoto(statement), statement]
            : [statement],
        ),
    ],
    [
      'an operator who takes back what may have been applied',
      without(/^INSERT INTO inbox \(sender, message, at, settled\)/),
    ],
    [
      'an operator who takes back what nobody gives back',
      without(
        /^UPDATE request SET custody = 'held', passed_to = NULL, status = \?, case_status = \?, close_reason = NULL,\n\s+closed_at/,
      ),
    ],
    ['a grant that leaves the request with the sender', without(/^UPDATE request SET custody = 'passed'/)],
  ])('%s', { timeout: 120_000 }, async (_, sabotage) => {
    const finding = await firstFinding(sabotage)
    expect(finding?.errors).not.toEqual([])
    expect(finding?.steps.length).toBeGreaterThan(0)
  })

  it('the same again from the same seed', { timeout: 120_000 }, async () => {
    const broken = without(/^INSERT INTO inbox/)
    const first = await firstFinding(broken)
    expect(first).toBeDefined()
    expect(await firstFinding(broken, first?.seed)).toEqual(first)
  })
})

/** The first schedule that this sabotage breaks. */
async function firstFinding(sabotage: Sabotage, from = 1): Promise<Finding | undefined> {
  const world = await openWorld({ sabotage })
  try {
    for (let seed = from; seed < from + 300; seed++) {
      const finding = await playSchedule(world, seed)
      if (finding !== undefined) return finding
    }
    return undefined
  } finally {
    await world.close()
  }
}

/** The output of `npm run custody`, whatever its exit code. */
function custody(...args: string[]): Promise<string> {
  const root = fileURLToPath(new URL('../', import.meta.url))
  const child = spawn(
    process.execPath,
    ['--import', './scripts/tsx-hook.ts', 'test/custody/run.ts', ...args],
    { cwd: root },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += chunk
    })
  }
  return new Promise(resolve =>
    child.once('exit', code => resolve(code === 0 ? output : `${output}exit code ${code}`)),
  )
}
