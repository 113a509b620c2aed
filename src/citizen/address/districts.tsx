import { isoDate, weekdayName, writtenWeekday } from '../../core/dates.ts'
import type { DistrictAt, Fact, SetAt } from '../../places/districts/at.ts'
import type { CollectionDay } from '../../places/districts/collection.ts'
import { Icon } from '../../web/components/icon.tsx'
import type { PageView } from '../../web/view.ts'
import { Contacts } from '../contacts.tsx'

const kinds = ['collection', 'representation', 'safety', 'other'] as const

/** What is known of the place from its districts, the most asked for first. */
export function Districts({ view, sets }: { view: PageView; sets: readonly SetAt[] }) {
  return kinds.map(kind => {
    const own = sets.filter(set => set.kind === kind)
    if (own.length === 0) return null
    return (
      <section class="address__kind" aria-labelledby={`districts-${kind}`}>
        <h2 id={`districts-${kind}`}>{view.t(`districts-${kind}`)}</h2>
        <ul class="districts">
          {own.map(set => (
            <DistrictSetCard view={view} set={set} />
          ))}
        </ul>
      </section>
    )
  })
}

function DistrictSetCard({ view, set }: { view: PageView; set: SetAt }) {
  const { t } = view
  const owner = set.owner === null ? undefined : view.site.region.jurisdiction(set.owner)
  return (
    <li class="district">
      <h3>{[set.name, owner?.name].filter(Boolean).join(' · ')}</h3>
      {!set.isCertain && <p class="usa-hint">{t('district-border', { count: set.districts.length })}</p>}
      {set.districts.map(district => (
        <District view={view} district={district} />
      ))}
      {set.source !== null && (
        <p class="district__source">
          {set.date === null
            ? t('district-source', { source: set.source })
            : t('district-source-since', { source: set.source, date: isoDate(t, set.date) })}
        </p>
      )}
    </li>
  )
}

function District({ view, district }: { view: PageView; district: DistrictAt }) {
  const { t } = view
  const { name, office, holder, next, collection, facts } = district
  return (
    <div class="district__one">
      {collection === undefined && <p class="district__name">{name}</p>}
      {collection && <Collection view={view} collection={collection} />}
      {holder === null && (
        <p>{office === null ? t('district-vacant') : t('district-vacant-office', { office })}</p>
      )}
      {holder && (
        <>
          <p>
            {office !== null && `${office}: `}
            <strong>{holder.name}</strong>
            {holder.to !== null && ` ${t('district-until', { date: isoDate(t, holder.to) })}`}
          </p>
          <Contacts
            view={view}
            name={holder.name}
            phone={holder.phone || undefined}
            email={holder.email || undefined}
            url={holder.url || undefined}
          />
        </>
      )}
      {next && <p>{t('district-next', { name: next.name, date: isoDate(t, next.from) })}</p>}
      {facts.length > 0 && (
        <dl class="district__facts">
          {facts.map(fact => (
            <div>
              <dt>{fact.label}</dt>
              <dd>
                <Value view={view} fact={fact} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}

type Collected = NonNullable<DistrictAt['collection']>

function Collection({ view, collection }: { view: PageView; collection: Collected }) {
  const { t } = view
  const { weekdays, everyOtherWeek, next } = collection
  const [first, ...later] = next
  const days = weekdays.map(day => weekdayName(t, day)).join(', ')
  return (
    <>
      {first && (
        <p class="district__name">
          {t('collection-next')} <DayText view={view} day={first} />
        </p>
      )}
      <p>{t(everyOtherWeek ? 'collection-every-other' : 'collection-every', { days })}</p>
      {later.length > 0 && (
        <p>
          {t('collection-then')}{' '}
          {later.map((day, index) => (
            <>
              {index > 0 && ' · '}
              <DayText view={view} day={day} />
            </>
          ))}
        </p>
      )}
    </>
  )
}

function DayText({ view: { t }, day: { day, insteadOf, holiday } }: { view: PageView; day: CollectionDay }) {
  return (
    <>
      <time datetime={day}>{writtenWeekday(t, day)}</time>
      {insteadOf !== undefined &&
        ` (${t('collection-moved', { day: writtenWeekday(t, insteadOf), holiday: holiday ?? '' })})`}
    </>
  )
}

function Value({ view, fact: { kind, value, label } }: { view: PageView; fact: Fact }) {
  if (kind === 'text') return <>{value}</>
  const href = kind === 'phone' ? `tel:${value}` : kind === 'email' ? `mailto:${value}` : value
  return (
    <a class="usa-link" href={href}>
      {kind === 'phone' ? (
        <>
          <Icon name="phone" /> {view.phone(value)}
        </>
      ) : kind === 'url' ? (
        view.t('partner-site', { name: label })
      ) : (
        value
      )}
    </a>
  )
}
