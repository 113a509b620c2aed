import { listLinks } from '../../handoffs/duplicates/duplicates.ts'
import { listHandoffs } from '../../handoffs/find.ts'
import { Empty, Moment } from '../../web/components/components.tsx'
import { viewOf } from '../../web/view.ts'
import { authorizeStaffRead, type StaffPageContext } from '../shell/context.ts'
import { requestPath, StaffPage, zoneOf } from '../shell/frame.tsx'
import { namesOf } from '../shell/names.ts'
import { HandoffList } from './list.tsx'

const SHOWN = 100
const ANSWERED = 20

export async function handoffsPage(c: StaffPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeStaffRead(c)
  const { db } = context
  const [names, offered, declined, pending, disputes, answered, links] = await Promise.all([
    namesOf(context.platform, context.signedIn),
    listHandoffs(db, { side: 'receiver', states: ['offered'], limit: SHOWN }),
    listHandoffs(db, { declined: true, limit: SHOWN }),
    listHandoffs(db, { side: 'sender', states: ['offered', 'accepted', 'appealed'], limit: SHOWN }),
    listHandoffs(db, { side: 'arbitrator', states: ['appealed'], limit: SHOWN }),
    listHandoffs(db, { states: ['granted', 'refused', 'withdrawn', 'timed-out', 'kept'], limit: ANSWERED }),
    listLinks(db, 'asked', undefined, SHOWN),
  ])
  const zone = zoneOf(view, context)
  const lists = [
    ['offers', offered],
    ['declined', declined],
    ['pending', pending],
    ['disputes', disputes],
    ['answered', answered],
  ] as const
  const shown = lists.filter(([what, rows]) => !/^(disputes|declined)$/.test(what) || rows.length > 0)
  return c.html(
    <StaffPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
      section="handoffs"
      title={t('work-section-handoffs')}
    >
      <h1>{t('work-section-handoffs')}</h1>
      {shown.map(([what, rows]) => (
        <section aria-labelledby={what}>
          <h2 id={what}>{t(`work-handoffs-${what}`)}</h2>
          <HandoffList
            view={view}
            rows={rows.map(row => ({ ...row, context }))}
            isNext={what === 'declined'}
          />
        </section>
      ))}
      <section aria-labelledby="duplicates">
        <h2 id="duplicates">{t('work-handoffs-duplicates')}</h2>
        {links.length === 0 ? (
          <Empty>
            <p>{t('work-duplicates-none')}</p>
          </Empty>
        ) : (
          <ul class="queue">
            {links.map(({ request, other, text, proposedAt }) => (
              <li class="queue__item">
                <div class="queue__what">
                  <a
                    class="queue__name usa-link"
                    href={view.href(`${requestPath(context, request)}#duplicates`)}
                  >
                    {t('work-same-as', { number: request, other })}
                  </a>
                  {text && <span class="queue__place">{text}</span>}
                </div>
                <div class="queue__when">
                  <Moment view={view} at={proposedAt} zone={zone} exact />
                </div>
              </li>
            ))}
          </ul>
        )}
      </section>
    </StaffPage>,
  )
}
