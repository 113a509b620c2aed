import { isoDate } from '../../core/dates.ts'
import { problem } from '../../core/problem.ts'
import {
  type Cell,
  countMoved,
  type Rehearsal,
  type Role,
  roles,
  sortedCells,
  unroutedReasons,
} from '../../routing/rehearsal/rehearsal.ts'
import { Alert, Empty, Moment } from '../../web/components/components.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm, readSubmitted } from '../../workspace/shell/form.tsx'
import { type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { type AdminPageContext, doingNow, isRegionAdmin } from '../shell/context.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { Affected } from './affected.tsx'
import { Examples } from './examples.tsx'
import { rehearsalOf, type StoredRehearsal, startRehearsal } from './job.ts'
import { Matrix } from './matrix.tsx'

const REFRESH_SECONDS = 3

/** What the requests of the last year would have met with under the draft. */
export async function rehearsalPage(c: AdminPageContext) {
  const view = viewOf(c)
  const { t } = view
  const context = await openDraft(c)
  const { draft, db, me, region } = context
  const rehearsal = await rehearsalOf(db, draft.id)
  const isStale =
    rehearsal !== undefined &&
    (rehearsal.revision !== draft.revision || rehearsal.version !== region.snapshot.version)
  const isRunning = rehearsal !== undefined && rehearsal.finishedAt === null && !isStale
  if (isRunning) c.header('Refresh', String(REFRESH_SECONDS))
  const title = t('admin-part-rehearsal')
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={title}>
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-rehearsal-intro')}</p>
      {isStale && context.isOpen && (
        <Alert type="warning">
          <p>{t('admin-rehearsal-stale')}</p>
        </Alert>
      )}
      {isRunning && <Running {...{ view, rehearsal }} />}
      {!isRunning && context.isOpen && isRegionAdmin(context) && (
        <ActionForm c={c} view={view} action={`${draftPath(draft)}/rehearsal`} version={draft.revision}>
          <button class={`usa-button${rehearsal ? ' usa-button--outline' : ''}`} type="submit">
            {t(rehearsal === undefined ? 'admin-rehearse' : 'admin-rehearse-again')}
          </button>
        </ActionForm>
      )}
      {rehearsal?.progress.own && rehearsal.finishedAt !== null && (
        <Result {...{ view, context, stored: rehearsal }} rehearsal={rehearsal.progress.own.rehearsal} />
      )}
    </AdminPage>,
  )
}

/** Throws `changed-meanwhile` if the draft was saved since the page was shown. */
export async function rehearseDraft(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c)
  const { draft, db, region } = context
  const sent = await readSubmitted(c, 'rehearse')
  if (sent.version !== draft.revision) throw problem('changed-meanwhile')
  await startRehearsal(db, draft, region.snapshot.version, doingNow(context))
  return adminDone(c, view, `${draftPath(draft)}/rehearsal`, 'rehearsing')
}

function Running({ view, rehearsal }: { view: PageView; rehearsal: StoredRehearsal }) {
  const { t } = view
  const { own } = rehearsal.progress
  const done = own?.rehearsal.total ?? 0
  const expected = Math.max(own?.expected ?? 0, done)
  return (
    <Alert type="info" heading={t('admin-rehearsal-running')}>
      <p>
        <progress
          class="progress"
          value={own && done}
          max={Math.max(1, expected)}
          aria-label={t('admin-rehearsal-running')}
        />
      </p>
      <p>{own && t('admin-rehearsal-progress', { done, expected })}</p>
    </Alert>
  )
}

interface ResultProps {
  view: PageView
  context: DraftContext
  stored: StoredRehearsal
  rehearsal: Rehearsal
}

const headings = {
  accountable: 'admin-matrix-accountable',
  performer: 'admin-matrix-performer',
  desk: 'admin-matrix-desk',
} as const satisfies Record<Role, string>

function Result({ view, context, stored, rehearsal }: ResultProps) {
  const { t } = view
  const { total, moved, matrices, unrouted } = rehearsal
  const { days, affected } = stored.progress
  const cells = roles.map(role => [role, sortedCells(matrices[role])] as const)
  const zone = context.region.documents.region.timezone
  const reasons = unroutedReasons.flatMap(reason => {
    const count = unrouted[reason]
    return count === undefined ? [] : [[reason, count] as const]
  })
  return (
    <>
      <section aria-labelledby="result">
        <h2 id="result">{t('admin-rehearsal-result', { moved, total })}</h2>
        <p>
          {t('admin-rehearsal-days', { days: days.map(day => isoDate(t, day)).join(', ') })}{' '}
          {stored.finishedAt !== null && <Moment view={view} at={stored.finishedAt} zone={zone} exact />}
        </p>
        {moved === 0 && total > 0 && (
          <Empty>
            <p>{t('admin-rehearsal-nothing')}</p>
          </Empty>
        )}
        {reasons.length > 0 && (
          <>
            <h3>{t('admin-unrouted')}</h3>
            <ul class="usa-list">
              {reasons.map(([reason, count]) => (
                <li>{t(`admin-unrouted-${reason}`, { count })}</li>
              ))}
            </ul>
          </>
        )}
      </section>
      {cells.map(
        ([role, found]) =>
          found.length > 0 && (
            <section>
              <h2>{t(headings[role], { count: countMoved(found) })}</h2>
              <Matrix {...{ view, cells: found }} caption={t(headings[role], { count: countMoved(found) })} />
            </section>
          ),
      )}
      <Examples {...{ view, context, cells: distinct(cells.flatMap(([, found]) => found)) }} />
      <Affected {...{ view, affected }} />
    </>
  )
}

// Where all three change alike, one example says it.
function distinct(cells: readonly Cell[]): Cell[] {
  const seen = new Set<string>()
  return cells.flatMap(cell => {
    const examples = cell.examples.filter(({ id }) => !seen.has(id))
    for (const { id } of examples) seen.add(id)
    return examples.length === 0 ? [] : [{ ...cell, examples }]
  })
}
