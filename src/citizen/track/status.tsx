import { type Status, statuses } from '../../requests/schema.ts'
import { StatusTag } from '../../web/components/components.tsx'
import type { PageView } from '../../web/view.ts'

/** What each status means and what comes next. */
export function StatusMeanings({ view, status }: { view: PageView; status: Status }) {
  const { t } = view
  return (
    <details class="meanings">
      <summary>{t('status-meanings')}</summary>
      <ol class="usa-list usa-list--unstyled">
        {statuses.map(each => (
          <li aria-current={each === status ? 'step' : undefined}>
            <StatusTag view={view} status={each} /> {t(`status-${each}-text`)}
          </li>
        ))}
      </ol>
    </details>
  )
}
