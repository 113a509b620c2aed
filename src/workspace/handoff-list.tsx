import type { HandoffRow, SeenHandoff } from '../handoffs/find.ts'
import type { CrossingContent } from '../handoffs/messages.ts'
import { reasonText } from '../regions/reasons.ts'
import { Empty, Until } from '../web/components.tsx'
import type { View } from '../web/view.ts'
import { zoneOf } from './frame.tsx'
import { bodyName, serviceLabel } from './names.ts'
import type { Office } from './office.ts'

interface Props {
  view: View
  rows: readonly (SeenHandoff & { readonly office: Office })[]
}

/** Handoffs, each leading to its page: what it is about, from whom to whom, why, and by when it wants an answer. */
export function HandoffList({ view, rows }: Props) {
  const { t, site, language } = view
  if (rows.length === 0) {
    return (
      <Empty>
        <p>{t('work-handoffs-none')}</p>
      </Empty>
    )
  }
  return (
    <ul class="queue">
      {rows.map(({ office, ...row }) => {
        const { slug } = office.jurisdiction
        const content = JSON.parse(row.content) as CrossingContent
        return (
          <li class="queue__item">
            <div class="queue__what">
              <a class="queue__name usa-link" href={view.href(handoffPath(slug, row.id, row.side))}>
                {serviceLabel(view, slug, content.serviceCode, content.serviceName)}
              </a>
              <span class="number">{row.caseId}</span>
              {content.address && <span class="queue__place">{content.address}</span>}
            </div>
            <div class="queue__state">
              <span class="mark">{t(`work-handoff-${row.state}`)}</span>
              <span>{reasonText(site.region, row.reason, language)}</span>
            </div>
            <div class="queue__when">
              <span>
                {t('work-from-to', {
                  from: bodyName(site.region, row.sender),
                  to: bodyName(site.region, row.receiver),
                })}
              </span>
              <AnswerBy view={view} row={row} zone={zoneOf(view, office)} />
            </div>
          </li>
        )
      })}
    </ul>
  )
}

export function handoffPath(slug: string, id: string, side: HandoffRow['side']): string {
  return `/work/${slug}/handoffs/${id}?side=${side}`
}

export function AnswerBy({ view, row, zone }: { view: View; row: SeenHandoff; zone: string }) {
  const isWaiting = row.state === 'offered' || row.state === 'appealed'
  if (row.answerBy === null || !isWaiting) return null
  return (
    <span class={row.answerBy < view.now ? 'late' : undefined}>
      {view.t('work-answer-by')} <Until view={view} at={row.answerBy} zone={zone} exact />
    </span>
  )
}
