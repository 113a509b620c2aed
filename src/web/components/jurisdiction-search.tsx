import type { Context } from 'hono'
import { cleanLine } from '../../core/text.ts'
import type { PageView } from '../view.ts'
import { SearchField } from './search-field.tsx'

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
        <SearchField
          view={view}
          id={id}
          name="agency"
          label={t('agency-search')}
          hint={t('agency-search-hint')}
          typed={typed}
          maxlength={100}
        />
      </form>
    </search>
  )
}

/** What was typed into `JurisdictionSearch`. */
export function typedAgency(c: Pick<Context, 'req'>): string {
  return cleanLine(c.req.query('agency') ?? '').slice(0, 100)
}
