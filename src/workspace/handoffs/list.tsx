import type { HandoffRow, SeenHandoff } from '../../handoffs/find.ts'
import { bodyName } from '../../regions/runtime/names.ts'
import { reasonText } from '../../regions/runtime/reasons.ts'
import { Empty, Until } from '../../web/components/components.tsx'
import type { PageView } from '../../web/view.ts'
import type { StaffContext } from '../shell/context.ts'
import { zoneOf } from '../shell/frame.tsx'
import { serviceLabel } from '../shell/names.ts'
import { NextStep, Outcome } from './outcome.tsx'

interface Props {
  view: PageView
  rows: readonly (SeenHandoff & { readonly context: StaffContext })[]
  /** What to do next is said. */
  isNext?: boolean
}

export function HandoffList({ view, rows, isNext = false }: Props) {
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
      {rows.map(({ context, ...row }) => {
        const { slug } = context.jurisdiction
        const { content } = row
        return (
          <li class="queue__item">
            <div class="queue__what">
              <a class="queue__name usa-link" href={view.href(handoffPath(slug, row.id, row.side))}>
                {serviceLabel(view, slug, content.serviceCode, content.serviceName)}
              </a>
              <span class="number">{row.caseId}</span>
              {'address' in content && content.address && <bdi class="queue__place">{content.address}</bdi>}
            </div>
            <div class="queue__state">
              <span class="mark">{t(`work-kind-${row.kind}`)}</span>
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
              <AnswerBy view={view} row={row} zone={zoneOf(view, context)} />
            </div>
            {row.state !== 'granted' && row.state !== 'accepted' && (
              <div class="queue__more">
                <Outcome {...{ view, context, row }} />
                {isNext && <NextStep {...{ view, context, row }} />}
              </div>
            )}
          </li>
        )
      })}
    </ul>
  )
}

export function handoffPath(slug: string, id: string, side: HandoffRow['side']): string {
  return `/work/${slug}/handoffs/${id}?side=${side}`
}

export function AnswerBy({ view, row, zone }: { view: PageView; row: SeenHandoff; zone: string }) {
  const isWaiting = row.state === 'offered' || row.state === 'appealed'
  if (row.answerBy === null || !isWaiting) return null
  return (
    <span class={row.answerBy < view.now ? 'late' : undefined}>
      {view.t('work-answer-by')} <Until view={view} at={row.answerBy} zone={zone} exact />
    </span>
  )
}
