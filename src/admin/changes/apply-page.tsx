import { shippedMigrations } from '../../core/database/shipped.ts'
import { readInstant } from '../../core/input.ts'
import { problem } from '../../core/problem.ts'
import { localDay, startOfDay } from '../../regions/runtime/calendar.ts'
import { requestApply } from '../../regions/versions/apply.ts'
import { listVersions } from '../../regions/versions/history.ts'
import { type ApplyProgress, applyProgress } from '../../regions/versions/pending.ts'
import { Alert } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm, fieldError, readSubmitted } from '../../workspace/shell/form.tsx'
import { missingConfirmations } from '../agreements/confirmations.ts'
import { checkDraft } from '../drafts/documents.ts'
import { endApplied } from '../drafts/drafts.ts'
import { openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { unprovedHosts } from '../hosts/hosts.ts'
import { type AdminPageContext, doingNow, isRegionAdmin, requireAdminStepUp } from '../shell/context.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { approvalOf, isApproved } from './approval.ts'
import { cancelAndReopen } from './cancel.ts'
import { readReason } from './reason.ts'
import { cancelSchedule, schedule } from './schedule.ts'

/**
 * Puts a draft in force. Throws `step-up-required`, `changed-meanwhile` if the draft was saved or another version was
 * applied since its plan was shown, and `bad-request` for one with errors, with agreements that a side has not confirmed, or
 * with host names that are not proved.
 */
export async function applyDraft(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  requireAdminStepUp(context)
  const { platform, region, draft, db, by } = context
  const sent = await readSubmitted(c, 'apply')
  if (sent.version !== draft.revision) throw problem('changed-meanwhile')
  if (!isApproved(await approvalOf(db, region.documents, draft))) throw problem('not-allowed')
  if ((await missingConfirmations(context)).length > 0)
    throw problem('bad-request', { detail: view.t('admin-not-all-confirmed') })
  if ((await unprovedHosts(context)).length > 0)
    throw problem('bad-request', { detail: view.t('admin-hosts-not-proved') })
  const { documents } = await checkDraft(platform, region, context.values)
  if (documents === undefined) throw problem('bad-request', { detail: view.t('admin-plan-has-errors') })
  const why = readReason(sent) || draft.title
  const { timezone } = region.documents.region
  const dueAt = readDay(sent.one('on'), timezone)
  if (dueAt !== undefined && dueAt < startOfDay(localDay(view.now, timezone), timezone))
    throw problem('bad-request', { detail: view.t('admin-apply-on-past') })
  if (dueAt !== undefined && dueAt > view.now) {
    await schedule(db, draft, { ...doingNow(context), dueAt, why })
    return adminDone(c, view, `${draftPath(draft)}/plan`, 'scheduled')
  }
  const request = { by, from: draft.base, why, draft: draft.id }
  const hash = await requestApply(platform, shippedMigrations(), region.slug, documents, request)
  await endApplied(db, draft, hash, doingNow(context))
  return c.redirect(view.href(`${draftPath(draft)}/progress`), 303)
}

// Midnight of a day in the region; undefined for none. Throws `bad-request` for what is no day.
function readDay(written: string, zone: string): number | undefined {
  if (written === '') return undefined
  const { value } = /^\d{4}-\d{2}-\d{2}$/.test(written)
    ? readInstant('on', written, zone)
    : { value: undefined }
  if (value === undefined) throw fieldError('on', 'not-a-date')
  return value
}

/** Calls off what was to be applied later. Throws `wrong-state` if that has happened. */
export async function unscheduleDraft(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  const { draft, db } = context
  await cancelSchedule(db, draft.id, doingNow(context))
  return adminDone(c, view, `${draftPath(draft)}/plan`, 'unscheduled')
}

const REFRESH_SECONDS = 3
const SHOWN_FAILURES = 5

/** How far applying has come. Refreshes by itself until the draft is in force. */
export async function progressPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const { platform, region, draft, me } = context
  if (draft.state !== 'applied') throw problem('not-found')
  const progress = await applyProgress(platform, shippedMigrations(), region.slug)
  const versions = await listVersions(platform, region.slug)
  const inForce = versions.find(({ hash }) => hash === draft.hash)
  const isWaiting = inForce === undefined && progress !== undefined
  if (isWaiting) c.header('Refresh', String(REFRESH_SECONDS))
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={draft.title}>
      <h1>{draft.title}</h1>
      {inForce !== undefined && (
        <Alert type="success" live>
          <p>{t('admin-in-force', { version: inForce.version })}</p>
        </Alert>
      )}
      {isWaiting && <Progress view={view} progress={progress} />}
      {isWaiting && isRegionAdmin(context) && (
        <details class="action">
          <summary>{t('admin-cancel-apply')}</summary>
          <p>{t('admin-cancel-apply-text')}</p>
          <ActionForm c={c} view={view} action={`${draftPath(draft)}/cancel`}>
            <button class="usa-button usa-button--secondary" type="submit">
              {t('admin-cancel-apply')}
            </button>
          </ActionForm>
        </details>
      )}
      {inForce === undefined && progress === undefined && (
        <Alert type="warning" live>
          <p>{t('admin-not-in-force')}</p>
        </Alert>
      )}
      <p>
        <a class="usa-link" href={view.href('/admin')}>
          {t('admin-overview')}
        </a>
      </p>
    </AdminPage>,
  )
}

/** Takes back what is not yet in force: the draft is open again. Throws `step-up-required`, and `wrong-state` once it is in force. */
export async function cancelDraft(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraft(c)
  if (!isRegionAdmin(context)) throw problem('not-allowed')
  requireAdminStepUp(context)
  const { platform, region, draft } = context
  if (draft.state !== 'applied') throw problem('wrong-state')
  await cancelAndReopen(platform, region.slug, { ...doingNow(context), hash: draft.hash ?? '' })
  return adminDone(c, view, draftPath(draft), 'apply-cancelled')
}

export function Progress({ view, progress }: { view: PageView; progress: ApplyProgress }) {
  const { t } = view
  const { ready, needed, failed } = progress
  return (
    <Alert type="info" heading={t('admin-applying')}>
      <p>
        <progress class="progress" value={ready} max={needed} aria-label={t('admin-applying')} />
      </p>
      <p>{t('admin-databases-ready', { ready, needed })}</p>
      {failed.length > 0 && (
        <p>
          {t('admin-databases-failed', { count: failed.length })}{' '}
          {failed.slice(0, SHOWN_FAILURES).map(({ database }) => (
            <code>{database} </code>
          ))}
        </p>
      )}
    </Alert>
  )
}
