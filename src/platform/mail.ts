import { problem } from '../core/problem.ts'
import type { Email, Mail } from './platform.ts'

export interface MailService {
  /** Takes an email as a POST of JSON, in the shape that Resend made common. */
  readonly url: string
  readonly token: string
  readonly from: string
}

const WITHIN_MILLISECONDS = 10_000

/** Without a mail server, emails stay in their jobs, which record the reason. */
export const noMail: Mail = {
  isConfigured: false,
  async send() {
    throw problem('not-configured', {
      detail: 'Email is not set up (docs/partners.md, "Settings").',
    })
  },
}

/** Mail by a provider over HTTP: `{from, to, subject, text, headers}`, a bearer token, an Idempotency-Key. */
export function mailService({ url, token, from }: MailService): Mail {
  return {
    isConfigured: true,
    verify: () => answers(url, 'mail-unavailable'),
    async send(email) {
      const answer = await post(url, token, email, from)
      await answer.body?.cancel()
      if (answer.ok) return 'sent'
      if (answer.status === 400 || answer.status === 422) return 'refused'
      throw problem('mail-unavailable', { detail: `The mail service answered ${answer.status}.` })
    },
  }
}

/** Throws a problem of this kind unless something at `url` answers at all: only a message would show more. */
export async function answers(url: string, otherwise: 'mail-unavailable' | 'sms-unavailable'): Promise<void> {
  try {
    const answer = await fetch(new URL('/', url), { signal: AbortSignal.timeout(WITHIN_MILLISECONDS) })
    await answer.body?.cancel()
  } catch (cause) {
    throw problem(otherwise, { detail: `${new URL(url).host} does not answer.`, cause })
  }
}

async function post(url: string, token: string, email: Email, from: string): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      signal: AbortSignal.timeout(WITHIN_MILLISECONDS),
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'idempotency-key': email.id,
      },
      body: JSON.stringify({
        from: `"${email.from.replace(/["\\\r\n]/g, '')}" <${from}>`,
        to: [email.to],
        subject: email.subject,
        text: email.text,
        headers: { ...email.headers, 'Message-ID': messageId(email, from) },
      }),
    })
  } catch (cause) {
    throw problem('mail-unavailable', { detail: 'The mail service does not answer.', cause })
  }
}

/** RFC 5322 § 3.6.4: globally unique, in the sender's own domain. */
export function messageId({ id }: Email, from: string): string {
  return `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`
}
