import { readNumber } from '../core/input.ts'
import { Empty, Moment } from '../web/components/components.tsx'
import { viewOf } from '../web/view.ts'
import { actorName, namesOf } from '../workspace/shell/names.ts'
import { nameOfDocument } from './drafts/draft-page.tsx'
import { actionText, readLog } from './log.ts'
import { type AdminPageContext, authorizeAdmin } from './shell/context.ts'
import { AdminPage } from './shell/frame.tsx'

/** What administrators did. */
export async function logPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeAdmin(c)
  const { platform, region, signedIn, db } = context
  const typed = c.req.query('before')
  const page = typed === undefined ? undefined : readNumber('before', typed, 1, Number.MAX_SAFE_INTEGER)
  const { entries, before } = await readLog(
    db,
    page !== undefined && 'value' in page ? page.value : undefined,
  )
  const names = await namesOf(
    platform,
    signedIn,
    entries.map(({ by }) => by),
  )
  const nameOf = (file: string) => nameOfDocument(view, file, slug => region.jurisdiction(slug)?.name)
  const title = t('admin-section-log')
  return c.html(
    <AdminPage {...{ c, view, context, title }} me={names.get(signedIn.holder) ?? ''} section="log">
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-log-intro')}</p>
      {entries.length === 0 && (
        <Empty>
          <p>{t('admin-log-empty')}</p>
        </Empty>
      )}
      <ol class="queue">
        {entries.map(({ at, by, action, draft, subject }) => {
          const key = actionText(action)
          return (
            <li class="queue__item">
              <div class="queue__what">
                {key === undefined ? action : t(key, { subject: nameOf(subject) })}
                {draft !== null && (
                  <a class="usa-link" href={view.href(`/admin/drafts/${draft}`)}>
                    {t('admin-log-draft')}
                  </a>
                )}
              </div>
              <div class="queue__state">{actorName(view, names, by)}</div>
              <div class="queue__when">
                <Moment view={view} at={at} zone={region.documents.region.timezone} exact />
              </div>
            </li>
          )
        })}
      </ol>
      {before !== undefined && (
        <p>
          <a class="usa-link" href={view.href(`/admin/log?before=${before}`)}>
            {t('admin-log-earlier')}
          </a>
        </p>
      )}
    </AdminPage>,
  )
}
