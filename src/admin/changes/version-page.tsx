import { problem } from '../../core/problem.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import { listVersions, snapshotOfVersion, type Version } from '../../regions/versions/history.ts'
import { changesBetween } from '../../regions/versions/plan/changes.ts'
import { BackLink, Moment } from '../../web/components/components.tsx'
import { SelectField, TextField } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm } from '../../workspace/shell/form.tsx'
import { actorName, namesOf } from '../../workspace/shell/names.ts'
import { type AdminContext, type AdminPageContext, authorizeAdmin, isRegionAdmin } from '../shell/context.ts'
import { AdminPage } from '../shell/frame.tsx'
import { ChangeList } from './change-list.tsx'

/** A version: who applied it and why, what it changed since another one, and how to go back to it. */
export async function versionPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await authorizeAdmin(c)
  const { platform, region, signedIn } = context
  const versions = await listVersions(platform, region.slug)
  const shown = versionNamed(versions, c.req.param('version'))
  const earlier = versions.find(({ version }) => version < shown.version)
  const asked = c.req.query('with')
  const other = asked === undefined || asked === '' ? earlier : versionNamed(versions, asked)
  const documents = await documentsOf(context, shown.version)
  const compared = other && (await documentsOf(context, other.version))
  const names = await namesOf(platform, signedIn, [shown.appliedBy])
  const title = t('admin-version-number', { version: shown.version })
  const isInForce = shown.version === region.snapshot.version
  return c.html(
    <AdminPage {...{ c, view, context, title }} me={names.get(signedIn.holder) ?? ''} section="versions">
      <BackLink href={view.href('/admin/versions')}>{t('admin-section-versions')}</BackLink>
      <h1>{title}</h1>
      <p>
        {actorName(view, names, shown.appliedBy)},{' '}
        <Moment view={view} at={shown.appliedAt} zone={region.documents.region.timezone} exact />{' '}
        {isInForce && <span class="mark">{t('admin-version-in-force')}</span>}
      </p>
      {shown.why !== null && <p class="usa-intro">{shown.why}</p>}
      <p>
        <a class="usa-link" href={view.href(`/admin/versions/${shown.version}/documents.zip`)}>
          {t('admin-version-download')}
        </a>
      </p>
      <section aria-labelledby="changed">
        <h2 id="changed">
          {other === undefined
            ? t('admin-version-first')
            : t('admin-version-changes', { version: other.version })}
        </h2>
        {compared && (
          <ChangeList
            view={view}
            changes={changesBetween(compared, documents)}
            documents={[documents, compared]}
            none={t('admin-versions-same')}
          />
        )}
        {versions.length > 1 && <Compare {...{ view, versions, shown, other }} />}
      </section>
      {!isInForce && isRegionAdmin(context) && <GoBack {...{ c, view, context, shown, documents }} />}
    </AdminPage>,
  )
}

export function versionNamed(versions: readonly Version[], written: string | undefined): Version {
  const found = versions.find(({ version }) => String(version) === written)
  if (found === undefined) throw problem('not-found')
  return found
}

export async function documentsOf({ platform, region }: AdminContext, version: number): Promise<Documents> {
  if (version === region.snapshot.version) return region.documents
  const snapshot = await snapshotOfVersion(platform, region.slug, version)
  if (snapshot === undefined) throw problem('not-found')
  return snapshot.documents
}

interface CompareProps {
  view: PageView
  versions: readonly Version[]
  shown: Version
  other: Version | undefined
}

function Compare({ view, versions, shown, other }: CompareProps) {
  const { t } = view
  const options = versions
    .filter(({ version }) => version !== shown.version)
    .map(({ version }) => ({
      value: String(version),
      label: t('admin-version-number', { version }),
    }))
  return (
    <form method="get" class="row">
      <SelectField
        view={view}
        name="with"
        label={t('admin-versions-compare-with')}
        required
        options={options}
        values={other === undefined ? [] : [String(other.version)]}
        errors={[]}
      />
      <button class="usa-button usa-button--outline" type="submit">
        {t('admin-versions-compare')}
      </button>
    </form>
  )
}

interface GoBackProps {
  c: AdminPageContext
  view: PageView
  context: AdminContext
  shown: Version
  documents: Documents
}

/** What going back would change against what is in force, and the button. */
function GoBack({ c, view, context, shown, documents }: GoBackProps) {
  const { t } = view
  const { region } = context
  const changes = changesBetween(region.documents, documents)
  if (changes.length === 0) return null
  const needsApproval = region.documents.region.approval === 'second-person'
  const { version } = shown
  return (
    <section aria-labelledby="back">
      <h2 id="back">{t('admin-rollback')}</h2>
      <p>{t(needsApproval ? 'admin-rollback-draft-text' : 'admin-rollback-text', { version })}</p>
      <h3>{t('admin-rollback-changes')}</h3>
      <ChangeList view={view} changes={changes} documents={[documents, region.documents]} />
      <ActionForm
        c={c}
        view={view}
        action={`/admin/versions/${version}/restore`}
        version={region.snapshot.version}
      >
        {!needsApproval && (
          <TextField
            view={view}
            name="restore.why"
            label={t('admin-version-why')}
            hint={t('admin-version-why-hint')}
            maxlength={200}
            value=""
            errors={[]}
          />
        )}
        <button class="usa-button usa-button--secondary" type="submit">
          {t(needsApproval ? 'admin-rollback-draft' : 'admin-rollback')}
        </button>
      </ActionForm>
    </section>
  )
}
