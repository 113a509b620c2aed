import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { MailSettings } from '../../src/platform/node/platform.ts'

/** An email as its reader's program shows it. */
export interface ReceivedEmail {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
}

export interface Mailbox {
  readonly settings: MailSettings
  readonly emails: ReceivedEmail[]
  /** The server's response to emails for this address from now on: an SMTP code, or undefined to accept them. */
  answer(address: string, code: number | undefined): void
  /** Accepts no connections until it is opened again. */
  close(): Promise<void>
  open(): Promise<void>
  emailsTo(address: string): ReceivedEmail[]
}

/** A real SMTP server on a free port of this machine. */
export async function startMailbox(): Promise<Mailbox> {
  const emails: ReceivedEmail[] = []
  const answers = new Map<string, number>()
  let port = 0
  let server: SMTPServer
  const open = () =>
    new Promise<void>(resolve => {
      server = new SMTPServer({
        authOptional: true,
        disabledCommands: ['STARTTLS', 'AUTH'],
        onRcptTo({ address }, _session, callback) {
          const code = answers.get(address)
          if (code === undefined) callback()
          else callback(Object.assign(new Error('not here'), { responseCode: code }))
        },
        onData(stream, session, callback) {
          let raw = ''
          stream.setEncoding('utf8')
          stream.on('data', part => {
            raw += part
          })
          stream.on('end', () => {
            for (const { address } of session.envelope.rcptTo) emails.push(read(address, raw))
            callback()
          })
        },
      })
      server.listen(port, '127.0.0.1', () => {
        port = (server.server.address() as AddressInfo).port
        resolve()
      })
    })
  await open()
  return {
    settings: { kind: 'smtp', url: `smtp://127.0.0.1:${port}`, from: 'no-reply@county.example' },
    emails,
    answer: (address, code) => (code === undefined ? answers.delete(address) : answers.set(address, code)),
    close: () => new Promise(resolve => server.close(resolve)),
    open,
    emailsTo: address => emails.filter(({ to }) => to === address),
  }
}

/** The link in an email that leads to this page. */
export function linkIn({ text }: ReceivedEmail, page: string): string {
  const found = text.match(/https?:\/\/\S+/g)?.find(url => url.includes(`/${page}/`))
  if (found === undefined) throw new Error(`no link to ${page} in:\n${text}`)
  return found
}

function read(to: string, raw: string): ReceivedEmail {
  const [head = '', ...body] = raw.split('\r\n\r\n')
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  const headers = new Map(
    lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
  const coded = body.join('\r\n\r\n')
  const encoding = headers.get('content-transfer-encoding')
  const text =
    encoding === 'base64'
      ? Buffer.from(coded, 'base64').toString('utf8')
      : encoding === 'quoted-printable'
        ? quotedPrintable(coded.replace(/=\r\n/g, ''))
        : coded
  const subject = (headers.get('subject') ?? '')
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?UTF-8\?Q\?(.*?)\?=/gi, (_, word: string) => quotedPrintable(word.replaceAll('_', ' ')))
    .replace(/=\?UTF-8\?B\?(.*?)\?=/gi, (_, word: string) => Buffer.from(word, 'base64').toString('utf8'))
  return { to, subject, text: text.replaceAll('\r\n', '\n'), headers }
}

function quotedPrintable(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
