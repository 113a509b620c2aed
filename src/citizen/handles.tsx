import type { PartnerDocument } from '../regions/documents/schemas/partner.ts'
import type { ServiceDocument } from '../regions/documents/schemas/services.ts'
import type { Localized } from '../regions/documents/schemas/values.ts'
import { promisedBy } from '../requests/case/deadline.ts'
import { explain } from '../routing/explain.ts'
import { formatStep } from '../routing/format.ts'
import type { BodyRef, Resolution } from '../routing/types.ts'
import { Until } from '../web/components/components.tsx'
import { Icon } from '../web/components/icon.tsx'
import { Trace } from '../web/components/trace.tsx'
import type { PageView } from '../web/view.ts'
import { Contacts } from './contacts.tsx'

interface Props {
  view: PageView
  service: ServiceDocument
  resolution: Resolution
  before?: boolean
}

export function Handles({ view, service, resolution, before }: Props) {
  const { t, site } = view
  const { accountable, performer, desk, inform, trace, confidence } = resolution
  const who = accountable.kind === 'none' ? desk : performer
  const partner = who.kind === 'partner' ? site.region.partner(who.id) : undefined
  const isAsking = confidence === 'ask'
  const promised = isAsking ? null : promisedBy(site.region, service, resolution, view.now)
  const informed = inform.filter(({ id }) => id !== who.id).map(({ name }) => name)
  return (
    <section class="handles" aria-labelledby="handles">
      <h2 id="handles" class="handles__title">
        {t(titleOf(resolution))}
      </h2>
      <p class="handles__name">{isAsking ? names(resolution.candidates).join(' · ') : who.name}</p>
      <p>{formatStep(t, view.units, explain(resolution))}</p>
      {isAsking && <p>{before ? t('handles-question') : t('handles-ask')}</p>}
      {declinedHere(view, service, trace).map(declined => (
        <Declined view={view} declined={declined} />
      ))}
      {partner && <PartnerContact view={view} partner={partner} />}
      {!isAsking && <AfterHours view={view} resolution={resolution} />}
      {informed.length > 0 && !isAsking && <p>{t('handles-told', { names: informed.join(', ') })}</p>}
      {promised !== null && (
        <p>
          <Icon name="schedule" /> {t('handles-by')}{' '}
          <strong>
            <Until view={view} at={promised} zone={site.region.calendar(accountable.id).zone} />
          </strong>
        </p>
      )}
      <Trace view={view} trace={trace} />
    </section>
  )
}

interface DeclinedService {
  readonly by: string
  readonly servedBy: string
  readonly note: Localized | undefined
}

/** Of the jurisdictions whose place it is, those that say who serves it instead. */
function declinedHere(
  { site: { region } }: PageView,
  { code }: ServiceDocument,
  trace: Resolution['trace'],
): DeclinedService[] {
  const passed = trace.flatMap(step => (step.code === 'not-offered' ? [step.params.body] : []))
  return region.documents.jurisdictions.flatMap(({ name, declines }) => {
    const declined = declines?.[code]
    return declined && passed.includes(name)
      ? [{ by: name, servedBy: declined.servedBy, note: declined.note }]
      : []
  })
}

function Declined({ view, declined: { by, servedBy, note } }: { view: PageView; declined: DeclinedService }) {
  const { t, site } = view
  const { name, phone, email, url } =
    site.region.jurisdiction(servedBy) ?? site.region.partner(servedBy) ?? {}
  return (
    <div class="partner">
      <p>
        {t('declined-by', { name: by })}{' '}
        {name === undefined ? t('declined-nobody') : t('declined-served', { name })}
      </p>
      {note && <p>{view.localize(note)}</p>}
      {name !== undefined && <Contacts {...{ view, name, phone, email, url }} />}
    </div>
  )
}

const closedCodes: ReadonlySet<string> = new Set([
  'desk-after-hours',
  'desk-after-hours-unknown',
  'desk-closed',
])

/** Whoever performs for a body that is closed is at work: then only the number to call is news. */
function AfterHours({ view, resolution }: Pick<Props, 'view' | 'resolution'>) {
  const { t } = view
  const { accountable, performer, desk, trace } = resolution
  const isClosed = trace.some(({ code }) => closedCodes.has(code))
  const isElsewhere = performer.id !== accountable.id
  if (!isClosed || (isElsewhere && performer.kind === 'partner')) return null
  const phone = phoneOf(view, desk.id)
  return (
    <p>
      {!isElsewhere && `${t('handles-closed', { name: accountable.name })} `}
      {desk.id !== accountable.id && (
        <>
          {t('handles-urgent', { name: desk.name })}{' '}
          <a class="usa-link" href={`tel:${phone}`}>
            {view.phone(phone)}
          </a>
        </>
      )}
    </p>
  )
}

function phoneOf({ site: { region } }: PageView, body: string): string {
  const { phone } = region.jurisdiction(body) ?? region.partner(body) ?? {}
  return phone ?? region.documents.region.phone
}

function titleOf({ accountable, confidence }: Resolution) {
  if (confidence === 'ask') return 'handles-maybe'
  return accountable.kind === 'none' ? 'handles-nobody' : 'handles-who'
}

function names(bodies: readonly BodyRef[]): string[] {
  return [...new Set(bodies.map(({ name }) => name))]
}

interface PartnerContactProps {
  view: PageView
  partner: PartnerDocument
  status?: string
}

export function PartnerContact({ view, partner, status }: PartnerContactProps) {
  const { name, phone, email, url, note } = partner
  return (
    <div class="partner">
      {note && <p>{view.localize(note)}</p>}
      <p>
        <strong>{status ?? partnerStatus(view, partner)}</strong>
      </p>
      <Contacts view={view} name={name} phone={phone} email={email} url={url} />
    </div>
  )
}

export function partnerStatus({ t }: PageView, { name, forward }: PartnerDocument): string {
  return t(forward === 'open311' ? 'partner-status-asked' : 'partner-not-updated', { name })
}
