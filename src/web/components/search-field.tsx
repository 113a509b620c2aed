import type { PageView } from '../view.ts'
import { Icon } from './icon.tsx'

interface Props {
  view: PageView
  id: string
  name: string
  label: string
  hint: string
  typed: string
  autocomplete?: string
  maxlength?: number
  required?: boolean
}

/** The label, hint, field and button of a form that searches. */
export function SearchField({ view, id, label, hint, typed, autocomplete = 'off', ...field }: Props) {
  return (
    <>
      <label class="usa-label" for={id}>
        {label}
      </label>
      <span class="usa-hint" id={`${id}-hint`}>
        {hint}
      </span>
      <div class="search">
        <input
          class="usa-input"
          id={id}
          type="search"
          value={typed}
          autocomplete={autocomplete}
          aria-describedby={`${id}-hint`}
          {...field}
        />
        <button class="usa-button" type="submit">
          <Icon name="search" />
          <span class="search__word">{view.t('search')}</span>
        </button>
      </div>
    </>
  )
}
