import { problem } from '../../core/problem.ts'
import { isLongerThan } from '../../core/text.ts'
import { requireStepUp } from '../../identity/sessions/authentications.ts'
import { acceptsSignIn } from '../../identity/sessions/sources.ts'
import { whoAdministers } from '../../identity/staff/administrators.ts'
import { Alert } from '../../web/components/components.tsx'
import { type FieldMessage, TextField } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
import { ActionForm, readSubmitted } from '../../workspace/shell/form.tsx'
import { type DraftContext, openDraftToEdit } from '../drafts/open-draft.ts'
import { bodiesOf } from '../services/offered.ts'
import {
  type AdminContext,
  type AdminPageContext,
  administersJurisdiction,
  doingNow,
  mayEditAnything,
  requireAdminStepUp,
} from '../shell/context.ts'
import { adminDone, draftPath } from '../shell/frame.tsx'
import {
  type ConfirmationState,
  confirmAgreement,
  confirmationStates,
  missingConfirmations,
} from './confirmations.ts'
import { agreementList } from './list-page.tsx'

const MAX_NOTE = 500

export interface ConfirmationList {
  readonly states: readonly ConfirmationState[]
  /** Sides without an administrator, for which the region's records what they have on paper. */
  readonly paper: ReadonlySet<string>
}

export async function confirmationList(context: DraftContext): Promise<ConfirmationList> {
  const states = await confirmationStates(context)
  if (context.role !== 'administrator' || !context.isOpen) return { states, paper: new Set() }
  const missing = states.filter(({ confirmed }) => confirmed === undefined)
  return {
    states,
    paper: await withoutAdministrators(context, [...new Set(missing.map(({ side }) => side))]),
  }
}

// One that the draft adds has no people yet.
async function withoutAdministrators(
  { platform, region, signedIn }: DraftContext,
  sides: readonly string[],
): Promise<ReadonlySet<string>> {
  const known = sides.flatMap(side => region.jurisdiction(side) ?? [])
  const found = await whoAdministers(platform, region, signedIn, known)
  const administered = found.filter(({ administrators }) => administrators?.length !== 0)
  return new Set(sides.filter(side => !administered.some(({ slug }) => slug === side)))
}

interface Props {
  c: AdminPageContext
  view: PageView
  context: DraftContext
  list: ConfirmationList
  errors?: readonly FieldMessage[]
}

/** What is confirmed and what is not, with a form for whoever may. */
export function Confirmations({ c, view, context, list, errors = [] }: Props) {
  const { t } = view
  const { states, paper } = list
  if (states.length === 0) return null
  const missing = states.filter(({ confirmed }) => confirmed === undefined).length
  return (
    <section aria-labelledby="confirmations">
      <h2 id="confirmations">{t('admin-confirmations')}</h2>
      <Alert type={missing > 0 ? 'warning' : 'success'}>
        <p>
          {missing > 0 ? t('admin-confirmations-missing', { count: missing }) : t('admin-confirmations-all')}
        </p>
      </Alert>
      <ul class="queue">
        {states.map(state => (
          <Item {...{ c, view, context, state, errors }} mayBeOnPaper={paper.has(state.side)} />
        ))}
      </ul>
    </section>
  )
}

interface ItemProps extends Omit<Props, 'list'> {
  state: ConfirmationState
  mayBeOnPaper: boolean
}

function Item(props: ItemProps) {
  const { view, context, state } = props
  const { t } = view
  const { title, kind, side, confirmed } = state
  const name = bodiesOf(context).find(({ id }) => id === side)?.name ?? side
  return (
    <li class="queue__item">
      <div class="queue__what">
        <strong>{title}</strong>
        <span class="queue__place">
          {t(`admin-agreement-${kind}`)}, {name}
        </span>
      </div>
      <div class="queue__state">
        {confirmed === undefined ? (
          <span class="late">{t('admin-not-confirmed')}</span>
        ) : confirmed.note === null ? (
          t('admin-confirmed')
        ) : (
          t('admin-confirmed-on-paper', { note: confirmed.note })
        )}
      </div>
      <div class="queue__when">
        {confirmed === undefined && context.isOpen && <ConfirmForm {...props} name={name} />}
      </div>
    </li>
  )
}

function ConfirmForm(props: ItemProps & { name: string }) {
  const { c, view, context, state, name, mayBeOnPaper, errors = [] } = props
  const { t } = view
  const { agreement, side, hash } = state
  const isOwn = context.role === 'jurisdiction' && (context.jurisdictions ?? []).includes(side)
  if (!isOwn && !mayBeOnPaper) return <span>{t('admin-confirm-waiting', { name })}</span>
  const path = `${draftPath(context.draft)}/agreements/${encodeURIComponent(agreement)}/confirm`
  const form = (
    <ActionForm c={c} view={view} action={path}>
      <input type="hidden" name="confirm.side" value={side} />
      <input type="hidden" name="confirm.hash" value={hash} />
      {!isOwn && (
        <TextField
          view={view}
          name={`confirm.${noteField(agreement, side)}`}
          label={t('admin-confirm-note', { name })}
          hint={t('admin-confirm-note-hint')}
          maxlength={MAX_NOTE}
          value=""
          errors={errors}
        />
      )}
      <button class="usa-button usa-button--outline" type="submit">
        {t('admin-confirm', { name })}
      </button>
    </ActionForm>
  )
  if (isOwn) return form
  return (
    <details open={errors.some(({ field }) => field.endsWith(noteField(agreement, side)))}>
      <summary>{t('admin-confirm-on-paper')}</summary>
      {form}
    </details>
  )
}

const noteField = (agreement: string, side: string) => `note-${agreement}-${side}`

/**
 * By an administrator of the side; or by one of the region, on paper, for a side that has no administrator. Throws
 * `changed-meanwhile` if the agreement was changed since it was shown, and `not-allowed`.
 */
export async function confirm(c: AdminPageContext) {
  const view = viewOf(c)
  const context = await openDraftToEdit(c, mayEditAnything)
  const sent = await readSubmitted(c, 'confirm')
  const [side, hash] = [sent.one('side'), sent.one('hash')]
  const isSide = await administersSide(context, side)
  if (!isSide && context.role !== 'administrator') throw problem('not-allowed')
  const missing = await missingConfirmations(context)
  const needed = missing.find(
    one => one.agreement === c.req.param('agreement') && one.side === side && one.hash === hash,
  )
  if (needed === undefined) throw problem('changed-meanwhile')
  const { signedIn, platform, region } = context
  if (isSide) {
    requireStepUp(signedIn, platform.clock.now(), source => acceptsSignIn(region, side, source))
    await confirmAgreement(context.db, context.draft.id, needed, null, doingNow(context))
    return adminDone(c, view, agreementsPath(context), 'confirmed')
  }
  requireAdminStepUp(context)
  if (!(await withoutAdministrators(context, [side])).has(side)) throw problem('not-allowed')
  const field = noteField(needed.agreement, side)
  const note = sent.one(field)
  if (note === '' || isLongerThan(note, MAX_NOTE)) {
    const message = view.t('admin-confirm-note-missing')
    return agreementList(c, context, [{ field: `confirm.${field}`, label: undefined, message }])
  }
  await confirmAgreement(context.db, context.draft.id, needed, note, doingNow(context))
  return adminDone(c, view, agreementsPath(context), 'confirmed')
}

function agreementsPath({ draft }: DraftContext): string {
  return `${draftPath(draft)}/agreements`
}

async function administersSide(context: AdminContext, side: string): Promise<boolean> {
  if (context.role === 'jurisdiction') return (context.jurisdictions ?? []).includes(side)
  return administersJurisdiction(context, side)
}
