import { problem } from '../core/problem.ts'
import { answers } from './mail.ts'
import type { Sms, TextMessage } from './platform.ts'

export interface SmsService {
  readonly url: string
  /** Account at the provider. With one, a message is a form of Twilio's Messages API; without, JSON. */
  readonly account: string | undefined
  readonly token: string
  readonly from: string
}

const WITHIN_MILLISECONDS = 10_000

/** Without a provider, pages offer email only. */
export const noSms: Sms = {
  isConfigured: false,
  async send() {
    throw problem('not-configured', {
      detail: 'Text messages are not set up (docs/residents.md, "Settings").',
    })
  },
}

/** A Twilio form with basic authentication, or JSON `{to, from, text}` with a bearer token. */
export function smsService(service: SmsService): Sms {
  return {
    isConfigured: true,
    verify: () => answers(service.url, 'sms-unavailable'),
    async send(message) {
      const answer = await post(service, message)
      await answer.body?.cancel()
      if (answer.ok) return 'sent'
      if (answer.status === 400 || answer.status === 422) return 'refused'
      throw problem('sms-unavailable', { detail: `The text message provider answered ${answer.status}.` })
    },
  }
}

async function post(service: SmsService, message: TextMessage): Promise<Response> {
  const signal = AbortSignal.timeout(WITHIN_MILLISECONDS)
  try {
    return await fetch(service.url, { method: 'POST', signal, ...written(service, message) })
  } catch (cause) {
    throw problem('sms-unavailable', { detail: 'The text message provider does not answer.', cause })
  }
}

function written({ account, token, from }: SmsService, { to, text }: TextMessage) {
  if (account === undefined) {
    return {
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ to, from, text }),
    }
  }
  return {
    headers: { authorization: `Basic ${btoa(`${account}:${token}`)}` },
    body: new URLSearchParams({ To: to, From: from, Body: text }),
  }
}
