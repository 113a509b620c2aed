import type { Responsible } from '../../places/facts.ts'
import type { FoundPlace } from '../../regions/places/search.ts'
import { formatStep } from '../../routing/format.ts'
import type { PageView } from '../../web/view.ts'
import { siteServices } from '../catalogue.ts'
import { Contacts } from '../contacts.tsx'
import { placeQuery } from '../found-places.tsx'

interface Props {
  view: PageView
  found: FoundPlace
  responsible: readonly Responsible[]
}

/** Every service of the site by who provides it at the place, and why. */
export function Served({ view, found, responsible }: Props) {
  const { t } = view
  const byName = Map.groupBy(responsible, group => namesOf(view, group))
  return (
    <section class="address__kind" aria-labelledby="served">
      <h2 id="served">{t('address-served')}</h2>
      <ul class="served">
        {[...byName].map(([name, groups]) => (
          <li class="served__body">
            <h3>{name}</h3>
            {groups.map((group, index) => (
              <>
                {index === 0 && <BodyContact view={view} group={group} />}
                <p class="usa-hint">
                  {group.confidence === 'ask' ? t('address-unsure') : formatStep(t, view.units, group.reason)}
                </p>
                <ul class="served__services">
                  {group.services.map(code => (
                    <li>
                      <a
                        class="usa-link"
                        href={`${view.href(`/report/${encodeURIComponent(code)}/details`)}?${placeQuery(found)}`}
                      >
                        {serviceName(view, code)}
                      </a>
                    </li>
                  ))}
                </ul>
              </>
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}

function namesOf(
  { t, site }: PageView,
  { accountable, performer, confidence, candidates }: Responsible,
): string {
  if (confidence === 'ask') return [...new Set(candidates.map(({ name }) => name))].join(' · ')
  if (accountable.kind !== 'none') return performer.name
  const intake = site.region.documents.region.intake
  return t('address-nobody', { name: site.region.jurisdiction(intake)?.name ?? intake })
}

function BodyContact({ view, group: { performer, confidence } }: { view: PageView; group: Responsible }) {
  if (confidence === 'ask') return null
  const { region } = view.site
  const partner = performer.kind === 'partner' ? region.partner(performer.id) : undefined
  const body = partner ?? region.jurisdiction(performer.id)
  if (body === undefined) return null
  return (
    <>
      {partner?.note && <p>{view.localize(partner.note)}</p>}
      <Contacts view={view} name={body.name} phone={body.phone} email={body.email} url={body.url} />
    </>
  )
}

function serviceName(view: PageView, code: string): string {
  const service = siteServices(view).find(candidate => candidate.code === code)
  return view.localize(service?.name)
}
