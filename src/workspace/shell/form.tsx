import type { Child } from 'hono/jsx'
import type { TenantDb } from '../../core/database/handles.ts'
import { claimIdempotencyKey } from '../../core/database/idempotency.ts'
import type { MessageKey } from '../../core/i18n.ts'
import { randomText } from '../../core/ids.ts'
import {
  asProblem,
  type FieldError,
  type FieldErrorCode,
  type Problem,
  type ProblemSlug,
  problem,
} from '../../core/problem.ts'
import { isLongerThan } from '../../core/text.ts'
import { Alert } from '../../web/components/components.tsx'
import { type FieldMessage, fieldMessage } from '../../web/components/fields.tsx'
import { readForm, readOnce } from '../../web/form.ts'
import type { PageView } from '../../web/view.ts'
import type { StaffPageContext } from './context.ts'

/* A page has several forms, so fields carry their form's name: `note.text`. `once` is an idempotency key. */

export interface SubmittedForm {
  readonly action: string
  one(name: string): string
  all(name: string): readonly string[]
  readonly key: string | undefined
  readonly version: number
}

/** A form that failed, to be shown again as it was typed, with its errors. */
export interface FormState {
  readonly sent: SubmittedForm
  readonly errors: readonly FieldMessage[]
  readonly refused?: Problem
}

export async function readSubmitted(c: StaffPageContext, action: string): Promise<SubmittedForm> {
  return submittedOf(await readForm(c), action)
}

export function submittedOf(form: FormData, action: string): SubmittedForm {
  const once = readOnce(form)
  const text = (name: string) => {
    const value = form.get(name)
    return typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : ''
  }
  const version = Number(text('version') || '0')
  return {
    action,
    one: name => text(`${action}.${name}`),
    all: name => form.getAll(`${action}.${name}`).filter(value => typeof value === 'string'),
    key: once === '' ? undefined : `${once}:${action}`,
    version: Number.isSafeInteger(version) ? version : 0,
  }
}

/** Throws `invalid-fields` for text that is too long. */
export function textOf(sent: SubmittedForm, field: string, max = 2000): string {
  const text = sent.one(field)
  if (isLongerThan(text, max)) throw fieldError(field, 'too-long', { max })
  return text
}

/** For an action that is not one batch itself. Throws `key-reused`. */
export async function doOnce(db: TenantDb, sent: SubmittedForm, at: number): Promise<void> {
  if (sent.key !== undefined) await claimIdempotencyKey(db, sent.key, at)
}

export function refuseMissing(sent: SubmittedForm, names: readonly string[]): void {
  const missing = names.filter(name => sent.one(name) === '')
  if (missing.length === 0) return
  throw problem('invalid-fields', { fields: missing.map(field => ({ field, code: 'required' })) })
}

export function fieldError(field: string, code: FieldErrorCode, params: FieldError['params'] = {}): Problem {
  return problem('invalid-fields', { fields: [{ field, code, params }] })
}

const labels: Readonly<Record<string, MessageKey>> = {
  text: 'work-field-text',
  reason: 'work-field-reason',
  receiver: 'work-field-receiver',
  holder: 'work-field-holder',
  counter: 'work-field-counter',
  of: 'work-field-number',
  email: 'field-email',
  role: 'work-field-role',
  from: 'work-field-from',
  to: 'work-field-to',
  name: 'work-field-key-name',
  scope: 'work-field-scope',
  way: 'work-field-way',
  partner: 'work-field-partner',
  kind: 'work-field-kind',
  services: 'work-grant-services-label',
  for: 'work-note-for',
  as: 'work-review-as',
  lat: 'work-field-lat',
  long: 'work-field-long',
  address: 'field-address',
}

export function errorsOf(view: PageView, action: string, errors: readonly FieldError[]): FieldMessage[] {
  return errors.map(error => {
    const label = labels[error.field]
    const name = label === undefined ? error.field : view.t(label)
    return fieldMessage(view.t, `${action}.${error.field}`, name, error)
  })
}

/** Refusals after which the page is shown again with the present state. */
const refusals: readonly ProblemSlug[] = ['changed-meanwhile', 'wrong-state', 'key-reused']

/** Throws errors that the user cannot correct in the form. */
export function formStateFor(view: PageView, sent: SubmittedForm, error: unknown): FormState {
  const found = asProblem(error)
  if (found.slug === 'invalid-fields') return { sent, errors: errorsOf(view, sent.action, found.fields) }
  if (refusals.includes(found.slug)) return { sent, errors: [], refused: found }
  throw error
}

export function statusOf({ refused }: FormState): 400 | 409 {
  return refused === undefined ? 400 : 409
}

export function typedValue(
  formState: FormState | undefined,
  action: string,
  name: string,
  first = '',
): string {
  return formState?.sent.action === action ? formState.sent.one(name) : first
}

/** `now` describes the present state. */
export function Refused({
  view,
  formState,
  now,
}: {
  view: PageView
  formState: FormState | undefined
  now?: Child
}) {
  const slug = formState?.refused?.slug
  if (slug !== 'changed-meanwhile' && slug !== 'wrong-state' && slug !== 'key-reused') return null
  return (
    <Alert type="warning" heading={view.t(`work-refused-${slug}`)} live>
      <p>{view.t(`work-refused-${slug}-text`)}</p>
      {now}
    </Alert>
  )
}

interface ActionFormProps {
  c: StaffPageContext
  view: PageView
  action: string
  version?: number | undefined
  children?: Child
}

/** Its hidden idempotency key makes a double submission take effect once. */
export function ActionForm({ c, view, action, version, children }: ActionFormProps) {
  return (
    <form method="post" action={view.href(action)} novalidate class="action__form">
      <input type="hidden" name="once" value={randomText(c.get('platform').random, 24)} />
      {version !== undefined && <input type="hidden" name="version" value={version} />}
      {children}
    </form>
  )
}

export function Fold({ title, open, children }: { title: string; open: boolean; children?: Child }) {
  return (
    <details class="action" open={open}>
      <summary>{title}</summary>
      {children}
    </details>
  )
}
