import { formatDate } from '../../core/dates.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import { localDay, startOfDay } from '../../regions/runtime/calendar.ts'
import { Empty } from '../../web/components/components.tsx'
import { ErrorSummary, type FieldMessage, titled } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { type DraftContext, openDraft } from '../drafts/open-draft.ts'
import { bodiesOf } from '../services/offered.ts'
import { type AdminPageContext, mayEdit } from '../shell/context.ts'
import { AdminPage, draftPath } from '../shell/frame.tsx'
import { recordsAt, textAt, textsAt } from '../shell/values.ts'
import { Confirmations, confirmationList } from './confirm-page.tsx'
import { AGREEMENTS } from './confirmations.ts'

const periods = ['current', 'coming', 'ended'] as const

/** Agreements between jurisdictions, or with partners: in force, to come, ended. */
export async function agreementsPage(c: AdminPageContext) {
  return agreementList(c, await openDraft(c))
}

/** `errors`: of a confirmation that was sent. */
export async function agreementList(
  c: AdminPageContext,
  context: DraftContext,
  errors: readonly FieldMessage[] = [],
) {
  const view = viewOf(c)
  const { t } = view
  const { draft, me, values } = context
  const path = `${draftPath(draft)}/agreements`
  const list = recordsAt(values.get(AGREEMENTS), ['agreements'])
  const day = today(view, context)
  const byPeriod = Map.groupBy(list, agreement => periodOf(agreement, day))
  return c.html(
    <AdminPage
      {...{ c, view, context, draft, me }}
      section="drafts"
      title={titled(view, t('admin-agreements'), errors)}
    >
      <ErrorSummary view={view} errors={errors} />
      <h1>{t('admin-agreements')}</h1>
      <p class="usa-intro">{t('admin-agreements-intro')}</p>
      {context.isOpen && mayEdit(context, AGREEMENTS) && (
        <p>
          <a class="usa-button" href={view.href(`${draftPath(draft)}/new-agreement`)}>
            {t('admin-agreement-new')}
          </a>
        </p>
      )}
      <Confirmations {...{ c, view, context, errors }} list={await confirmationList(context)} />
      {list.length === 0 && (
        <Empty>
          <p>{t('admin-no-agreements')}</p>
        </Empty>
      )}
      {periods.map(period => {
        const found = byPeriod.get(period) ?? []
        return (
          found.length > 0 && (
            <section>
              <h2>{t(`admin-agreements-${period}`)}</h2>
              <ul class="queue">
                {found.map(agreement => (
                  <Item {...{ view, context, agreement, path }} />
                ))}
              </ul>
            </section>
          )
        )
      })}
    </AdminPage>,
    errors.length === 0 ? 200 : 400,
  )
}

export function today(view: PageView, { base }: DraftContext): string {
  return localDay(view.now, base.region.timezone)
}

/** `to` is the first day without it. */
function periodOf(agreement: DocumentValue, day: string): (typeof periods)[number] {
  const [from, to] = [textAt(agreement, ['from']), textAt(agreement, ['to'])]
  if (to !== '' && to <= day) return 'ended'
  return from > day ? 'coming' : 'current'
}

function dayText({ t }: PageView, { base }: DraftContext, day: string): string {
  const { timezone } = base.region
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? formatDate(t, startOfDay(day, timezone), timezone) : day
}

interface ItemProps {
  view: PageView
  context: DraftContext
  agreement: DocumentValue
  path: string
}

function Item({ view, context, agreement, path }: ItemProps) {
  const { t } = view
  const bodies = bodiesOf(context)
  const named = (key: string) => {
    const id = textAt(agreement, [key])
    return bodies.find(body => body.id === id)?.name ?? id
  }
  const [from, to] = [textAt(agreement, ['from']), textAt(agreement, ['to'])]
  const services = textsAt(agreement, ['services']).length
  return (
    <li class="queue__item">
      <div class="queue__what">
        <a class="usa-link" href={view.href(`${path}/${encodeURIComponent(textAt(agreement, ['id']))}`)}>
          <strong>{textAt(agreement, ['title'])}</strong>
        </a>
        <span class="queue__place">
          {t('admin-agreement-sides', { accountable: named('accountable'), performer: named('performer') })}
        </span>
      </div>
      <div class="queue__state">
        {services === 0 ? t('admin-all-services') : t('admin-services-count', { count: services })}
      </div>
      <div class="queue__when">
        <span>
          {from !== '' && t('admin-from-day', { day: dayText(view, context, from) })}{' '}
          {to !== '' && t('admin-to-day', { day: dayText(view, context, to) })}
        </span>
      </div>
    </li>
  )
}
