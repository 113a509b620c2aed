import { afterAll, beforeAll, expect, test } from 'vitest'
import { asProblem } from '../src/core/problem.ts'
import { noSms, smsService } from '../src/platform/sms.ts'
import { type PostedMessage, serveOutside } from './support/outside.ts'

let outside: Awaited<ReturnType<typeof serveOutside>>
beforeAll(async () => {
  outside = await serveOutside()
})
afterAll(() => outside.close())

const message = { to: '+13055550123', text: 'Ünïcode & more' }
const from = '+13055550100'
const last = async () => ((await (await fetch(`${outside.url}/messages`)).json()) as PostedMessage[]).at(-1)
const why = (asking: Promise<unknown>) =>
  asking.then(
    () => 'answered',
    error => `${asProblem(error).slug} ${asProblem(error).detail}`,
  )

test.each([
  ['AC1', `Basic ${btoa('AC1:t')}`],
  [undefined, 'Bearer t'],
])('a text message goes out as a form with an account, else as JSON: %s', async (account, authorization) => {
  const sms = smsService({ url: `${outside.url}/messages`, account, token: 't', from })
  expect(await sms.send(message)).toBe('sent')
  expect(await last()).toEqual({ ...message, from, authorization })
  expect(await sms.send({ ...message, to: '+13055550000' })).toBe('refused')
})

test('a provider that is unavailable is told apart from one that is not configured', async () => {
  const service = { account: undefined, token: 't', from }
  const broken = smsService({ ...service, url: `${outside.url}/nothing` })
  expect(await why(broken.send(message))).toMatch(/^sms-unavailable .*503/)
  const nowhere = smsService({ ...service, url: 'http://127.0.0.1:9/' })
  expect(await why(nowhere.send(message))).toMatch(/^sms-unavailable .*does not answer/)
  expect(await why(noSms.send(message))).toMatch(/^not-configured/)
})
