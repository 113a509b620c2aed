import { problem } from '../core/problem.ts'
import type { Letter, Mail } from './platform.ts'

export interface MailService {
  /** Takes a letter as a POST of JSON, in the shape that Resend made common. */
  readonly url: string
  readonly token: string
  /** The address that letters come from. */
  readonly from: string
}

const WITHIN_MILLISECONDS = 10_000

/** Where no mail server is configured, letters wait in their jobs and say why. */
export const noMail: Mail = {
  isConfigured: false,
  async send() {
    throw problem('not-configured', {
      detail: 'No mail server is configured (docs/partners.md, "Settings").',
    })
  },
}

/** Mail by a provider over HTTP: `{from, to, subject, text, headers}`, a bearer token, an Idempotency-Key. */
export function mailService({ url, token, from }: MailService): Mail {
  return {
    isConfigured: true,
    async send(letter) {
      const answer = await post(url, token, letter, from)
      await answer.body?.cancel()
      if (answer.ok) return 'sent'
      if (answer.status === 400 || answer.status === 422) return 'refused'
      throw problem('mail-away', { detail: `The mail service answered ${answer.status}.` })
    },
  }
}

async function post(url: string, token: string, letter: Letter, from: string): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      signal: AbortSignal.timeout(WITHIN_MILLISECONDS),
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'idempotency-key': letter.id,
      },
      body: JSON.stringify({
        from: `"${letter.from.replace(/["\\\r\n]/g, '')}" <${from}>`,
        to: [letter.to],
        subject: letter.subject,
        text: letter.text,
        headers: { ...letter.headers, 'Message-ID': messageId(letter, from) },
      }),
    })
  } catch (cause) {
    throw problem('mail-away', { detail: 'The mail service does not answer.', cause })
  }
}

/** RFC 5322 § 3.6.4: unique for ever, in the sender's own domain. */
export function messageId({ id }: Letter, from: string): string {
  return `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`
}
