import type { PageView } from '../view.ts'
import { Icon } from './icon.tsx'

interface Props {
  view: PageView
  /** The page that shows what was found. */
  action: string
  typed: string
  /** Other fields of its address. */
  fields?: readonly (readonly [name: string, value: string])[]
}

export function JurisdictionSearch({ view, action, typed, fields = [] }: Props) {
  const { t } = view
  return (
    <search>
      <form action={view.href(action)}>
        {fields.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <label class="usa-label" for="agency-name">
          {t('agency-search')}
        </label>
        <span class="usa-hint" id="agency-name-hint">
          {t('agency-search-hint')}
        </span>
        <div class="search">
          <input
            class="usa-input"
            id="agency-name"
            name="agency"
            type="search"
            value={typed}
            maxlength={100}
            autocomplete="off"
            aria-describedby="agency-name-hint"
          />
          <button class="usa-button" type="submit">
            <Icon name="search" />
            <span class="search__word">{t('search')}</span>
          </button>
        </div>
      </form>
    </search>
  )
}
