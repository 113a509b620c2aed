import { listVersions } from '../../regions/versions/history.ts'
import { Moment } from '../../web/components/components.tsx'
import { viewOf } from '../../web/view.ts'
import { actorName, namesOf } from '../../workspace/shell/names.ts'
import { type AdminPageContext, authorizeAdmin } from '../shell/context.ts'
import { AdminPage } from '../shell/frame.tsx'

/** Every configuration that the region has had: when, and by whom. */
export async function versionsPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeAdmin(c)
  const { platform, region, signedIn } = context
  const versions = await listVersions(platform, region.slug)
  const names = await namesOf(
    platform,
    signedIn,
    versions.map(({ appliedBy }) => appliedBy),
  )
  const title = t('admin-section-versions')
  return c.html(
    <AdminPage {...{ c, view, context, title }} me={names.get(signedIn.holder) ?? ''} section="versions">
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-versions-intro')}</p>
      <ol class="queue">
        {versions.map(({ version, appliedAt, appliedBy }) => (
          <li class="queue__item">
            <div class="queue__what">
              <strong>{t('admin-version-number', { version })}</strong>
            </div>
            <div class="queue__state">
              {version === region.snapshot.version && <span class="mark">{t('admin-version-in-force')}</span>}
            </div>
            <div class="queue__when">
              {actorName(view, names, appliedBy)},{' '}
              <Moment view={view} at={appliedAt} zone={region.documents.region.timezone} exact />
            </div>
          </li>
        ))}
      </ol>
    </AdminPage>,
  )
}
