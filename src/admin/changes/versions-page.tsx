import { shippedMigrations } from '../../core/database/shipped.ts'
import { listVersions } from '../../regions/versions/history.ts'
import { applyProgress } from '../../regions/versions/pending.ts'
import { Moment } from '../../web/components/components.tsx'
import { viewOf } from '../../web/view.ts'
import { actorName, namesOf } from '../../workspace/shell/names.ts'
import { type AdminPageContext, authorizeAdmin } from '../shell/context.ts'
import { AdminPage } from '../shell/frame.tsx'
import { Progress } from './apply-page.tsx'

/** Every configuration that the region has had: when, and by whom. */
export async function versionsPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeAdmin(c)
  const { platform, region, signedIn } = context
  const versions = await listVersions(platform, region.slug)
  const progress = await applyProgress(platform, shippedMigrations(), region.slug)
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
      {progress && <Progress view={view} progress={progress} />}
      <ol class="queue">
        {versions.map(({ version, appliedAt, appliedBy, why }) => (
          <li class="queue__item">
            <div class="queue__what">
              <a class="usa-link" href={view.href(`/admin/versions/${version}`)}>
                {t('admin-version-number', { version })}
              </a>
              {why !== null && <p>{why}</p>}
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
