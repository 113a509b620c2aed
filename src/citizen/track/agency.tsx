import { deliveryIn } from '../../partners/events.ts'
import { takesForwards } from '../../partners/forward.ts'
import type { PartnerDocument } from '../../regions/documents/schemas/partner.ts'
import type { PublicCase } from '../../requests/list/find.ts'
import { explain } from '../../routing/explain.ts'
import { formatStep } from '../../routing/format.ts'
import type { Resolution } from '../../routing/types.ts'
import { Until } from '../../web/components/components.tsx'
import { Icon } from '../../web/components/icon.tsx'
import { Trace } from '../../web/components/trace.tsx'
import type { PageView } from '../../web/view.ts'
import { Contacts } from '../contacts.tsx'
import { PartnerContact, partnerStatus } from '../handles.tsx'
import { OpenNow, WeekHours } from '../hours.tsx'
import { PassedOn } from './shares.tsx'

interface Props {
  view: PageView
  found: PublicCase
  zone: string
  isHidden: boolean
}

/** Who handles the case now, and how to reach them. */
export function Agency({ view, found, zone, isHidden }: Props) {
  const { t } = view
  const { request } = found
  const { resolution, expectedAt, status } = request
  const partner = partnerOf(view, request)
  return (
    <section class="handles" aria-labelledby="handles">
      <h2 id="handles" class="handles__title">
        {t('case-who')}
      </h2>
      <p class="handles__name">{nameOf(request)}</p>
      {!isHidden && isStillSo(request, resolution) && <p>{formatStep(t, view.units, explain(resolution))}</p>}
      <PassedOn view={view} found={found} />
      {partner ? (
        <PartnerContact {...{ view, partner }} status={deliveryText(view, found, partner)} />
      ) : (
        <Reach view={view} name={nameOf(request)} />
      )}
      {expectedAt !== null && status !== 'closed' && (
        <p>
          <Icon name="schedule" /> {t('handles-by')}{' '}
          <strong>
            <Until view={view} at={expectedAt} zone={zone} />
          </strong>
        </p>
      )}
      {!isHidden && <Trace view={view} trace={resolution.trace} />}
    </section>
  )
}

function nameOf({ resolution: { accountable, desk }, agencyResponsible }: PublicCase['request']): string {
  return accountable.kind === 'none' ? desk.name : agencyResponsible
}

/** A partner that works on it, as the case names it. */
export function partnerOf({ site: { region } }: PageView, request: PublicCase['request']) {
  const { partners = [] } = region.documents.region
  const { kind, id } = request.resolution.performer
  const known = [...partners, kind === 'partner' ? region.partner(id) : undefined]
  return known.find(one => one?.name === request.agencyResponsible)
}

/** Nobody is told that a partner has a report before it has reached them. */
export function deliveryText(view: PageView, { timeline }: PublicCase, partner: PartnerDocument): string {
  const delivery = deliveryIn(timeline)
  if (!takesForwards(partner) || delivery === 'sent') return partnerStatus(view, partner)
  return view.t(`partner-status-${delivery ?? 'waiting'}`, { name: partner.name })
}

function Reach({ view, name }: { view: PageView; name: string }) {
  const { region } = view.site
  const body = region.documents.jurisdictions.find(each => each.name === name)
  if (body === undefined) return null
  const { phone = region.documents.region.phone, email, url } = body
  const calendar = region.calendar(body.slug)
  return (
    <div class="reach">
      <Contacts {...{ view, name, phone, email, url }} />
      <p>
        <OpenNow view={view} calendar={calendar} />
      </p>
      <WeekHours view={view} calendar={calendar} />
    </div>
  )
}

/** Whether routing's explanation still applies: the case is open, and no other body has taken it over. */
function isStillSo({ status, agencyResponsible }: PublicCase['request'], resolution: Resolution): boolean {
  const { accountable, performer } = resolution
  const has = [accountable.name, performer.name].includes(agencyResponsible)
  return status !== 'closed' && (has || accountable.kind === 'none')
}
