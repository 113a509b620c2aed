import type { Context } from 'hono'
import { cleanLine } from '../../core/text.ts'
import type { PageView } from '../view.ts'
import { Icon } from './icon.tsx'

interface Props {
  view: PageView
  /** The page that shows what was found. */
  action: string
  typed: string
  /** Where a page has more than one. */
  id?: string
  /** Other fields of its address. */
  fields?: readonly (readonly [name: string, value: string])[]
}

export function JurisdictionSearch({ view, action, typed, id = 'agency-name', fields = [] }: Props) {
  const { t } = view
  return (
    <search>
      <form action={view.href(action)}>
        {fields.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <label class="usa-label" for={id}>
          {t('agency-search')}
        </label>
        <span class="usa-hint" id={`${id}-hint`}>
          {t('agency-search-hint')}
        </span>
        <div class="search">
          <input
            class="usa-input"
            id={id}
            name="agency"
            type="search"
            value={typed}
            maxlength={100}
            autocomplete="off"
            aria-describedby={`${id}-hint`}
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

/** What was typed into `JurisdictionSearch`. */
export function typedAgency(c: Pick<Context, 'req'>): string {
  return cleanLine(c.req.query('agency') ?? '').slice(0, 100)
}
