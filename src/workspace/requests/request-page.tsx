import { parseTrackingNumber } from '../../core/ids.ts'
import { asProblem } from '../../core/problem.ts'
import { bodyName } from '../../regions/runtime/names.ts'
import { listRequests } from '../../requests/list/find.ts'
import { Alert, StatusTag } from '../../web/components/components.tsx'
import { ErrorSummary, titled } from '../../web/components/fields.tsx'
import { viewOf } from '../../web/view.ts'
import { authorizeStaffRead, type StaffPageContext } from '../shell/context.ts'
import { type FormState, Refused, statusOf } from '../shell/form.tsx'
import { requestPath, StaffPage, zoneOf } from '../shell/frame.tsx'
import { serviceLabel } from '../shell/names.ts'
import { RequestActions } from './actions.tsx'
import { Duplicates, UndoLink } from './duplicates.tsx'
import { History } from './history.tsx'
import { Partners, Undelivered } from './partners.tsx'
import { Due, Marks } from './queue/queue-page.tsx'
import { readWholeRequest } from './read.ts'
import { Contact, Custody, Reasoning, RequestSummary } from './request-parts.tsx'
import { NeedsReview } from './review.tsx'
import { Timeline } from './timeline.tsx'

/** A number as people type it, or of the case: leads to the request that this jurisdiction has of it. */
export async function requestPage(c: StaffPageContext) {
  try {
    return await showRequest(c, undefined)
  } catch (error) {
    if (asProblem(error).slug !== 'not-found') throw error
    const own = await ownRequest(c)
    if (own === undefined) throw error
    return c.redirect(viewOf(c).href(own), 303)
  }
}

async function ownRequest(c: StaffPageContext): Promise<string | undefined> {
  const typed = c.req.param('id') ?? ''
  const number = parseTrackingNumber(typed)?.id
  if (number === undefined) return undefined
  const context = await authorizeStaffRead(c)
  const [row] = await listRequests(context.db, { words: number, onlyPublic: false, limit: 1 })
  return row && row.id !== typed ? requestPath(context, row.id) : undefined
}

export async function showRequest(c: StaffPageContext, formState: FormState | undefined) {
  const view = viewOf(c)
  const { t } = view
  const whole = await readWholeRequest(c)
  const { context, request } = whole
  const errors = formState?.errors ?? []
  const name = serviceLabel(view, context.jurisdiction.slug, request.serviceCode, request.serviceName)
  const zone = zoneOf(view, context)
  const parts = { c, view, whole, zone, formState }
  return c.html(
    <StaffPage
      {...{ c, view, context }}
      me={whole.me}
      section="requests"
      title={titled(view, t('work-request-title', { number: request.id, name }), errors)}
    >
      <UndoLink {...parts} />
      <ErrorSummary view={view} errors={errors} />
      <Refused
        view={view}
        formState={formState}
        now={<p>{t('work-stands', { status: t(`status-${request.status}`) })}</p>}
      />
      <h1>
        <span class="kicker number">
          {request.id}
          {request.caseId !== request.id && ` · ${t('work-case-number', { number: request.caseId })}`}
        </span>{' '}
        {name}
      </h1>
      <p class="work__state">
        <StatusTag view={view} status={request.status} />
        <Marks view={view} row={request} />
        {whole.isOffered && <span class="mark">{t('work-mark-offered')}</span>}
        <Due view={view} row={request} zone={zone} />
      </p>
      <NeedsReview {...parts} />
      {whole.undelivered.map(({ kind, receiver }) => (
        <Alert type="error">
          <p>
            {t(kind === 'grant' ? 'work-undelivered-grant' : 'work-undelivered-other', {
              name: bodyName(view.site.region, receiver),
            })}
          </p>
        </Alert>
      ))}
      <Undelivered {...parts} />
      {request.status === 'closed' && request.closeReason && <p>{t(`closed-${request.closeReason}`)}</p>}
      {request.statusNotes && <p class="case__text">{request.statusNotes}</p>}
      <div class="work__columns">
        <div class="work__main">
          <RequestSummary {...parts} />
          <Timeline {...parts} />
        </div>
        <aside class="work__side" aria-label={t('work-beside')}>
          <RequestActions {...parts} />
          <Contact {...parts} />
          <History {...parts} />
          <Reasoning {...parts} />
          <Custody {...parts} />
          <Partners {...parts} />
          <Duplicates {...parts} />
        </aside>
      </div>
    </StaffPage>,
    formState === undefined ? 200 : statusOf(formState),
  )
}
