import { ownDuplicate } from '../../handoffs/duplicates/duplicates.ts'
import { listRequests, type RequestRow } from '../../requests/list/find.ts'
import { BackLink, Moment, StatusTag } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { authorizeStaff, type StaffContext, type StaffPageContext } from '../shell/context.ts'
import { ActionForm } from '../shell/form.tsx'
import { requestPath, StaffPage, zoneOf } from '../shell/frame.tsx'
import { serviceLabel } from '../shell/names.ts'
import { readWholeRequest } from './read.ts'

/*
 * Between two agencies the other one decides. Where one agency has both reports, this page asks it, and says which
 * of them stays open.
 */

export function duplicatePath(context: StaffContext, id: string, of: string): string {
  return `${requestPath(context, id)}/duplicate?${new URLSearchParams({ of })}`
}

export async function duplicatePage(c: StaffPageContext) {
  const id = c.req.param('id') ?? ''
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeStaff(c, 'change', { request: id })
  const { db, region } = context
  const path = requestPath(context, id)
  const pair = await ownDuplicate(db, region, { request: id, of: c.req.query('of') ?? '' })
  if (pair === undefined) return c.redirect(view.href(path), 303)
  const { other, survivor } = pair
  const [{ me, request }] = await Promise.all([
    readWholeRequest(c),
    listRequests(db, { ids: [other.id], onlyPublic: true, limit: 1 }),
  ])
  const [stays, closes] = survivor === request.caseId ? [request, other] : [other, request]
  const title = t('work-duplicate-title')
  return c.html(
    <StaffPage {...{ c, view, context, me, title }} section="requests">
      <BackLink href={view.href(path)}>{t('work-back', { number: request.id })}</BackLink>
      <h1>{title}</h1>
      <div class="pair">
        <Report {...{ view, context, row: stays }} title={t('work-duplicate-stays')} />
        <Report {...{ view, context, row: closes }} title={t('work-duplicate-closes')} />
      </div>
      <p>{t('work-duplicate-then', { stays: stays.caseId, closes: closes.caseId })}</p>
      <ActionForm {...{ c, view }} action={`${path}/duplicates`}>
        <input type="hidden" name="duplicates.of" value={other.caseId} />
        <input type="hidden" name="duplicates.stays" value={survivor} />
        <button class="usa-button" type="submit">
          {t('work-duplicate-go', { closes: closes.caseId })}
        </button>
        <p>
          <a class="usa-link" href={view.href(path)}>
            {t('work-duplicate-cancel')}
          </a>
        </p>
      </ActionForm>
    </StaffPage>,
  )
}

interface ReportProps {
  view: PageView
  context: StaffContext
  row: RequestRow
  title: string
}

function Report({ view, context, row, title }: ReportProps) {
  return (
    <section class="panel">
      <h2>{title}</h2>
      <p>
        <strong>{serviceLabel(view, context.jurisdiction.slug, row.serviceCode, row.serviceName)}</strong>{' '}
        <a class="usa-link number" href={view.href(`/cases/${row.caseId}`)}>
          {row.caseId}
        </a>{' '}
        <StatusTag view={view} status={row.status} />
      </p>
      {row.address && <p dir="auto">{row.address}</p>}
      {row.description && (
        <p class="case__text" dir="auto">
          {row.description.slice(0, 300)}
        </p>
      )}
      <p class="quiet">
        {view.t('work-reported')}{' '}
        <Moment view={view} at={row.requestedAt} zone={zoneOf(view, context)} exact />
      </p>
    </section>
  )
}
