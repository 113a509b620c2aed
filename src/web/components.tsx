import type { Child } from 'hono/jsx'
import { dayText, isoMoment, isSameDay, lastMinute, momentText } from '../core/dates.ts'
import type { Mail } from '../platform/platform.ts'
import type { Status } from '../requests/schema.ts'
import { Icon } from './icon.tsx'
import type { View } from './view.ts'

type AlertProps = {
  type: 'info' | 'warning' | 'error' | 'success' | 'emergency'
  heading?: string | undefined
  /** Announced at once: for what is the answer to what the reader just did. */
  live?: boolean
  id?: string
  children?: Child
}

export function Alert({ type, heading, live, id, children }: AlertProps) {
  return (
    <div class={`usa-alert usa-alert--${type}`} id={id} role={live ? 'alert' : undefined}>
      <div class="usa-alert__body">
        {heading && <h2 class="usa-alert__heading">{heading}</h2>}
        <div class="usa-alert__text">{children}</div>
      </div>
    </div>
  )
}

/** The emergency number, before anything else. */
export function Emergency({ view }: { view: View }) {
  const { emergency } = view.site.region.documents.region
  return (
    <Alert type="emergency">
      <p>
        {view.say(emergency.text)}{' '}
        <a class="usa-link" href={`tel:${emergency.phone}`}>
          {view.t('call', { phone: emergency.phone })}
        </a>
      </p>
    </Alert>
  )
}

export function StatusTag({ view, status }: { view: View; status: Status }) {
  return <span class={`status status--${status}`}>{view.t(`status-${status}`)}</span>
}

interface MomentProps {
  view: View
  at: number
  zone: string
  exact?: boolean
}

export function Moment({ view, at, zone, exact }: MomentProps) {
  return <time datetime={isoMoment(at)}>{momentWords(view, at, zone, exact)}</time>
}

/** The moment until which something is good, or by which it is to be done: of today, with the hour. */
export function Until({ view, at, zone, exact }: MomentProps) {
  const isToday = isSameDay(at, view.now, zone)
  return (
    <time datetime={isoMoment(at)}>{momentWords(view, lastMinute(at, zone), zone, exact || isToday)}</time>
  )
}

function momentWords({ t }: View, at: number, zone: string, exact = false): string {
  return exact ? momentText(t, at, zone) : dayText(t, at, zone)
}

/** Where a resident is in the three steps of a report. */
export function Steps({ view, current }: { view: View; current: 1 | 2 | 3 }) {
  const { t } = view
  const steps = [t('step-what'), t('step-where'), t('step-details')]
  return (
    <div class="usa-step-indicator usa-step-indicator--no-labels steps">
      <ol class="usa-step-indicator__segments" aria-label={t('steps')}>
        {steps.map((label, index) => (
          <li
            class={`usa-step-indicator__segment ${segmentState(index + 1, current)}`}
            aria-current={index + 1 === current ? 'step' : undefined}
          >
            <span class="usa-step-indicator__segment-label">{label}</span>
          </li>
        ))}
      </ol>
      <p class="steps__text">{t('step-of', { current, total: steps.length })}</p>
    </div>
  )
}

function segmentState(step: number, current: number): string {
  if (step === current) return 'usa-step-indicator__segment--current'
  return step < current ? 'usa-step-indicator__segment--complete' : ''
}

export function BackLink({ href, children }: { href: string; children?: Child }) {
  return (
    <a class="back usa-link" href={href}>
      <Icon name="arrow_back" />
      {children}
    </a>
  )
}

/** Before anybody asks for a letter that cannot be sent. */
export function NoMailNote({ view }: { view: View }) {
  if (view.sendsMail) return null
  return (
    <Alert type="warning">
      <p>{view.t('no-mail-note')}</p>
    </Alert>
  )
}

/** For staff. `kind` is a variant of USWDS's button. */
export function SignOut({ view, kind }: { view: View; kind: 'outline' | 'unstyled' }) {
  return (
    <form method="post" action={view.href('/sign-out')}>
      <button class={`usa-button usa-button--${kind}`} type="submit">
        {view.t('sign-out')}
      </button>
    </form>
  )
}

/** Where letters cannot be sent: what to do about it. */
export function NoMail({ view, mail }: { view: View; mail: Mail }) {
  if (mail.isConfigured) return null
  return (
    <Alert type="warning" heading={view.t('no-mail')}>
      <p>{view.t('no-mail-text')}</p>
    </Alert>
  )
}

/** What stands where a list would: nothing yet, and what to do about it. */
export function Empty({ children }: { children?: Child }) {
  return <div class="empty">{children}</div>
}
