import { listLinks } from '../handoffs/duplicates.ts'
import { listHandoffs } from '../handoffs/find.ts'
import { Empty, Moment } from '../web/components.tsx'
import { viewOf } from '../web/view.ts'
import { requestPath, StaffPage, zoneOf } from './frame.tsx'
import { HandoffList } from './handoff-list.tsx'
import { namesOf } from './names.ts'
import { openToSee, type PageContext } from './office.ts'

const SHOWN = 100
const ANSWERED = 20

/** What waits for an answer between this jurisdiction and the others, and what has lately been answered. */
export async function handoffsPage(c: PageContext) {
  const view = viewOf(c)
  const { t } = view
  const office = await openToSee(c)
  const { db } = office
  const [names, offered, pending, disputes, answered, links] = await Promise.all([
    namesOf(c, office.signedIn),
    listHandoffs(db, { side: 'receiver', states: ['offered'], limit: SHOWN }),
    listHandoffs(db, { side: 'sender', states: ['offered', 'accepted', 'appealed'], limit: SHOWN }),
    listHandoffs(db, { side: 'arbitrator', states: ['appealed'], limit: SHOWN }),
    listHandoffs(db, { states: ['granted', 'refused', 'withdrawn', 'timed-out', 'kept'], limit: ANSWERED }),
    listLinks(db, 'asked', undefined, SHOWN),
  ])
  const zone = zoneOf(view, office)
  const lists = [
    ['offers', offered],
    ['pending', pending],
    ['disputes', disputes],
    ['answered', answered],
  ] as const
  const shown = lists.filter(([what, rows]) => what !== 'disputes' || rows.length > 0)
  return c.html(
    <StaffPage
      {...{ c, view, office }}
      me={names.get(office.signedIn.holder) ?? ''}
      section="handoffs"
      title={t('work-section-handoffs')}
    >
      <h1>{t('work-section-handoffs')}</h1>
      {shown.map(([what, rows]) => (
        <section aria-labelledby={what}>
          <h2 id={what}>{t(`work-handoffs-${what}`)}</h2>
          <HandoffList view={view} rows={rows.map(row => ({ ...row, office }))} />
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
                    href={view.href(`${requestPath(office, request)}#duplicates`)}
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
