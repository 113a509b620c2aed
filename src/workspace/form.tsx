import type { Child } from 'hono/jsx'
import { type TenantDb, violates } from '../core/db.ts'
import type { MessageKey } from '../core/i18n.ts'
import { randomText } from '../core/ids.ts'
import {
  asProblem,
  type FaultCode,
  type FieldFault,
  type Problem,
  type ProblemSlug,
  problem,
} from '../core/problem.ts'
import { idempotency } from '../core/schema.ts'
import { hasControlCharacters } from '../core/text.ts'
import { Alert } from '../web/components.tsx'
import type { FieldMessage } from '../web/fields.tsx'
import { readForm, readOnce } from '../web/form.ts'
import type { View } from '../web/view.ts'
import type { PageContext } from './office.ts'

/*
 * Acts as forms. Several stand on one page, so the fields of each carry its name: `note.text`. A hidden field `once` names
 * the sending, so that what is sent twice is done once.
 */

/** What was sent by a form, as it was typed. */
export interface Sent {
  readonly act: string
  /** By the field's name without the form's; what was not sent is empty. */
  one(name: string): string
  /** Where several can be chosen. */
  all(name: string): readonly string[]
  /** The sending's name: the caller's idempotency key. */
  readonly key: string | undefined
  /** The version of the request that the page showed; 0 when it says none. */
  readonly version: number
}

/** A form that could not be done: shown again as it was typed, with what to mend. */
export interface Again {
  readonly sent: Sent
  readonly faults: readonly FieldMessage[]
  /** Why it was refused as things stand now. */
  readonly refused?: Problem
}

export async function readSent(c: PageContext, act: string): Promise<Sent> {
  const form = await readForm(c)
  const once = readOnce(form)
  const text = (name: string) => {
    const value = form.get(name)
    return typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : ''
  }
  const version = Number(text('version') || '0')
  return {
    act,
    one: name => text(`${act}.${name}`),
    all: name => form.getAll(`${act}.${name}`).filter(value => typeof value === 'string'),
    key: once === '' ? undefined : `${once}:${act}`,
    version: Number.isSafeInteger(version) ? version : 0,
  }
}

/** Words that were typed. Throws `invalid-fields` for too many, and for what mail and XML cannot carry. */
export function wordsOf(sent: Sent, field: string, max = 2000): string {
  const text = sent.one(field)
  if (text.length > max) throw badField(field, 'too-long', { max })
  if (hasControlCharacters(text)) throw badField(field, 'control-characters')
  return text
}

/** Marks a sending as done, where what it does is no batch of its own. Throws `key-reused` for one that was done before. */
export async function doOnce(db: TenantDb, sent: Sent, at: number): Promise<void> {
  if (sent.key === undefined) return
  const row = { key: sent.key, fingerprint: '', outcome: 'null', createdAt: at }
  try {
    await db.insert(idempotency).values(row)
  } catch (error) {
    throw violates(error, 'idempotency.key') ? problem('key-reused') : error
  }
}

/** Throws `invalid-fields` that names each of these that was left empty. */
export function refuseMissing(sent: Sent, names: readonly string[]): void {
  const missing = names.filter(name => sent.one(name) === '')
  if (missing.length === 0) return
  throw problem('invalid-fields', { fields: missing.map(field => ({ field, code: 'required' })) })
}

export function badField(field: string, code: FaultCode, params: FieldFault['params'] = {}): Problem {
  return problem('invalid-fields', { fields: [{ field, code, params }] })
}

/** What the forms call their fields. */
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
  lat: 'work-field-lat',
  long: 'work-field-long',
  address: 'field-address',
}

/** Faults in the reader's words, under the names that a form gives its fields. */
export function faultsOf(view: View, act: string, faults: readonly FieldFault[]): FieldMessage[] {
  return faults.map(({ field, code, params }) => {
    const label = labels[field]
    return {
      field: `${act}.${field}`,
      label: label === undefined ? field : view.t(label),
      message: view.t(`fault-${code}`, params),
    }
  })
}

/** Refusals after which the page is shown anew, with what is so now. */
const refusals: readonly ProblemSlug[] = ['changed-meanwhile', 'wrong-state', 'key-reused']

/** What went wrong, as the form shown again says it. Throws on what no form can mend. */
export function againFor(view: View, sent: Sent, error: unknown): Again {
  const found = asProblem(error)
  if (found.slug === 'invalid-fields') return { sent, faults: faultsOf(view, sent.act, found.fields) }
  if (refusals.includes(found.slug)) return { sent, faults: [], refused: found }
  throw error
}

export function statusOf({ refused }: Again): 400 | 409 {
  return refused === undefined ? 400 : 409
}

/** What was typed in a form that is shown again; else what it begins with. */
export function typed(again: Again | undefined, act: string, name: string, first = ''): string {
  return again?.sent.act === act ? again.sent.one(name) : first
}

/** Why an act was refused as things stand now; `now` says how they do. */
export function Refused({ view, again, now }: { view: View; again: Again | undefined; now?: Child }) {
  const slug = again?.refused?.slug
  if (slug !== 'changed-meanwhile' && slug !== 'wrong-state' && slug !== 'key-reused') return null
  return (
    <Alert type="warning" heading={view.t(`work-refused-${slug}`)} live>
      <p>{view.t(`work-refused-${slug}-text`)}</p>
      {now}
    </Alert>
  )
}

interface ActFormProps {
  c: PageContext
  view: View
  action: string
  version?: number | undefined
  children?: Child
}

/** A form that does something, once. */
export function ActForm({ c, view, action, version, children }: ActFormProps) {
  return (
    <form method="post" action={view.href(action)} novalidate class="act__form">
      <input type="hidden" name="once" value={randomText(c.get('platform').random, 24)} />
      {version !== undefined && <input type="hidden" name="version" value={version} />}
      {children}
    </form>
  )
}

/** An act that takes more than a press: folded away until it is wanted. */
export function Fold({ title, open, children }: { title: string; open: boolean; children?: Child }) {
  return (
    <details class="act" open={open}>
      <summary>{title}</summary>
      {children}
    </details>
  )
}
