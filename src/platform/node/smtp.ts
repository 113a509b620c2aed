import { createTransport } from 'nodemailer'
import { problem } from '../../core/problem.ts'
import { messageId } from '../mail.ts'
import type { Mail } from '../platform.ts'

const WITHIN_MILLISECONDS = 7_000

/** Mail by SMTP: `smtp://user:password@host:587`, or `smtps://` for TLS from the start. `from` is the address it comes from. */
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
    async send(letter) {
      try {
        await server.sendMail({
          from: { name: letter.from, address: from },
          // As an object it is one address, whatever is written in it.
          to: { name: '', address: letter.to },
          subject: letter.subject,
          text: letter.text,
          messageId: messageId(letter, from),
          headers: { ...letter.headers },
        })
        return 'sent'
      } catch (error) {
        return verdict(error)
      }
    },
  }
}

/** What the server says of a recipient or a message is about this letter (RFC 5321 § 4.2.1); anything else about the server. */
function verdict(cause: unknown): 'refused' | 'later' {
  const { code, responseCode } = cause as { code?: string; responseCode?: number }
  if ((code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== undefined) {
    return responseCode >= 500 ? 'refused' : 'later'
  }
  if (code === 'EENVELOPE') return 'refused'
  throw problem('mail-away', { detail: 'The mail server does not take letters now.', cause })
}
