import { problem } from '../../core/problem.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import type { DocumentPath } from '../../regions/documents/issue.ts'
import { BackLink } from '../../web/components/components.tsx'
import { ChoiceField, ErrorSummary, SelectField, titled } from '../../web/components/fields.tsx'
import { viewOf } from '../../web/view.ts'
import {
  ActionForm,
  type FormState,
  fieldError,
  Refused,
  readSubmitted,
  type SubmittedForm,
  statusOf,
  typedValue,
} from '../../workspace/shell/form.tsx'
import { type DraftContext, jurisdictionsOf, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { jurisdictionName } from '../municipality/checklist-page.tsx'
import { ownSlug } from '../municipality/profile-page.tsx'
import { type AdminPageContext, mayEdit } from '../shell/context.ts'
import { editPart, partFormState, seenOf } from '../shell/edit-part.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { hoursOf, readHours, sameWeek, type Week, weekdays, weekOf } from './week.ts'
import { spanName, WeekFields } from './week-fields.tsx'

/* When a municipality is open, and who answers while it is not. */

const ACTION = 'hours'
const paths: readonly DocumentPath[] = [['hours'], ['afterHoursDesk']]
const MAX_SPANS = 6

export async function hoursPage(c: AdminPageContext) {
  return showHours(c, await openDraft(c))
}

function showHours(c: AdminPageContext, context: DraftContext, formState?: FormState) {
  const view = viewOf(c)
  const { t } = view
  const { draft, me, values } = context
  const slug = ownSlug(c, context)
  const file = `${slug}/jurisdiction.yaml`
  const value = values.get(file)
  const hours = readHours(value?.hours)
  const path = `${draftPath(draft)}/jurisdictions/${slug}`
  const errors = formState?.errors ?? []
  const editable = context.isOpen && mayEdit(context, file)
  const stored = hours === 'always' ? 'always' : hours === undefined ? '' : 'week'
  const title = t('admin-hours')
  const week = hours === undefined || hours === 'always' ? weekdays.map(() => []) : weekOf(hours)
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={titled(view, title, errors)}>
      <BackLink href={view.href(path)}>{jurisdictionName(context, slug)}</BackLink>
      <ErrorSummary view={view} errors={errors} />
      <Refused view={view} formState={formState} />
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-hours-intro')}</p>
      <ActionForm c={c} view={view} action={`${path}/hours`}>
        <input type="hidden" name={`${ACTION}.seen`} value={seenOf(value, paths)} />
        <fieldset class="usa-fieldset" disabled={!editable}>
          <legend class="usa-sr-only">{title}</legend>
          <ChoiceField
            {...{ view, errors }}
            name={`${ACTION}.when`}
            label={t('admin-hours-when')}
            options={[
              { value: 'week', label: t('admin-hours-week') },
              { value: 'always', label: t('admin-hours-always') },
            ]}
            values={[typedValue(formState, ACTION, 'when', stored)]}
          />
          <WeekFields {...{ view, formState, week }} action={ACTION} />
          <SelectField
            {...{ view, errors }}
            name={`${ACTION}.desk`}
            label={t('admin-hours-desk')}
            hint={t('admin-hours-desk-hint')}
            required={false}
            any={t('admin-hours-desk-none')}
            values={[typedValue(formState, ACTION, 'desk', String(value?.afterHoursDesk ?? ''))]}
            options={desksOf(context, slug)}
          />
          {editable && (
            <button class="usa-button" type="submit">
              {t('admin-save')}
            </button>
          )}
        </fieldset>
      </ActionForm>
    </AdminPage>,
    formState === undefined ? 200 : statusOf(formState),
  )
}

function desksOf(context: DraftContext, slug: string) {
  const { partners } = context.values.get('region.yaml') ?? {}
  const known: readonly unknown[] = Array.isArray(partners) ? partners : []
  return [
    ...jurisdictionsOf(context)
      .filter(other => other !== slug)
      .map(other => ({ value: other, label: jurisdictionName(context, other) })),
    ...known.flatMap(partner => {
      if (!(partner instanceof Object) || !('id' in partner)) return []
      const label = 'name' in partner ? String(partner.name) : String(partner.id)
      return [{ value: String(partner.id), label }]
    }),
  ]
}

export async function saveHours(c: AdminPageContext) {
  const view = viewOf(c)
  const file = `${c.req.param('jurisdiction')}/jurisdiction.yaml`
  const context = await openDraftToEdit(c, context => mayEdit(context, file))
  const slug = ownSlug(c, context)
  const sent = await readSubmitted(c, ACTION)
  try {
    await editPart(context, { file, paths, sent, edit: value => withHours(value, sent) })
    return adminDone(c, view, `${draftPath(context.draft)}/jurisdictions/${slug}`, 'saved')
  } catch (error) {
    const fieldAt = ([key, days]: DocumentPath) => (key === 'hours' ? firstFieldOf(days) : 'desk')
    return showHours(c, context, partFormState(view, sent, error, fieldAt))
  }
}

function firstFieldOf(days: DocumentPath[number] | undefined): string {
  const day = weekdays.findIndex(name => String(days ?? '').startsWith(name))
  return spanName(Math.max(0, day), 0, 'opens')
}

function withHours(value: DocumentValue, sent: SubmittedForm): DocumentValue {
  const { hours: before, afterHoursDesk: _, ...others } = value
  const desk = sent.one('desk')
  const hours = readTyped(sent, before)
  return { ...others, hours, ...(desk === '' ? {} : { afterHoursDesk: desk }) }
}

// What is stored stays as it is written there unless it was changed.
function readTyped(sent: SubmittedForm, before: unknown): unknown {
  const when = sent.one('when')
  if (when === 'always') return 'always'
  if (when !== 'week') throw fieldError('when', when === '' ? 'required' : 'not-an-option')
  const week = readWeek(sent)
  const stored = readHours(before)
  if (stored !== undefined && stored !== 'always' && sameWeek(weekOf(stored), week)) return before
  return hoursOf(week)
}

function readWeek(sent: SubmittedForm): Week {
  const missing: string[] = []
  const typed = weekdays.map((_, day) =>
    Array.from({ length: MAX_SPANS }, (_, index) => index).flatMap(index => {
      const [opens, closes] = [spanName(day, index, 'opens'), spanName(day, index, 'closes')]
      const [from, to] = [clock(sent, opens), clock(sent, closes)]
      if (from === undefined && to === undefined) return []
      if (from === undefined) missing.push(opens)
      if (to === undefined) missing.push(closes)
      // A field for a time of day has no 24:00.
      return [`${from}-${to === '00:00' ? '24:00' : to}`]
    }),
  )
  if (missing.length > 0) {
    throw problem('invalid-fields', { fields: missing.map(field => ({ field, code: 'required' as const })) })
  }
  if (typed.flat().length === 0) throw fieldError(spanName(0, 0, 'opens'), 'required')
  const [monday = []] = typed
  const isCopied = sent.one('same') === 'yes'
  return typed.map((spans, day) => (isCopied && day < 5 && spans.length === 0 ? monday : spans).toSorted())
}

function clock(sent: SubmittedForm, name: string): string | undefined {
  const typed = sent.one(name)
  if (typed === '') return undefined
  const [, hour = '', minute = ''] = /^(\d{1,2}):(\d{2})(?::\d{2})?$/.exec(typed) ?? []
  if (!(Number(hour) <= 24 && hour !== '' && Number(minute) <= 59)) throw fieldError(name, 'malformed')
  return `${hour.padStart(2, '0')}:${minute}`
}
