import { Empty, Moment } from '../web/components/components.tsx'
import { type PageView, viewOf } from '../web/view.ts'
import { ActionForm } from '../workspace/shell/form.tsx'
import { namesOf } from '../workspace/shell/names.ts'
import { listDrafts } from './drafts/drafts.ts'
import { DraftList } from './drafts/list-page.tsx'
import { type AdminContext, type AdminPageContext, authorizeAdmin, mayEditAnything } from './shell/context.ts'
import { AdminPage } from './shell/frame.tsx'

/** What is in force, what is being prepared, and where to begin. */
export async function overviewPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeAdmin(c)
  const drafts = (await listDrafts(context.db)).filter(({ state }) => state === 'open')
  const names = await namesOf(
    context.platform,
    context.signedIn,
    drafts.map(({ changedBy }) => changedBy),
  )
  return c.html(
    <AdminPage
      {...{ c, view, context }}
      me={names.get(context.signedIn.holder) ?? ''}
      title={t('admin-title')}
    >
      <h1>{t('admin-title')}</h1>
      <InForce view={view} context={context} />
      <section aria-labelledby="open-drafts">
        <h2 id="open-drafts">{t('admin-open-drafts')}</h2>
        {drafts.length === 0 ? (
          <Empty>
            <p>{t('admin-no-drafts')}</p>
          </Empty>
        ) : (
          <DraftList {...{ view, drafts, names }} />
        )}
      </section>
      {mayEditAnything(context) && (
        <section aria-labelledby="begin">
          <h2 id="begin">{t('admin-begin')}</h2>
          <div class="admin__begin">
            {context.role === 'administrator' && (
              <BeginForm
                {...{ c, view }}
                title={t('admin-new-jurisdiction')}
                to="/jurisdictions/new"
                text={t('admin-new-jurisdiction-text')}
              />
            )}
            <BeginForm
              {...{ c, view }}
              title={t('admin-edit')}
              to={context.role === 'administrator' ? '' : '/jurisdictions'}
              text={t('admin-edit-text')}
            />
          </div>
        </section>
      )}
    </AdminPage>,
  )
}

interface BeginProps {
  c: AdminPageContext
  view: PageView
  title: string
  /** Where in the new draft to begin. */
  to: string
  text: string
}

function BeginForm({ c, view, title, to, text }: BeginProps) {
  return (
    <div class="panel">
      <h3>{title}</h3>
      <p>{text}</p>
      <ActionForm c={c} view={view} action="/admin/drafts">
        <input type="hidden" name="/admin/drafts.title" value={title} />
        <input type="hidden" name="/admin/drafts.to" value={to} />
        <button class="usa-button" type="submit">
          {title}
        </button>
      </ActionForm>
    </div>
  )
}

function InForce({ view, context: { region } }: { view: PageView; context: AdminContext }) {
  const { t } = view
  const { version, appliedAt, documents } = region.snapshot
  return (
    <dl class="facts">
      <div>
        <dt>{t('admin-version')}</dt>
        <dd>
          {t('admin-version-number', { version })}
          {appliedAt !== undefined && (
            <>
              {' '}
              (<Moment view={view} at={appliedAt} zone={documents.region.timezone} />)
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>{t('admin-part-jurisdictions')}</dt>
        <dd>{documents.jurisdictions.length}</dd>
      </div>
      <div>
        <dt>{t('admin-services')}</dt>
        <dd>{documents.services.length}</dd>
      </div>
    </dl>
  )
}
