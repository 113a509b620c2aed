import { counter, type Metrics } from '../core/metrics.ts'
import { type Tracer, traced } from '../core/tracing.ts'
import type { Transport } from './outbound.ts'
import type { Log, Mail, Sms } from './platform.ts'

const emails = counter(
  'countyline_emails_total',
  'Emails that this process tried to send: sent, refused (not tried again), later, failed (the server cannot be used).',
)
const texts = counter(
  'countyline_text_messages_total',
  'Text messages that this process tried to send: sent, refused, failed (the provider cannot be used).',
)
const events = counter('countyline_log_events_total', 'Warnings and errors that this process has logged.')

/** Who counts and traces. */
export interface Observers {
  readonly metrics: Metrics
  readonly tracer: Tracer | undefined
}

export function observedMail(observers: Observers, mail: Mail): Mail {
  const send: Mail['send'] = email =>
    traced(observers, { name: 'send email', kind: 'client' }, () =>
      counted(observers.metrics, emails, mail.send(email)),
    )
  return { ...mail, send }
}

export function observedSms(observers: Observers, sms: Sms): Sms {
  const send: Sms['send'] = message =>
    traced(observers, { name: 'send text message', kind: 'client' }, () =>
      counted(observers.metrics, texts, sms.send(message)),
    )
  return { ...sms, send }
}

async function counted<Outcome extends string>(
  metrics: Metrics,
  metric: typeof emails,
  sending: Promise<Outcome>,
): Promise<Outcome> {
  try {
    const outcome = await sending
    metrics.add(metric, { outcome })
    return outcome
  } catch (error) {
    metrics.add(metric, { outcome: 'failed' })
    throw error
  }
}

/** Never the path: it can hold a key. */
export function observedTransport(observers: Pick<Observers, 'tracer'>, transport: Transport): Transport {
  return hop => {
    const { method, url } = hop
    const attributes = { 'http.request.method': method, 'server.address': url.hostname }
    return traced(
      observers,
      { name: `${method} ${url.hostname}`, kind: 'client', attributes },
      async span => {
        const answer = await transport(hop)
        span.set({ 'http.response.status_code': answer.status })
        if (answer.status >= 500) span.fail(String(answer.status))
        return answer
      },
    )
  }
}

export function observedLog(metrics: Metrics, log: Log): Log {
  return (level, event, fields) => {
    if (level !== 'info') metrics.add(events, { level, event })
    log(level, event, fields)
  }
}
