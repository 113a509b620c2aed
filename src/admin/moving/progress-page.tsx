import { actorOf } from '../../core/access.ts'
import { appendAuditAction } from '../../core/audit-actions.ts'
import { refusalText } from '../../requests/past/record.ts'
import { rejectLine, rejectsHeading } from '../../requests/past/rejects.ts'
import { Alert, Until } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import {
  authorizeStaff,
  authorizeStaffRead,
  type ReadContext,
  type StaffPageContext,
} from '../../workspace/shell/context.ts'
import { ActionForm, Fold } from '../../workspace/shell/form.tsx'
import { zoneOf } from '../../workspace/shell/frame.tsx'
import { rejectsDownloaded } from './audit-actions.ts'
import { importPath, movingPage } from './frame.tsx'
import { cancelImport, IMPORTS_KEPT, type PastImport, pastImportOf, startImport } from './imports.ts'
import { mappingPage } from './mapping-page.tsx'
import { rejectsOf } from './pieces.ts'

const REFRESH_SECONDS = 3

/** What comes next for an upload: its mapping, how far it has come, or its result. */
export async function pastImportPage(c: StaffPageContext) {
  const id = c.req.param('import') ?? ''
  const context = await authorizeStaffRead(c, 'grants')
  const row = await pastImportOf(context.platform, context.db, id)
  // The mapping shows rows of the file; counts are shown without step-up, because they refresh by themselves.
  if (row.state === 'uploaded') return mappingPage(c, await authorizeStaff(c, 'grants'), row)
  if (row.state === 'running') c.header('Refresh', String(REFRESH_SECONDS))
  const { t } = viewOf(c)
  const title = t(row.state === 'running' ? 'admin-moving-running' : 'admin-moving-result')
  return c.html(
    await movingPage({
      c,
      context,
      title,
      back: 'imports',
      children:
        row.state === 'running' ? <Running {...{ c, context, row }} /> : <Result {...{ c, context, row }} />,
    }),
  )
}

interface Props {
  c: StaffPageContext
  context: ReadContext
  row: PastImport
}

function Running({ c, context, row }: Props) {
  const view = viewOf(c)
  const { t } = view
  const done = row.imported + row.known + row.rejected
  return (
    <>
      <Alert type="info">
        <p>
          <progress class="progress" value={done} max={row.rows} aria-label={t('admin-moving-running')} />
        </p>
        <p>{t('admin-moving-progress', { done, count: row.rows })}</p>
      </Alert>
      <p>{t('admin-moving-leave')}</p>
      <Fold title={t('admin-moving-cancel')} open={false}>
        <ActionForm c={c} view={view} action={`${importPath(context, row.id)}/cancel`}>
          <p>{t('admin-moving-cancel-text')}</p>
          <button class="usa-button usa-button--secondary" type="submit">
            {t('admin-moving-cancel')}
          </button>
        </ActionForm>
      </Fold>
    </>
  )
}

const endings = {
  done: { type: 'success', text: 'admin-moving-done' },
  cancelled: { type: 'warning', text: 'admin-moving-cancelled' },
  failed: { type: 'error', text: 'admin-moving-failed' },
} as const

function Result({ c, context, row }: Props) {
  const view = viewOf(c)
  const { t } = view
  const path = importPath(context, row.id)
  const state = row.state === 'done' || row.state === 'failed' ? row.state : 'cancelled'
  const { type, text } = endings[state]
  return (
    <>
      <Alert type={type} live>
        <p>{t(text)}</p>
      </Alert>
      <Counts view={view} row={row} />
      {state !== 'done' && (
        <ActionForm c={c} view={view} action={`${path}/continue`}>
          <button class="usa-button" type="submit">
            {t('admin-moving-continue')}
          </button>
        </ActionForm>
      )}
      {row.rejected > 0 && (
        <>
          <h2>{t('admin-moving-rejects')}</h2>
          <p>{t('admin-moving-rejects-text')}</p>
          <p>
            <a class="usa-button usa-button--outline" href={view.href(`${path}/rejects.csv`)} download>
              {t('admin-moving-rejects-download')}
            </a>
          </p>
        </>
      )}
      <p class="quiet">
        {t('admin-moving-deleted')}{' '}
        <Until view={view} at={(row.endedAt ?? row.createdAt) + IMPORTS_KEPT} zone={zoneOf(view, context)} />
      </p>
    </>
  )
}

function Counts({ view, row }: { view: PageView; row: PastImport }) {
  const { t } = view
  const left = row.rows - row.imported - row.known - row.rejected
  return (
    <ul class="usa-list">
      <li>{t('admin-moving-imported', { count: row.imported })}</li>
      <li>{t('admin-moving-known', { count: row.known })}</li>
      <li>{t('admin-moving-rejected', { count: row.rejected })}</li>
      {left > 0 && <li>{t('admin-moving-left', { count: left })}</li>}
    </ul>
  )
}

/** Goes on with one that was cancelled or has failed. Throws `wrong-state`. */
export async function goOn(c: StaffPageContext) {
  const context = await authorizeStaff(c, 'grants')
  const { platform, db } = context
  const { id } = await pastImportOf(platform, db, c.req.param('import') ?? '')
  await startImport(platform, db, id, ['cancelled', 'failed'])
  return c.redirect(viewOf(c).href(importPath(context, id)), 303)
}

export async function cancel(c: StaffPageContext) {
  const context = await authorizeStaff(c, 'grants')
  const { platform, db } = context
  const row = await pastImportOf(platform, db, c.req.param('import') ?? '')
  await cancelImport(platform, db, row)
  const next = row.state === 'uploaded' ? importPath(context) : importPath(context, row.id)
  return c.redirect(viewOf(c).href(next), 303)
}

/** In the language of the person who downloads it. With the mark by which spreadsheets know UTF-8. */
export async function rejectsFile(c: StaffPageContext) {
  const { t } = viewOf(c)
  const { platform, db } = await authorizeStaff(c, 'grants')
  const { id, columns, source } = await pastImportOf(platform, db, c.req.param('import') ?? '')
  const rejects = await rejectsOf(platform, db, id)
  const entry = { actor: actorOf(db.access), at: platform.clock.now() }
  await db.commit([appendAuditAction(rejectsDownloaded, { import: id }, entry)])
  const lines = rejects.map(reject =>
    rejectLine(columns, filled(columns, reject.cells), refusalText(t, reject)),
  )
  return c.body(`\uFEFF${rejectsHeading(columns)}${lines.join('')}`, 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="rejects-${source}.csv"`,
  })
}

function filled(columns: readonly string[], cells: readonly string[]): readonly string[] {
  return columns.map((_, index) => cells[index] ?? '')
}
