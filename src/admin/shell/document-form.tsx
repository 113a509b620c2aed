import { shortSha256 } from '../../core/encryption/digest.ts'
import type { MessageKey } from '../../core/i18n.ts'
import { asProblem, type Problem, problem } from '../../core/problem.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import type { DocumentPath, IssueAtPath } from '../../regions/documents/issue.ts'
import {
  Checkbox,
  ChoiceField,
  type FieldMessage,
  SelectField,
  TextArea,
  TextField,
} from '../../web/components/fields.tsx'
import { offeredLanguages } from '../../web/components/layout.tsx'
import type { PageView } from '../../web/view.ts'
import type { SubmittedForm } from '../../workspace/shell/form.tsx'
import { pairLines, readPairs } from './pairs.ts'

/* Forms that edit one document: each field reads and writes the value at a path of it. */

export interface DocumentField {
  readonly name: string
  readonly label: MessageKey
  readonly hint?: MessageKey
  readonly path: DocumentPath
  /**
   * `list`: lines or commas between; `localized`: one text per language; `choices`: a list of options; `ordered`: the
   * same, where the order counts; `flag`: true or absent; `pairs`: lines such as `key = value`.
   */
  readonly kind:
    | 'line'
    | 'prose'
    | 'email'
    | 'phone'
    | 'date'
    | 'list'
    | 'localized'
    | 'localized-prose'
    | 'choice'
    | 'choices'
    | 'ordered'
    | 'flag'
    | 'pairs'
  readonly required?: boolean
  /** Of a choice: values and their labels. */
  readonly options?: readonly (readonly [value: string, label: MessageKey | { readonly text: string }])[]
}

/** A form as it was sent, with its errors; undefined at first. */
export interface DocumentFormState {
  readonly sent: SubmittedForm
  readonly errors: readonly FieldMessage[]
  readonly refused?: Problem
}

interface Props {
  view: PageView
  /** Prefix of the fields' names, as in `ActionForm`. */
  action: string
  fields: readonly DocumentField[]
  value: DocumentValue | undefined
  formState: DocumentFormState | undefined
  /** What the form shows otherwise. */
  also?: readonly DocumentPath[] | undefined
}

/** The fields, and a hidden mark of what they showed: see `editFields`. */
export function DocumentFields({ view, action, fields, value, formState, also }: Props) {
  return (
    <>
      <input type="hidden" name={`${action}.seen`} value={markOf(value, fields, also)} />
      {fields.flatMap(field =>
        partsOf(view, field).map(part => (
          <Field {...{ view, action, field, part, formState }} stored={partValue(value, field, part)} />
        )),
      )}
    </>
  )
}

interface Part {
  /** Of the form's field. */
  readonly name: string
  readonly language?: string
  /** Of an ordered list. */
  readonly place?: number
}

const PLACES = 4

function partsOf(view: PageView, { name, kind }: DocumentField): Part[] {
  if (kind === 'ordered') {
    return Array.from({ length: PLACES }, (_, place) => ({ name: `${name}-${place + 1}`, place }))
  }
  if (kind !== 'localized' && kind !== 'localized-prose') return [{ name }]
  return languagesOf(view).map(language => ({ name: `${name}-${language}`, language }))
}

export function languagesOf(view: PageView): readonly string[] {
  const { languages } = view.site.region.documents.region
  return languages.length > 0 ? languages : offeredLanguages(view)
}

interface FieldProps {
  view: PageView
  action: string
  field: DocumentField
  part: Part
  stored: readonly string[]
  formState: DocumentFormState | undefined
}

function Field({ view, action, field, part, stored, formState }: FieldProps) {
  const { t } = view
  const { kind, options = [] } = field
  const own = formState?.sent.action === action ? formState.sent : undefined
  const values = own === undefined ? stored : kind === 'choices' ? own.all(part.name) : [own.one(part.name)]
  const [value = ''] = values
  const isFirst = part.name === partsOf(view, field)[0]?.name
  const props = {
    view,
    name: `${action}.${part.name}`,
    label: labelOf(view, field, part),
    hint: isFirst ? field.hint && t(field.hint) : undefined,
    required: (field.required ?? false) && (part.place ?? 0) === 0,
    errors: formState?.errors ?? [],
  }
  const choices = options.map(([value, label]) => ({
    value,
    label: typeof label === 'string' ? t(label) : label.text,
  }))
  switch (kind) {
    case 'flag':
      return <Checkbox {...props} hint={props.hint ?? ''} checked={value === 'yes'} />
    case 'ordered':
    case 'choice':
      return <SelectField {...props} values={values} options={choices} />
    case 'choices':
      return <ChoiceField {...props} values={values} options={choices} multiple />
    case 'prose':
    case 'localized-prose':
      return <TextArea {...props} value={value} rows={3} />
    case 'list':
    case 'pairs':
      return <TextArea {...props} value={values.join('\n')} rows={3} />
    case 'email':
      return <TextField {...props} value={value} type="email" autocomplete="off" maxlength={200} />
    case 'phone':
      return <TextField {...props} value={value} type="tel" autocomplete="off" maxlength={40} />
    case 'date':
      return <TextField {...props} value={value} type="date" />
    default:
      return <TextField {...props} value={value} autocomplete="off" maxlength={200} />
  }
}

function labelOf({ t }: PageView, field: DocumentField, { language, place }: Part): string {
  const label = t(field.label)
  if (place !== undefined && place > 0) return t('admin-next-choice', { label, place: place + 1 })
  return language === undefined
    ? label
    : t('admin-in-language', { label, language: languageName(t, language) })
}

export function languageName(t: PageView['t'], language: string): string {
  const names = { en: 'admin-language-en', es: 'admin-language-es', ht: 'admin-language-ht' } as const
  const key = Object.entries(names).find(([code]) => code === language)?.[1]
  return key === undefined ? language : t(key)
}

function partValue(value: DocumentValue | undefined, field: DocumentField, part: Part): string[] {
  const { language, place } = part
  const stored = valueAt(value, field.path)
  if (field.kind === 'pairs') return isRecord(stored) ? [pairLines(stored).join('\n')] : []
  if (field.kind === 'flag') return [stored === true ? 'yes' : '']
  if (place !== undefined) return Array.isArray(stored) ? stored.slice(place, place + 1).map(String) : []
  if (language !== undefined) {
    if (typeof stored === 'string') return [stored]
    const text = isRecord(stored) ? stored[language] : undefined
    return [typeof text === 'string' ? text : '']
  }
  if (Array.isArray(stored)) return stored.map(String)
  return [typeof stored === 'string' ? stored : '']
}

/**
 * The document with what was typed in its fields; an empty field removes its value. Throws `invalid-fields` for
 * missing ones, and `changed-meanwhile` if somebody else changed the fields, or `also`, after the form was shown.
 */
export function editFields(
  view: PageView,
  fields: readonly DocumentField[],
  sent: SubmittedForm,
  before: DocumentValue | undefined,
  also: readonly DocumentPath[] = [],
): DocumentValue {
  if (sent.one('seen') !== markOf(before, fields, also)) throw problem('changed-meanwhile')
  const missing = fields.filter(field => field.required && typed(view, field, sent) === undefined)
  if (missing.length > 0) {
    const named = missing.map(field => partsOf(view, field)[0]?.name ?? field.name)
    throw problem('invalid-fields', { fields: named.map(field => ({ field, code: 'required' as const })) })
  }
  return fields.reduce<DocumentValue>(
    (value, field) => (withValue(value, field.path, typed(view, field, sent)) ?? {}) as DocumentValue,
    before ?? {},
  )
}

function typed(view: PageView, field: DocumentField, sent: SubmittedForm): unknown {
  const { name, kind } = field
  if (kind === 'choices') return nonEmpty(sent.all(name))
  if (kind === 'pairs') return readPairs(sent.one(name))
  if (kind === 'flag') return sent.one(name) === 'yes' || undefined
  if (kind === 'ordered')
    return nonEmpty(
      partsOf(view, field)
        .map(part => sent.one(part.name))
        .filter(Boolean),
    )
  if (kind === 'list')
    return nonEmpty(
      sent
        .one(name)
        .split(/[\n,]/)
        .map(text => text.trim())
        .filter(Boolean),
    )
  if (kind !== 'localized' && kind !== 'localized-prose') return sent.one(name) || undefined
  const texts = partsOf(view, field)
    .map(part => [part.language ?? '', sent.one(part.name)] as const)
    .filter(([, text]) => text !== '')
  return texts.length === 0 ? undefined : Object.fromEntries(texts)
}

function nonEmpty(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list
}

/** What is wrong with a document, at the fields that show it; the rest at the top of the form. */
export function messagesFor(
  view: PageView,
  action: string,
  fields: readonly DocumentField[],
  issues: readonly IssueAtPath[],
): FieldMessage[] {
  return issues.map(({ path, message, repair }) => {
    const field = fields.find(one => one.path.every((key, index) => path[index] === key))
    const part =
      field && partsOf(view, field).find(({ language }) => path.includes(language ?? path[0] ?? ''))
    const name = part?.name ?? field?.name ?? fields[0]?.name ?? ''
    const text = `${message}. ${repair}.`
    return { field: `${action}.${name}`, label: field && view.t(field.label), message: text }
  })
}

/** Throws what a form cannot answer. */
export function documentFormState(
  view: PageView,
  fields: readonly DocumentField[],
  sent: SubmittedForm,
  error: unknown,
): DocumentFormState {
  const found = asProblem(error)
  if (found.slug === 'changed-meanwhile' || found.slug === 'wrong-state') {
    return { sent, errors: [], refused: found }
  }
  if (found.slug !== 'invalid-fields') throw error
  const errors = found.fields.map(({ field: name, code, params }) => {
    const field = fields.find(one => partsOf(view, one).some(part => part.name === name))
    const label = field === undefined ? name : view.t(field.label)
    return { field: `${sent.action}.${name}`, label, message: view.t(`error-${code}`, params) }
  })
  return { sent, errors }
}

/** What the parts of a document are, in short. */
export function markOf(
  value: DocumentValue | undefined,
  fields: readonly { readonly path: DocumentPath }[],
  also: readonly DocumentPath[] = [],
): string {
  const paths = [...fields.map(({ path }) => path), ...also]
  return shortSha256(JSON.stringify(paths.map(path => valueAt(value, path) ?? null)))
}

export function valueAt(value: unknown, path: DocumentPath): unknown {
  return path.reduce<unknown>((inside, key) => {
    if (Array.isArray(inside) && typeof key === 'number') return inside[key] as unknown
    return isRecord(inside) ? inside[key] : undefined
  }, value)
}

/** A copy with another value at the path. Undefined removes it, and every object that is empty then. */
export function withValue(value: unknown, path: DocumentPath, next: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return next
  if (Array.isArray(value) && typeof key === 'number') {
    const items = value.map((item: unknown, index) => (index === key ? withValue(item, rest, next) : item))
    return items.filter(item => item !== undefined)
  }
  const { [key]: inner, ...others } = isRecord(value) ? value : {}
  const changed = withValue(inner, rest, next)
  if (changed !== undefined) return isRecord(value) ? { ...value, [key]: changed } : { [key]: changed }
  return Object.keys(others).length === 0 ? undefined : others
}

function isRecord(value: unknown): value is DocumentValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
