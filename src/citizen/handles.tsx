import type { PartnerDocument, ServiceDocument } from '../regions/documents.ts'
import { promisedBy } from '../requests/deadline.ts'
import { explain } from '../routing/explain.ts'
import { sayStep } from '../routing/say.ts'
import type { BodyRef, Resolution } from '../routing/types.ts'
import { Until } from '../web/components.tsx'
import { Icon } from '../web/icon.tsx'
import { Trace } from '../web/trace.tsx'
import type { View } from '../web/view.ts'
import { Contacts } from './contacts.tsx'

interface Props {
  view: View
  service: ServiceDocument
  resolution: Resolution
  /** Shown before routing's question is asked, which is then announced. */
  before?: boolean
}

/** Who will handle it and why, in one sentence; how to reach them if they are no part of this site; the whole reasoning on demand. */
export function Handles({ view, service, resolution, before }: Props) {
  const { t, site } = view
  const { accountable, performer, desk, inform, trace, confidence } = resolution
  const who = accountable.kind === 'none' ? desk : performer
  const partner = who.kind === 'partner' ? site.region.partner(who.id) : undefined
  const isAsking = confidence === 'ask'
  const promised = isAsking ? null : promisedBy(site.region, service, resolution, view.now)
  const told = inform.filter(({ id }) => id !== who.id).map(({ name }) => name)
  const hours = trace.find(({ code }) => code === 'desk-after-hours' || code === 'desk-closed')
  return (
    <section class="handles" aria-labelledby="handles">
      <h2 id="handles" class="handles__title">
        {t(titleOf(resolution))}
      </h2>
      <p class="handles__name">{isAsking ? names(resolution.candidates).join(' · ') : who.name}</p>
      <p>{sayStep(t, explain(resolution))}</p>
      {isAsking && <p>{before ? t('handles-question') : t('handles-ask')}</p>}
      {partner && <PartnerContact view={view} partner={partner} />}
      {hours && !isAsking && <p>{sayStep(t, hours)}</p>}
      {told.length > 0 && !isAsking && <p>{t('handles-told', { names: told.join(', ') })}</p>}
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

function titleOf({ accountable, confidence }: Resolution) {
  if (confidence === 'ask') return 'handles-maybe'
  return accountable.kind === 'none' ? 'handles-nobody' : 'handles-who'
}

function names(bodies: readonly BodyRef[]): string[] {
  return [...new Set(bodies.map(({ name }) => name))]
}

/** A body that is not on this site: how to reach it, and that news of the matter does not come by itself (S2). */
export function PartnerContact({ view, partner }: { view: View; partner: PartnerDocument }) {
  const { name, phone, email, url, note } = partner
  return (
    <div class="partner">
      {note && <p>{view.say(note)}</p>}
      <p>
        <strong>{partnerStatus(view, partner)}</strong>
      </p>
      <Contacts view={view} name={name} phone={phone} email={email} url={url} />
    </div>
  )
}

/** Whether news of it comes by itself: only from a partner whose server is asked. */
export function partnerStatus({ t }: View, { name, forward }: PartnerDocument): string {
  return t(forward === 'open311' ? 'partner-status-asked' : 'partner-not-updated', { name })
}
