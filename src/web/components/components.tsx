import type { Child } from 'hono/jsx'
import { formatDate, formatDateTime, isoDateTime, isSameDay, lastMinute } from '../../core/dates.ts'
import type { Translate } from '../../core/i18n.ts'
import type { Mail } from '../../platform/platform.ts'
import type { Status } from '../../requests/schema.ts'
import type { PageView } from '../view.ts'
import { Icon } from './icon.tsx'

type AlertProps = {
  type: 'info' | 'warning' | 'error' | 'success' | 'emergency'
  heading?: string | undefined
  /** Announced at once by screen readers: for the result of what the reader just did. */
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

export function Emergency({ view }: { view: PageView }) {
  const { emergency } = view.site.region.documents.region
  return (
    <Alert type="emergency">
      <p>
        {view.localize(emergency.text)}{' '}
        <a class="usa-link" href={`tel:${emergency.phone}`}>
          {view.t('call', { phone: view.phone(emergency.phone) })}
        </a>
      </p>
    </Alert>
  )
}

export function StatusTag({ view, status }: { view: PageView; status: Status }) {
  return <span class={`status status--${status}`}>{view.t(`status-${status}`)}</span>
}

interface MomentProps {
  view: PageView
  at: number
  zone: string
  exact?: boolean
}

export function Moment({ view, at, zone, exact }: MomentProps) {
  return <time datetime={isoDateTime(at)}>{momentWords(view, at, zone, exact)}</time>
}

export function Until({ view, at, zone, exact }: MomentProps) {
  const isToday = isSameDay(at, view.now, zone)
  return (
    <time datetime={isoDateTime(at)}>{momentWords(view, lastMinute(at, zone), zone, exact || isToday)}</time>
  )
}

function momentWords({ t }: PageView, at: number, zone: string, exact = false): string {
  return exact ? formatDateTime(t, at, zone) : formatDate(t, at, zone)
}

export function Steps({ view, current }: { view: PageView; current: 1 | 2 | 3 }) {
  const { t } = view
  const steps = [t('step-what'), t('step-where'), t('step-details')]
  return <StepIndicator {...{ t, steps, current }} label={t('steps')} />
}

interface StepIndicatorProps {
  t: Translate
  label: string
  steps: readonly string[]
  /** From 1. */
  current: number
}

export function StepIndicator({ t, label, steps, current }: StepIndicatorProps) {
  return (
    <div class="usa-step-indicator usa-step-indicator--no-labels steps">
      <ol class="usa-step-indicator__segments" aria-label={label}>
        {steps.map((step, index) => (
          <li
            class={`usa-step-indicator__segment ${segmentState(index + 1, current)}`}
            aria-current={index + 1 === current ? 'step' : undefined}
          >
            <span class="usa-step-indicator__segment-label">{step}</span>
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

export function NoMailNote({ view }: { view: PageView }) {
  if (view.sendsMail) return null
  return (
    <Alert type="warning">
      <p>{view.t('no-mail-note')}</p>
    </Alert>
  )
}

export function SignOut({ view, kind }: { view: PageView; kind: 'outline' | 'unstyled' }) {
  return (
    <form method="post" action={view.href('/sign-out')}>
      <button class={`usa-button usa-button--${kind}`} type="submit">
        {view.t('sign-out')}
      </button>
    </form>
  )
}

export function NoMail({ view, mail }: { view: PageView; mail: Mail }) {
  if (mail.isConfigured) return null
  return (
    <Alert type="warning" heading={view.t('no-mail')}>
      <p>{view.t('no-mail-text')}</p>
    </Alert>
  )
}

export function Empty({ children }: { children?: Child }) {
  return <div class="empty">{children}</div>
}
