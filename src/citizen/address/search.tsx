import { Icon } from '../../web/components/icon.tsx'
import type { PageView } from '../../web/view.ts'

export function AddressSearch({ view, typed = '' }: { view: PageView; typed?: string }) {
  const { t } = view
  const messages = { suggestions: t('picker-suggestions', { count: '{count}' }), none: t('picker-none') }
  return (
    <place-search data-base={view.site.base} data-messages={JSON.stringify(messages)}>
      <search>
        <form action={view.href('/place')}>
          <label class="usa-label" for="your-address">
            {t('address-search')}
          </label>
          <span class="usa-hint" id="your-address-hint">
            {t('where-search-hint')}
          </span>
          <div class="search">
            <input
              class="usa-input"
              id="your-address"
              name="q"
              type="search"
              value={typed}
              autocomplete="street-address"
              aria-describedby="your-address-hint"
              required
            />
            <button class="usa-button" type="submit">
              <Icon name="search" />
              <span class="search__word">{t('search')}</span>
            </button>
          </div>
        </form>
      </search>
    </place-search>
  )
}
