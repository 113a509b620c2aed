import type { MessageKey } from '../../core/i18n.ts'
import { nameOf } from '../../regions/coverage/on-day.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import type { DocumentChange } from '../../regions/versions/plan/changes.ts'
import { Empty } from '../../web/components/components.tsx'
import type { PageView } from '../../web/view.ts'

// Above this many, those of one kind are only counted.
const NAMED = 12

const nouns: Readonly<Record<string, MessageKey>> = {
  region: 'admin-noun-region',
  partner: 'admin-noun-partner',
  service: 'admin-noun-service',
  'order of services': 'admin-noun-service-order',
  agreement: 'admin-noun-agreement',
  'boundary street agreement': 'admin-noun-boundary-street',
  jurisdiction: 'admin-noun-jurisdiction',
  'district set': 'admin-noun-district-set',
  area: 'admin-noun-area',
  road: 'admin-noun-road',
  place: 'admin-noun-place',
  backdrop: 'admin-noun-backdrop',
}

interface Props {
  view: PageView
  changes: readonly DocumentChange[]
  /** The versions that are compared: bodies are called by the names they have there. */
  documents: readonly Documents[]
  /** What is said where there are none. */
  none?: string
}

/** Differences between two versions, in words. */
export function ChangeList({ view, changes, documents, none }: Props) {
  const { t } = view
  if (changes.length === 0) {
    return (
      <Empty>
        <p>{none ?? t('admin-no-changes')}</p>
      </Empty>
    )
  }
  const groups = Map.groupBy(changes, ({ noun, kind }) => `${kind} ${noun}`)
  return (
    <ul class="usa-list changes">
      {[...groups.values()].map(group => (
        <Group view={view} group={named(documents, group)} />
      ))}
    </ul>
  )
}

function named(documents: readonly Documents[], group: readonly DocumentChange[]): DocumentChange[] {
  return group.map(change => {
    if (change.noun !== 'jurisdiction' && change.noun !== 'partner') return change
    const names = documents.map(version => nameOf(version, change.id))
    return { ...change, id: names.find(name => name !== change.id) ?? change.id }
  })
}

function Group({ view, group }: { view: PageView; group: readonly DocumentChange[] }) {
  const { t } = view
  const [first] = group
  if (first === undefined) return null
  const key = nouns[first.noun]
  const noun = key === undefined ? first.noun : t(key, { count: group.length })
  const shown = group.slice(0, NAMED)
  return (
    <li>
      <strong>{t(`admin-change-${first.kind}`, { noun, count: group.length })}</strong>{' '}
      {shown.map(({ id }) => id).join(', ')}
      {group.length > NAMED && ` ${t('admin-and-more', { count: group.length - NAMED })}`}
      {first.kind === 'changed' && (
        <ul>
          {shown.flatMap(({ id, details }) =>
            details.map(detail => (
              <li>
                {group.length > 1 && `${id}: `}
                {detail}
              </li>
            )),
          )}
        </ul>
      )}
    </li>
  )
}
