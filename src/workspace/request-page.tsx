import { StatusTag } from '../web/components.tsx'
import { FaultSummary, titled } from '../web/fields.tsx'
import { viewOf } from '../web/view.ts'
import { RequestActs } from './acts.tsx'
import { Duplicates } from './duplicates.tsx'
import { type Again, Refused, statusOf } from './form.tsx'
import { StaffPage, zoneOf } from './frame.tsx'
import { History } from './history.tsx'
import { serviceLabel } from './names.ts'
import type { PageContext } from './office.ts'
import { Due, Marks } from './queue-page.tsx'
import { Contact, Custody, Partners, Reasoning, What } from './request-parts.tsx'
import { Timeline } from './timeline.tsx'
import { readWhole } from './whole.ts'

export async function requestPage(c: PageContext) {
  return showRequest(c, undefined)
}

/** A request as staff work on it; a form that could not be done stands there again as it was typed. */
export async function showRequest(c: PageContext, again: Again | undefined) {
  const view = viewOf(c)
  const { t } = view
  const whole = await readWhole(c)
  const { office, request } = whole
  const faults = again?.faults ?? []
  const name = serviceLabel(view, office.jurisdiction.slug, request.serviceCode, request.serviceName)
  const zone = zoneOf(view, office)
  const parts = { c, view, whole, zone, again }
  return c.html(
    <StaffPage
      {...{ c, view, office }}
      me={whole.me}
      section="requests"
      title={titled(view, t('work-request-title', { number: request.id, name }), faults)}
    >
      <FaultSummary view={view} faults={faults} />
      <Refused
        view={view}
        again={again}
        now={<p>{t('work-stands', { status: t(`status-${request.status}`) })}</p>}
      />
      <h1>
        <span class="kicker number">{request.id}</span> {name}
      </h1>
      <p class="work__state">
        <StatusTag view={view} status={request.status} />
        <Marks view={view} row={request} />
        {whole.isOffered && <span class="mark">{t('work-mark-offered')}</span>}
        <Due view={view} row={request} zone={zone} />
      </p>
      {request.status === 'closed' && request.closeReason && <p>{t(`closed-${request.closeReason}`)}</p>}
      {request.statusNotes && <p class="case__text">{request.statusNotes}</p>}
      <div class="work__columns">
        <div class="work__main">
          <What {...parts} />
          <Timeline {...parts} />
        </div>
        <aside class="work__side" aria-label={t('work-beside')}>
          <RequestActs {...parts} />
          <Contact {...parts} />
          <History {...parts} />
          <Reasoning {...parts} />
          <Custody {...parts} />
          <Partners {...parts} />
          <Duplicates {...parts} />
        </aside>
      </div>
    </StaffPage>,
    again === undefined ? 200 : statusOf(again),
  )
}
