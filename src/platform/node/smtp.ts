import { createTransport } from 'nodemailer'
import { problem } from '../../core/problem.ts'
import { messageId } from '../mail.ts'
import type { Mail } from '../platform.ts'

const WITHIN_MILLISECONDS = 7_000

export function smtpMail({ url, from }: { readonly url: string; readonly from: string }): Mail {
  const server = createTransport({
    url,
    connectionTimeout: WITHIN_MILLISECONDS,
    greetingTimeout: WITHIN_MILLISECONDS,
    socketTimeout: WITHIN_MILLISECONDS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    isConfigured: true,
    async verify() {
      try {
        await server.verify()
      } catch (cause) {
        const { code } = cause as { code?: string }
        const isSignIn = code === 'EAUTH'
        const detail = isSignIn ? 'It refuses the user or password.' : 'It does not answer as a mail server.'
        throw problem('mail-unavailable', { detail, cause })
      }
    },
    async send(email) {
      try {
        await server.sendMail({
          from: { name: email.from, address: from },
          // As an object it is one address, whatever it contains.
          to: { name: '', address: email.to },
          subject: email.subject,
          text: email.text,
          messageId: messageId(email, from),
          headers: { ...email.headers },
        })
        return 'sent'
      } catch (error) {
        return verdict(error)
      }
    },
  }
}

// A reply to a recipient or message concerns this email (RFC 5321 § 4.2.1); other errors concern the server.
function verdict(cause: unknown): 'refused' | 'later' {
  const { code, responseCode } = cause as { code?: string; responseCode?: number }
  if ((code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== undefined) {
    return responseCode >= 500 ? 'refused' : 'later'
  }
  if (code === 'EENVELOPE') return 'refused'
  throw problem('mail-unavailable', { detail: 'The mail server does not accept email now.', cause })
}
