import { SearchField } from '../../web/components/search-field.tsx'
import type { PageView } from '../../web/view.ts'

export function AddressSearch({ view, typed = '' }: { view: PageView; typed?: string }) {
  const { t } = view
  const messages = { suggestions: t('picker-suggestions', { count: '{count}' }), none: t('picker-none') }
  return (
    <place-search data-base={view.site.base} data-messages={JSON.stringify(messages)}>
      <search>
        <form action={view.href('/place')}>
          <SearchField
            view={view}
            id="your-address"
            name="q"
            label={t('address-search')}
            hint={t('where-search-hint')}
            typed={typed}
            autocomplete="street-address"
            required
          />
        </form>
      </search>
    </place-search>
  )
}
