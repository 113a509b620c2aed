import type { Child } from 'hono/jsx'
import { isMessageKey, type Translate } from '../../core/i18n.ts'
import type { FieldError, FieldErrorCode } from '../../core/problem.ts'
import type { PageView } from '../view.ts'

export interface FieldMessage {
  readonly field: string
  readonly label: string | undefined
  readonly message: string
}

const naming: readonly FieldErrorCode[] = [
  'not-an-email',
  'not-an-address',
  'wrong-code',
  'not-claimable',
  'oneself',
  'not-a-url',
  'not-a-public-url',
  'outside',
  'pair',
  'swapped',
]

/** A message of its own where the catalogue has one for the field, else the general one after the field's label. */
export function fieldMessage(
  t: Translate,
  field: string,
  label: string,
  { code, params }: Pick<FieldError, 'code' | 'params'>,
): FieldMessage {
  const required = `error-required-${field.split('.').at(-1)}`
  if (code === 'required' && isMessageKey(required)) return { field, label: undefined, message: t(required) }
  const message = t(`error-${code}`, params)
  return { field, label: naming.includes(code) ? undefined : label, message }
}

/** What a field takes of a page: also pages that belong to no region have fields. */
export type FieldView = Pick<PageView, 't'>

interface FieldProps {
  view: FieldView
  name: string
  label: string
  hint?: string | undefined
  required?: boolean | undefined
  errors: readonly FieldMessage[]
}

export function fieldId(name: string): string {
  return `field-${name.replaceAll('.', '-')}`
}

export function titled(view: FieldView, title: string, errors: readonly FieldMessage[]): string {
  return errors.length === 0 ? title : view.t('title-with-errors', { title })
}

export function ErrorSummary({ view, errors }: { view: FieldView; errors: readonly FieldMessage[] }) {
  if (errors.length === 0) return null
  return (
    <div class="usa-alert usa-alert--error" role="alert" id="errors" tabindex={-1} data-focus>
      <div class="usa-alert__body">
        <h2 class="usa-alert__heading">{view.t('errors-heading')}</h2>
        <ul class="usa-list">
          {errors.map(({ field, label, message }) => (
            <li>
              <a class="usa-link" href={`#${fieldId(field)}`}>
                {summarized(view, label, message)}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

function summarized({ t }: FieldView, label: string | undefined, message: string): string {
  if (label === undefined) return message
  return label.endsWith('?') ? `${label} ${message}` : t('error-in', { label, message })
}

type TextProps = FieldProps & {
  value: string
  type?: 'text' | 'email' | 'tel' | 'date' | 'time' | 'url' | 'search'
  inputmode?: 'decimal' | 'numeric' | 'text'
  autocomplete?: string
  maxlength?: number
}

export function TextField(props: TextProps) {
  const { name, value, type = 'text', inputmode, autocomplete, maxlength } = props
  return (
    <Labelled {...props}>
      <input
        class={`usa-input${hasError(props) ? ' usa-input--error' : ''}`}
        {...controlAttributes(props)}
        name={name}
        type={type}
        dir={type === 'text' || type === 'search' ? 'auto' : undefined}
        inputmode={inputmode}
        autocomplete={autocomplete}
        maxlength={maxlength}
        value={value}
      />
    </Labelled>
  )
}

export function EmailField({ view, value, errors }: Pick<TextProps, 'view' | 'value' | 'errors'>) {
  return (
    <TextField
      view={view}
      name="email"
      label={view.t('field-email')}
      type="email"
      autocomplete="email"
      maxlength={200}
      required
      value={value}
      errors={errors}
    />
  )
}

export function TextArea(props: FieldProps & { value: string; rows?: number }) {
  const { name, value, rows = 5 } = props
  return (
    <Labelled {...props}>
      <textarea
        class={`usa-textarea${hasError(props) ? ' usa-input--error' : ''}`}
        {...controlAttributes(props)}
        name={name}
        rows={rows}
        dir="auto"
      >
        {value}
      </textarea>
    </Labelled>
  )
}

type ChoiceProps = FieldProps & {
  values: readonly string[]
  multiple?: boolean
  options: readonly { readonly value: string; readonly label: string; readonly note?: string }[]
}

export function ChoiceField(props: ChoiceProps) {
  const { view, name, label, required, values, multiple, options } = props
  const kind = multiple ? 'checkbox' : 'radio'
  const id = fieldId(name)
  return (
    <div class={groupClass(props)}>
      <fieldset class="usa-fieldset" aria-describedby={describedBy(props)}>
        <legend class="usa-legend">
          {label}
          <Optional view={view} required={required} />
        </legend>
        <HintAndError {...props} />
        {options.map((option, index) => (
          <div class={`usa-${kind}`}>
            <input
              class={`usa-${kind}__input usa-${kind}__input--tile`}
              id={index === 0 ? id : `${id}-${index}`}
              type={kind}
              name={name}
              value={option.value}
              checked={values.includes(option.value)}
            />
            <label class={`usa-${kind}__label`} for={index === 0 ? id : `${id}-${index}`}>
              {option.label}
              {option.note && <span class={`usa-${kind}__label-description`}>{option.note}</span>}
            </label>
          </div>
        ))}
      </fieldset>
    </div>
  )
}

export function Checkbox(props: { name: string; label: string; hint: string; checked: boolean }) {
  const id = fieldId(props.name)
  return (
    <div class="usa-checkbox">
      <input
        class="usa-checkbox__input"
        id={id}
        type="checkbox"
        name={props.name}
        value="yes"
        checked={props.checked}
        aria-describedby={`${id}-hint`}
      />
      <label class="usa-checkbox__label" for={id}>
        {props.label}
      </label>
      <p class="usa-hint" id={`${id}-hint`}>
        {props.hint}
      </p>
    </div>
  )
}

export function SelectField(props: ChoiceProps & { any?: string }) {
  const { view, name, values, options, any } = props
  return (
    <Labelled {...props}>
      <select class="usa-select" {...controlAttributes(props)} name={name}>
        <option value="">{any ?? view.t('choose')}</option>
        {options.map(({ value, label }) => (
          <option value={value} selected={values.includes(value)}>
            {label}
          </option>
        ))}
      </select>
    </Labelled>
  )
}

function Labelled({ children, ...props }: FieldProps & { children?: Child }) {
  const { view, name, label, required } = props
  return (
    <div class={groupClass(props)}>
      <label class={`usa-label${hasError(props) ? ' usa-label--error' : ''}`} for={fieldId(name)}>
        {label}
        <Optional view={view} required={required} />
      </label>
      <HintAndError {...props} />
      {children}
    </div>
  )
}

function Optional({ view, required }: { view: FieldView; required: boolean | undefined }) {
  return required === false ? <span class="optional"> {view.t('optional')}</span> : null
}

export function HintAndError({ name, hint, errors }: FieldProps) {
  const id = fieldId(name)
  return (
    <>
      {hint && (
        <span class="usa-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {errors
        .filter(({ field }) => field === name)
        .map(({ message }) => (
          <span class="usa-error-message" id={`${id}-error`}>
            {message}
          </span>
        ))}
    </>
  )
}

function hasError({ name, errors }: FieldProps): boolean {
  return errors.some(({ field }) => field === name)
}

function groupClass(props: FieldProps): string {
  return `usa-form-group${hasError(props) ? ' usa-form-group--error' : ''}`
}

export function describedBy(props: FieldProps): string | undefined {
  const id = fieldId(props.name)
  const parts = [props.hint && `${id}-hint`, hasError(props) && `${id}-error`].filter(Boolean)
  return parts.length > 0 ? parts.join(' ') : undefined
}

function controlAttributes(props: FieldProps) {
  return {
    id: fieldId(props.name),
    'aria-describedby': describedBy(props),
    'aria-invalid': hasError(props) ? ('true' as const) : undefined,
    'aria-required': props.required ? ('true' as const) : undefined,
  }
}
