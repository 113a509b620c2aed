import { inject } from 'vitest'
import type { Env } from '../../src/platform/workers.ts'
import { residentsContract } from '../contract/residents.ts'
import type { PostedEmail, PostedMessage } from '../support/outside.ts'
import { request, startInWorkerd, workerEnv } from './app.ts'

const outside = inject('outside')
const env: Env = {
  ...workerEnv,
  SIGNING_KEY: 'a key that is long enough to sign the links with',
  MAIL_URL: `${outside}/emails`,
  MAIL_FROM: 'no-reply@county.example',
  SMS_URL: `${outside}/messages`,
  SMS_TOKEN: 'token',
  SMS_FROM: '+13055550100',
}

async function listed<T>(path: string): Promise<T[]> {
  return (await (await fetch(`${outside}/${path}`)).json()) as T[]
}

residentsContract('on Workers with a libSQL server', async () => ({
  ...(await startInWorkerd(env)),
  ask: (path, init) => request(path, init, env),
  async lastTo(address) {
    const emails = await listed<PostedEmail>('emails')
    const messages = await listed<PostedMessage>('messages')
    return (
      emails.findLast(({ to }) => to.includes(address))?.text ??
      messages.findLast(({ to }) => to === address)?.text
    )
  },
}))
