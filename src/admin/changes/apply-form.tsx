import { isoDate } from '../../core/dates.ts'
import { localDay } from '../../regions/runtime/calendar.ts'
import { Alert, Moment } from '../../web/components/components.tsx'
import { TextField } from '../../web/components/fields.tsx'
import type { PageView } from '../../web/view.ts'
import { ActionForm } from '../../workspace/shell/form.tsx'
import { actorName, type Names } from '../../workspace/shell/names.ts'
import type { DraftContext } from '../drafts/open-draft.ts'
import { type AdminPageContext, isRegionAdmin } from '../shell/context.ts'
import { draftPath } from '../shell/frame.tsx'
import { type Approval, isApproved } from './approval.ts'
import { type Schedule, scheduleFailures } from './schedule.ts'

interface Props {
  c: AdminPageContext
  view: PageView
  context: DraftContext
  approval: Approval
  planned: Schedule | undefined
  names: Names
}

/** What is left to do with a draft that has no errors: approve it, apply it now or later, or call that off. */
export function ApplySection(props: Props) {
  const { c, view, context, approval, planned } = props
  const { t } = view
  const { draft } = context
  const mayApply = isRegionAdmin(context) && isApproved(approval)
  return (
    <section aria-labelledby="apply">
      <h2 id="apply">{t('admin-apply-heading')}</h2>
      {approval.isNeeded && <ApprovalState {...props} />}
      {planned && <Planned {...props} planned={planned} />}
      {mayApply && (planned === undefined || planned.failed !== null) && (
        <ActionForm c={c} view={view} action={`${draftPath(draft)}/apply`} version={draft.revision}>
          <p>{t('admin-apply-text')}</p>
          <TextField
            view={view}
            name="apply.why"
            label={t('admin-version-why')}
            hint={t('admin-version-why-hint')}
            maxlength={200}
            value={draft.title}
            errors={[]}
          />
          <TextField
            view={view}
            name="apply.on"
            type="date"
            label={t('admin-apply-on')}
            hint={t('admin-apply-on-hint')}
            value=""
            errors={[]}
          />
          <button class="usa-button" type="submit">
            {t('admin-apply')}
          </button>
        </ActionForm>
      )}
    </section>
  )
}

function ApprovalState({ c, view, context, approval, names }: Props) {
  const { t } = view
  const { draft } = context
  if (approval.by.length > 0) {
    const who = approval.by.map(by => actorName(view, names, by)).join(', ')
    return (
      <Alert type="success">
        <p>{t('admin-approved-by', { who })}</p>
      </Alert>
    )
  }
  if (!isRegionAdmin(context) || approval.authors.includes(context.by)) {
    return (
      <Alert type="info">
        <p>{t('admin-approval-needed')}</p>
      </Alert>
    )
  }
  return (
    <ActionForm c={c} view={view} action={`${draftPath(draft)}/approve`} version={draft.revision}>
      <p>{t('admin-approve-text')}</p>
      <button class="usa-button" type="submit">
        {t('admin-approve')}
      </button>
    </ActionForm>
  )
}

function Planned({ c, view, context, planned, names }: Props & { planned: Schedule }) {
  const { t } = view
  const { draft, region } = context
  const zone = region.documents.region.timezone
  const failure = scheduleFailures.find(known => known === planned.failed)
  const day = isoDate(t, localDay(planned.dueAt, zone))
  return (
    <Alert
      type={failure === undefined ? 'info' : 'error'}
      heading={t(failure === undefined ? 'admin-scheduled' : 'admin-schedule-failed', { day })}
    >
      <p>
        {failure === undefined ? t('admin-scheduled-text') : t(`admin-schedule-failed-${failure}`)}{' '}
        {actorName(view, names, planned.by)}, <Moment view={view} at={planned.at} zone={zone} exact />
      </p>
      {isRegionAdmin(context) && (
        <ActionForm c={c} view={view} action={`${draftPath(draft)}/unschedule`}>
          <button class="usa-button usa-button--outline" type="submit">
            {t('admin-unschedule')}
          </button>
        </ActionForm>
      )}
    </Alert>
  )
}
