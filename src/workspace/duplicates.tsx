import type { Candidate } from '../requests/duplicates.ts'
import { Moment, StatusTag } from '../web/components.tsx'
import { TextField } from '../web/fields.tsx'
import { ActForm, Fold, typed } from './form.tsx'
import { requestPath } from './frame.tsx'
import type { Parts } from './request-parts.tsx'
import type { Whole } from './whole.ts'

/** What may be the same matter, and what has been said about it. */
export function Duplicates(parts: Parts) {
  const { view, whole } = parts
  const { t } = view
  const { links, candidates, comparable, office, request } = whole
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
            href={view.href(`${requestPath(office, request.id)}?duplicates#duplicates`)}
            rel="nofollow"
          >
            {t('work-candidates-look')}
          </a>
        </p>
      )}
      {candidates === null && <p>{t('work-candidates-away')}</p>}
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

function Link({ c, view, whole, link }: Parts & { link: Whole['links'][number] }) {
  const { t } = view
  const { request, office, may } = whole
  const { other, state, text, survivor } = link
  const path = requestPath(office, request.id)
  const isHeld = request.custody === 'held'
  return (
    <li>
      <a class="usa-link number" href={view.href(`/cases/${other}`)}>
        {other}
      </a>{' '}
      <span class="mark">{t(`work-link-${state}`)}</span>
      {text && <p class="case__text">{text}</p>}
      {state === 'passed' && <p>{t('work-link-passed-text')}</p>}
      {state === 'confirmed' && survivor !== null && <p>{t('work-link-survivor', { number: survivor })}</p>}
      {may('change') && isHeld && state === 'asked' && (
        <div class="acts__buttons">
          {(['yes', 'no'] as const).map(said => (
            <ActForm {...{ c, view }} action={`${path}/answer`}>
              <input type="hidden" name="answer.of" value={other} />
              <input type="hidden" name="answer.confirmed" value={said} />
              <button class={`usa-button${said === 'no' ? ' usa-button--outline' : ''}`} type="submit">
                {t(`work-link-${said}`)}
              </button>
            </ActForm>
          ))}
          <p class="usa-hint">{t('work-link-hint')}</p>
        </div>
      )}
      {may('change') && (state === 'confirmed' || state === 'proposed') && (
        <ActForm {...{ c, view }} action={`${path}/unlink`}>
          <input type="hidden" name="unlink.of" value={other} />
          <button class="usa-button usa-button--outline" type="submit">
            {t(state === 'confirmed' ? 'work-unlink' : 'work-take-back')}
          </button>
        </ActForm>
      )}
    </li>
  )
}

function CandidateItem({ c, view, whole, zone, candidate }: Parts & { candidate: Candidate }) {
  const { t } = view
  const { report, metres } = candidate
  return (
    <li>
      <a class="usa-link number" href={view.href(`/cases/${report.id}`)}>
        {report.id}
      </a>{' '}
      <StatusTag view={view} status={report.status} />
      <p class="quiet">
        {t('work-metres', { metres: Math.round(metres) })} ·{' '}
        <Moment view={view} at={report.requestedAt} zone={zone} /> · {report.agencyResponsible}
      </p>
      {report.description && <p class="case__text">{report.description.slice(0, 200)}</p>}
      <ActForm {...{ c, view }} action={`${requestPath(whole.office, whole.request.id)}/duplicates`}>
        <input type="hidden" name="duplicates.of" value={report.id} />
        <button class="usa-button usa-button--outline" type="submit">
          {t('work-propose')}
        </button>
      </ActForm>
    </li>
  )
}

/** By its number, wherever it is. */
export function NumberedProposal({ c, view, whole: { request, office }, again }: Parts) {
  const { t } = view
  const faults = again?.faults ?? []
  return (
    <Fold title={t('work-duplicate-of')} open={again?.sent.act === 'duplicates'}>
      <ActForm {...{ c, view }} action={`${requestPath(office, request.id)}/duplicates`}>
        <TextField
          {...{ view, faults }}
          name="duplicates.of"
          label={t('work-field-number')}
          required
          value={typed(again, 'duplicates', 'of')}
        />
        <button class="usa-button" type="submit">
          {t('work-propose')}
        </button>
        <p class="usa-hint">{t('work-link-hint')}</p>
      </ActForm>
    </Fold>
  )
}
