import { isoDate, writtenWeekday } from '../../core/dates.ts'
import { BackLink, Empty } from '../../web/components/components.tsx'
import { ErrorSummary, fieldId, TextField, titled } from '../../web/components/fields.tsx'
import { type PageView, viewOf } from '../../web/view.ts'
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
import { type DraftContext, openDraft, openDraftToEdit } from '../drafts/open-draft.ts'
import { jurisdictionName } from '../municipality/checklist-page.tsx'
import { ownSlug } from '../municipality/profile-page.tsx'
import { type AdminPageContext, mayEdit } from '../shell/context.ts'
import { editPart, partFormState, seenOf } from '../shell/edit-part.ts'
import { AdminPage, adminDone, draftPath } from '../shell/frame.tsx'
import { AddForms } from './add-forms.tsx'
import { daysOfDocument, holidayPaths, readDay, readHolidayName, todayOf } from './document.ts'
import { type Holiday, lastHoliday } from './rules.ts'

const ACTION = 'holidays'

export async function holidaysPage(c: AdminPageContext) {
  return showHolidays(c, await openDraft(c))
}

export function showHolidays(c: AdminPageContext, context: DraftContext, formState?: FormState) {
  const view = viewOf(c)
  const { t } = view
  const { draft, me, values } = context
  const slug = ownSlug(c, context)
  const file = `${slug}/jurisdiction.yaml`
  const value = values.get(file)
  const path = `${draftPath(draft)}/jurisdictions/${slug}`
  const errors = formState?.errors ?? []
  const editable = context.isOpen && mayEdit(context, file)
  const today = todayOf(context, slug)
  const days = daysOfDocument(value)
  const seen = seenOf(value, holidayPaths)
  const title = t('admin-holidays')
  return c.html(
    <AdminPage {...{ c, view, context, draft, me }} section="drafts" title={titled(view, title, errors)}>
      <BackLink href={view.href(path)}>{jurisdictionName(context, slug)}</BackLink>
      <ErrorSummary view={view} errors={errors} />
      <Refused view={view} formState={formState} />
      <h1>{title}</h1>
      <p class="usa-intro">{t('admin-holidays-intro')}</p>
      {days.length === 0 ? (
        <Empty>
          <p>{t('admin-holidays-none')}</p>
        </Empty>
      ) : (
        <ActionForm c={c} view={view} action={`${path}/holidays`}>
          <input type="hidden" name={`${ACTION}.seen`} value={seen} />
          <fieldset class="usa-fieldset" disabled={!editable}>
            <legend class="usa-sr-only">{title}</legend>
            <Days {...{ view, days, today, formState }} />
            {editable && (
              <button class="usa-button" type="submit">
                {t('admin-save')}
              </button>
            )}
          </fieldset>
        </ActionForm>
      )}
      {editable && (
        <section aria-labelledby="add">
          <h2 id="add">{t('admin-holidays-add')}</h2>
          <p>{t('admin-holidays-until', { day: isoDate(t, lastHoliday(today)) })}</p>
          <div class="work__form">
            <AddForms {...{ c, view, formState, seen, path }} />
          </div>
        </section>
      )}
    </AdminPage>,
    formState === undefined ? 200 : statusOf(formState),
  )
}

interface DaysProps {
  view: PageView
  days: readonly Holiday[]
  today: string
  formState: FormState | undefined
}

function Days({ view, days, today, formState }: DaysProps) {
  const { t } = view
  const past = days.filter(({ date }) => date < today).length
  const upcoming = days.slice(past)
  return (
    <>
      {past > 0 && <Tick name={`${ACTION}.remove-past`} label={t('admin-holidays-past', { count: past })} />}
      <ol class="holidays">
        {upcoming.map(({ date, name }, index) => {
          const shared = { view, errors: formState?.errors ?? [] }
          return (
            <li class="holidays__day">
              <TextField
                {...shared}
                name={`${ACTION}.date-${index}`}
                label={`${writtenWeekday(t, date)}, ${date.slice(0, 4)}`}
                type="date"
                value={typedValue(formState, ACTION, `date-${index}`, date)}
              />
              <TextField
                {...shared}
                name={`${ACTION}.name-${index}`}
                label={t('admin-holiday-name')}
                autocomplete="off"
                maxlength={200}
                value={typedValue(formState, ACTION, `name-${index}`, name)}
              />
              <Tick name={`${ACTION}.remove-${index}`} label={t('admin-holiday-remove')} of={name} />
            </li>
          )
        })}
      </ol>
    </>
  )
}

function Tick({ name, label, of }: { name: string; label: string; of?: string }) {
  return (
    <div class="usa-checkbox">
      <input class="usa-checkbox__input" id={fieldId(name)} type="checkbox" name={name} value="yes" />
      <label class="usa-checkbox__label" for={fieldId(name)}>
        {label}
        {of !== undefined && <span class="usa-sr-only"> {of}</span>}
      </label>
    </div>
  )
}

/** Changes and removes days. */
export async function saveHolidays(c: AdminPageContext) {
  const view = viewOf(c)
  const file = `${c.req.param('jurisdiction')}/jurisdiction.yaml`
  const context = await openDraftToEdit(c, context => mayEdit(context, file))
  const slug = ownSlug(c, context)
  const sent = await readSubmitted(c, ACTION)
  const today = todayOf(context, slug)
  try {
    await editPart(context, {
      file,
      paths: holidayPaths,
      sent,
      edit: value => ({ ...value, holidays: changedDays(daysOfDocument(value), today, sent) }),
    })
    return adminDone(c, view, `${draftPath(context.draft)}/jurisdictions/${slug}/holidays`, 'saved')
  } catch (error) {
    return showHolidays(
      c,
      context,
      partFormState(view, sent, error, ([, index]) => `date-${Number(index ?? 0)}`),
    )
  }
}

function changedDays(days: readonly Holiday[], today: string, sent: SubmittedForm): Holiday[] {
  const past = days.filter(({ date }) => date < today)
  const changed = days.slice(past.length).flatMap((_, index) => {
    if (sent.one(`remove-${index}`) === 'yes') return []
    return [{ date: readDay(sent, `date-${index}`), name: readHolidayName(sent, `name-${index}`), index }]
  })
  for (const { date, index } of changed) {
    if (changed.some(other => other.index < index && other.date === date)) {
      throw fieldError(`date-${index}`, 'taken')
    }
  }
  const kept = sent.one('remove-past') === 'yes' ? [] : past
  const upcoming = changed.map(({ date, name }) => ({ date, name }))
  return [...kept, ...upcoming].sort((a, b) => a.date.localeCompare(b.date))
}
