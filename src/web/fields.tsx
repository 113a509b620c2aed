import type { Child } from 'hono/jsx'
import type { View } from './view.ts'

/** A fault in words, beside the field it belongs to. */
export interface FieldMessage {
  readonly field: string
  /** As the form calls the field. */
  readonly label: string
  readonly message: string
}

interface FieldProps {
  view: View
  name: string
  label: string
  hint?: string | undefined
  required?: boolean | undefined
  faults: readonly FieldMessage[]
}

/** The id of a field's control, to which the summary of faults leads. */
export function fieldId(name: string): string {
  return `field-${name.replaceAll('.', '-')}`
}

/** The title of a page with a form: faults are told in the first word that is read out. */
export function titled(view: View, title: string, faults: readonly FieldMessage[]): string {
  return faults.length === 0 ? title : view.t('title-with-faults', { title })
}

/** What to mend, at the top of the form, each leading to its field. */
export function FaultSummary({ view, faults }: { view: View; faults: readonly FieldMessage[] }) {
  if (faults.length === 0) return null
  return (
    <div class="usa-alert usa-alert--error" role="alert" id="faults" tabindex={-1} data-focus>
      <div class="usa-alert__body">
        <h2 class="usa-alert__heading">{view.t('faults-heading', { count: faults.length })}</h2>
        <ul class="usa-list">
          {faults.map(({ field, label, message }) => (
            <li>
              <a class="usa-link" href={`#${fieldId(field)}`}>
                {label.endsWith('?') ? `${label} ${message}` : view.t('fault-in', { label, message })}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

type TextProps = FieldProps & {
  value: string
  type?: 'text' | 'email' | 'tel' | 'date' | 'search'
  inputmode?: 'decimal' | 'numeric' | 'text'
  autocomplete?: string
  maxlength?: number
}

export function TextField(props: TextProps) {
  const { name, value, type = 'text', inputmode, autocomplete, maxlength } = props
  return (
    <Labelled {...props}>
      <input
        class={`usa-input${hasFault(props) ? ' usa-input--error' : ''}`}
        {...controlAttributes(props)}
        name={name}
        type={type}
        inputmode={inputmode}
        autocomplete={autocomplete}
        maxlength={maxlength}
        value={value}
      />
    </Labelled>
  )
}

/** The one address that a form asks for. */
export function EmailField({ view, value, faults }: Pick<TextProps, 'view' | 'value' | 'faults'>) {
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
      faults={faults}
    />
  )
}

export function TextArea(props: FieldProps & { value: string; rows?: number }) {
  const { name, value, rows = 5 } = props
  return (
    <Labelled {...props}>
      <textarea
        class={`usa-textarea${hasFault(props) ? ' usa-input--error' : ''}`}
        {...controlAttributes(props)}
        name={name}
        rows={rows}
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

/** Tiles to tap: one of them, or any number. */
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
        <HintAndFault {...props} />
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

/** Something to agree to. */
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

/** More options than fit on tiles. */
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
      <label class={`usa-label${hasFault(props) ? ' usa-label--error' : ''}`} for={fieldId(name)}>
        {label}
        <Optional view={view} required={required} />
      </label>
      <HintAndFault {...props} />
      {children}
    </div>
  )
}

function Optional({ view, required }: { view: View; required: boolean | undefined }) {
  return required === false ? <span class="optional"> {view.t('optional')}</span> : null
}

export function HintAndFault({ name, hint, faults }: FieldProps) {
  const id = fieldId(name)
  return (
    <>
      {hint && (
        <span class="usa-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {faults
        .filter(({ field }) => field === name)
        .map(({ message }) => (
          <span class="usa-error-message" id={`${id}-fault`}>
            {message}
          </span>
        ))}
    </>
  )
}

function hasFault({ name, faults }: FieldProps): boolean {
  return faults.some(({ field }) => field === name)
}

function groupClass(props: FieldProps): string {
  return `usa-form-group${hasFault(props) ? ' usa-form-group--error' : ''}`
}

export function describedBy(props: FieldProps): string | undefined {
  const id = fieldId(props.name)
  const parts = [props.hint && `${id}-hint`, hasFault(props) && `${id}-fault`].filter(Boolean)
  return parts.length > 0 ? parts.join(' ') : undefined
}

function controlAttributes(props: FieldProps) {
  return {
    id: fieldId(props.name),
    'aria-describedby': describedBy(props),
    'aria-invalid': hasFault(props) ? ('true' as const) : undefined,
    'aria-required': props.required ? ('true' as const) : undefined,
  }
}
