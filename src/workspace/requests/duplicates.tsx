import { shortened } from '../../core/text.ts'
import type { Candidate } from '../../requests/case/duplicates.ts'
import { Moment, StatusTag } from '../../web/components/components.tsx'
import { TextField } from '../../web/components/fields.tsx'
import { ActionForm, Fold, typedValue } from '../shell/form.tsx'
import { requestPath } from '../shell/frame.tsx'
import type { WholeRequest } from './read.ts'
import type { Parts } from './request-parts.tsx'

export function Duplicates(parts: Parts) {
  const { view, whole } = parts
  const { t } = view
  const { links, candidates, comparable, context, request } = whole
  const linked = new Set(
    links.filter(({ state }) => /^(proposed|asked|confirmed)$/.test(state)).map(({ other }) => other),
  )
  const free = candidates?.filter(({ report }) => !linked.has(report.id)) ?? []
  if (links.length === 0 && !comparable) return null
  return (
    <section class="panel" aria-labelledby="duplicates">
      <h2 id="duplicates">{t('work-duplicates')}</h2>
      {links.length > 0 && (
        <ul class="plain">
          {links.map(link => (
            <Link {...parts} link={link} />
          ))}
        </ul>
      )}
      {comparable && candidates === undefined && (
        <p>
          <a
            class="usa-link"
            href={view.href(`${requestPath(context, request.id)}?duplicates#duplicates`)}
            rel="nofollow"
          >
            {t('work-candidates-look')}
          </a>
        </p>
      )}
      {candidates === null && <p>{t('work-candidates-unavailable')}</p>}
      {candidates && free.length === 0 && <p>{t('work-candidates-none')}</p>}
      {free.length > 0 && (
        <>
          <h3>{t('work-candidates')}</h3>
          <ul class="plain">
            {free.map(candidate => (
              <CandidateItem {...parts} candidate={candidate} />
            ))}
          </ul>
          <p class="usa-hint">{t('work-candidates-hint')}</p>
        </>
      )}
    </section>
  )
}

function Link({ c, view, whole, link }: Parts & { link: WholeRequest['links'][number] }) {
  const { t } = view
  const { request, context, may } = whole
  const { other, state, text, survivor } = link
  const path = requestPath(context, request.id)
  const isHeld = request.custody === 'held'
  return (
    <li>
      <a class="usa-link number" href={view.href(`/cases/${other}`)}>
        {other}
      </a>{' '}
      <span class="mark">{t(`work-link-${state}`)}</span>
      {text && (
        <p class="case__text" dir="auto">
          {text}
        </p>
      )}
      {state === 'passed' && <p>{t('work-link-passed-text')}</p>}
      {state === 'confirmed' && survivor !== null && <p>{t('work-link-survivor', { number: survivor })}</p>}
      {may('change') && isHeld && state === 'asked' && (
        <div class="actions__buttons">
          {(['yes', 'no'] as const).map(answer => (
            <ActionForm {...{ c, view }} action={`${path}/answer`}>
              <input type="hidden" name="answer.of" value={other} />
              <input type="hidden" name="answer.confirmed" value={answer} />
              <button class={`usa-button${answer === 'no' ? ' usa-button--outline' : ''}`} type="submit">
                {t(`work-link-${answer}`)}
              </button>
            </ActionForm>
          ))}
          <p class="usa-hint">{t('work-link-hint')}</p>
        </div>
      )}
      {may('change') && (state === 'confirmed' || state === 'proposed') && (
        <ActionForm {...{ c, view }} action={`${path}/unlink`}>
          <input type="hidden" name="unlink.of" value={other} />
          <button class="usa-button usa-button--outline" type="submit">
            {t(state === 'confirmed' ? 'work-unlink' : 'work-take-back')}
          </button>
        </ActionForm>
      )}
    </li>
  )
}

/** Right after a link was made. */
export function UndoLink({ c, view, whole }: Parts) {
  const { links, context, request, may } = whole
  const [newest] = links.filter(({ state }) => state === 'confirmed')
  if (c.req.query('done') !== 'duplicate-confirmed' || newest === undefined || !may('change')) return null
  return (
    <ActionForm {...{ c, view }} action={`${requestPath(context, request.id)}/unlink`}>
      <input type="hidden" name="unlink.of" value={newest.other} />
      <button class="usa-button usa-button--outline" type="submit">
        {view.t('work-undo')}
      </button>
    </ActionForm>
  )
}

function CandidateItem({ c, view, whole, zone, candidate }: Parts & { candidate: Candidate }) {
  const { t } = view
  const { report, meters } = candidate
  return (
    <li>
      <a class="usa-link number" href={view.href(`/cases/${report.id}`)}>
        {report.id}
      </a>{' '}
      <StatusTag view={view} status={report.status} />
      <p class="quiet">
        {t('distance-away', { distance: view.distance(meters) })} ·{' '}
        <Moment view={view} at={report.requestedAt} zone={zone} /> · {report.agencyResponsible}
      </p>
      {report.description && (
        <p class="case__text" dir="auto">
          {shortened(report.description, 200)}
        </p>
      )}
      <ActionForm {...{ c, view }} action={`${requestPath(whole.context, whole.request.id)}/duplicates`}>
        <input type="hidden" name="duplicates.of" value={report.id} />
        <button class="usa-button usa-button--outline" type="submit">
          {t('work-propose')}
        </button>
      </ActionForm>
    </li>
  )
}

export function NumberedProposal({ c, view, whole: { request, context }, formState }: Parts) {
  const { t } = view
  const errors = formState?.errors ?? []
  return (
    <Fold title={t('work-duplicate-of')} open={formState?.sent.action === 'duplicates'}>
      <ActionForm {...{ c, view }} action={`${requestPath(context, request.id)}/duplicates`}>
        <TextField
          {...{ view, errors }}
          name="duplicates.of"
          label={t('work-field-number')}
          required
          value={typedValue(formState, 'duplicates', 'of')}
        />
        <button class="usa-button" type="submit">
          {t('work-propose')}
        </button>
        <p class="usa-hint">{t('work-link-hint')}</p>
      </ActionForm>
    </Fold>
  )
}
