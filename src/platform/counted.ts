import { counter, type Metrics } from '../core/metrics.ts'
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

export function countedMail(metrics: Metrics, mail: Mail): Mail {
  return { ...mail, send: email => counted(metrics, emails, mail.send(email)) }
}

export function countedSms(metrics: Metrics, sms: Sms): Sms {
  return { ...sms, send: message => counted(metrics, texts, sms.send(message)) }
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

export function countedLog(metrics: Metrics, log: Log): Log {
  return (level, event, fields) => {
    if (level !== 'info') metrics.add(events, { level, event })
    log(level, event, fields)
  }
}
