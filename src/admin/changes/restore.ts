import { shippedMigrations } from '../../core/database/shipped.ts'
import { problem } from '../../core/problem.ts'
import { documentValues } from '../../regions/documents/export.ts'
import { requestApply } from '../../regions/versions/apply.ts'
import { listVersions } from '../../regions/versions/history.ts'
import { viewOf } from '../../web/view.ts'
import { readSubmitted } from '../../workspace/shell/form.tsx'
import { createDraft, editDocuments } from '../drafts/drafts.ts'
import { logStep } from '../log.ts'
import {
  type AdminPageContext,
  authorizeAdmin,
  doingNow,
  isRegionAdmin,
  requireAdminStepUp,
} from '../shell/context.ts'
import { adminDone, draftPath } from '../shell/frame.tsx'
import { readReason } from './reason.ts'
import { documentsOf, versionNamed } from './version-page.tsx'

/**
 * Goes back to a version: its documents become a new one. Where a second person must approve each change, they become
 * a draft instead. Throws `not-allowed`, `step-up-required`, and `changed-meanwhile` if another version was applied
 * since the page was shown.
 */
export async function restoreVersion(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await authorizeAdmin(c)
  if (!isRegionAdmin(context)) throw problem('not-allowed')
  const { platform, region, db } = context
  const { version } = versionNamed(await listVersions(platform, region.slug), c.req.param('version'))
  const documents = await documentsOf(context, version)
  const sent = await readSubmitted(c, 'restore')
  if (sent.version !== region.snapshot.version) throw problem('changed-meanwhile')
  const doing = doingNow(context)
  if (region.documents.region.approval === 'second-person') {
    const title = view.t('admin-rollback-title', { version })
    const id = await createDraft(platform, db, { ...doing, title, base: sent.version })
    const [base, values] = [documentValues(region.documents), documentValues(documents)]
    const files = [...new Set([...base.keys(), ...values.keys()])]
    const edits = files.map(file => ({ file, edit: () => values.get(file) ?? null }))
    await editDocuments(db, id, base, edits, doing)
    return adminDone(c, view, `${draftPath({ id })}/plan`, 'draft-created')
  }
  requireAdminStepUp(context)
  const why = readReason(sent) || view.t('admin-rollback-title', { version })
  const request = { by: context.by, from: sent.version, why }
  await requestApply(platform, shippedMigrations(), region.slug, documents, request)
  await db.commit([logStep({ ...doing, action: 'version-restored', subject: String(version) })])
  return adminDone(c, view, '/admin/versions', 'applied')
}
