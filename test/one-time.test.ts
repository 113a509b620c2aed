import { afterAll, beforeAll, expect, it } from 'vitest'
import { openRegion } from '../src/core/database/handles.ts'
import { oneTime } from '../src/identity/region-schema.ts'
import {
  DIGITS,
  issueOneTime,
  type OneTime,
  peekOneTime,
  useOneTime,
} from '../src/identity/sessions/one-time.ts'
import { bundled, startApp, type TestApp } from './support/app.ts'

let app: TestApp
const db = () => openRegion(app.platform, { kind: 'system', reason: 'test' }, bundled)
const issue = async (input: Partial<Parameters<typeof issueOneTime>[2]> = {}): Promise<OneTime> => {
  const made = await issueOneTime(app.platform, db(), { purpose: 'test', minutes: 10, ...input })
  if (made === undefined) throw new Error('not issued')
  return made
}
const use = ({ id, secret }: OneTime, purpose = 'test') => useOneTime(app.platform, db(), purpose, id, secret)

beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

it('is used once, even by two at the same time', async () => {
  const made = await issue({ data: { word: 'hello' } })
  const answers = await Promise.all([use(made), use(made), use(made)])
  expect(answers.filter(answer => answer !== undefined)).toEqual([{ word: 'hello' }])
  expect(await use(made)).toBeUndefined()
})

it('is good for its own purpose and nothing else', async () => {
  const made = await issue()
  expect(await use(made, 'other')).toBeUndefined()
  expect(await use(made)).toEqual({})
})

it('is good until its time is over', async () => {
  const made = await issue({ minutes: 10 })
  app.advance(10 * 60_000)
  expect(await use(made)).toBeUndefined()
})

it('bears five wrong secrets, and then not even the right one opens it', async () => {
  const made = await issue({ secret: { length: 6, alphabet: DIGITS } })
  expect(made.secret).toMatch(/^\d{6}$/)
  const wrong = { ...made, secret: made.secret === '000000' ? '000001' : '000000' }
  for (let tries = 0; tries < 4; tries++) expect(await use(wrong)).toBeUndefined()
  const other = await issue({ secret: { length: 6, alphabet: DIGITS } })
  expect(await use({ ...made, id: other.id })).toBeUndefined()
  expect(await use(wrong)).toBeUndefined()
  expect(await use(made)).toBeUndefined()
  expect(await use(other)).toEqual({})
})

it('is given to one holder only so often within an hour', async () => {
  const input = { purpose: 'test', holder: 'somebody', minutes: 10, maxPerHour: 2 }
  const ask = () => issueOneTime(app.platform, db(), input)
  expect(await ask()).toBeDefined()
  expect(await ask()).toBeDefined()
  expect(await ask()).toBeUndefined()
  expect(await issueOneTime(app.platform, db(), { ...input, holder: 'another' })).toBeDefined()
  app.advance(3_600_000)
  expect(await ask()).toBeDefined()
})

it('is given anew without waiting once its holder has used one', async () => {
  const input = { purpose: 'test', holder: 'a user', minutes: 10, maxPerHour: 2, maxPerDay: 3 }
  const ask = () => issueOneTime(app.platform, db(), input)
  const [, last] = [await ask(), await ask()]
  expect(await ask()).toBeUndefined()
  app.advance(60_000)
  expect(await use(last ?? { id: '', secret: '' })).toEqual({})
  app.advance(1)
  expect([await ask(), await ask()]).not.toContain(undefined)
  app.advance(3_600_000)
  expect([await ask(), await ask()]).toEqual([expect.anything(), undefined])
  app.advance(86_400_000)
  expect(await ask()).toBeDefined()
})

it('may be looked at without being used, by whoever has the secret', async () => {
  const made = await issue({ data: { word: 'hello' } })
  const look = (secret: string) => peekOneTime(app.platform, db(), 'test', made.id, secret)
  expect(await look(made.secret)).toEqual({ word: 'hello' })
  expect(await look(`${made.secret.slice(1)}2`)).toBeUndefined()
  expect(await use(made)).toEqual({ word: 'hello' })
  expect(await look(made.secret)).toBeUndefined()
})

it('keeps no secret', async () => {
  const made = await issue()
  expect(JSON.stringify(await db().select().from(oneTime))).not.toContain(made.secret)
})

it('says in the log of what kind one was that it refused, and nothing else of it', async () => {
  const made = await issue({ minutes: 10 })
  const refusals = async (asked: Promise<unknown>) => {
    app.logged.length = 0
    await asked
    return app.logged
  }
  const refused = { level: 'warn', event: 'one-time-refused', fields: { region: bundled, purpose: 'test' } }
  const wrong = { ...made, secret: 'wrong' }
  expect(await refusals(use(wrong))).toEqual([refused])
  expect(await refusals(peekOneTime(app.platform, db(), 'test', made.id, 'wrong'))).toEqual([refused])
  expect(await refusals(use(made))).toEqual([])
  expect(await refusals(use(made))).toEqual([refused])
})
