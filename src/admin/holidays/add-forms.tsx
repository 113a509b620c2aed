import type { Child } from 'hono/jsx'
import { weekdayName } from '../../core/dates.ts'
import { randomText } from '../../core/ids.ts'
import { describedBy, fieldId, HintAndError, SelectField, TextField } from '../../web/components/fields.tsx'
import type { PageView } from '../../web/view.ts'
import { ActionForm, Fold, type FormState, typedValue } from '../../workspace/shell/form.tsx'
import type { AdminPageContext } from '../shell/context.ts'
import { holidayLists } from './rules.ts'

export const ADD = 'add'
export const ordinals = ['1', '2', '3', '4', '-1'] as const
export const observances = ['same-day', 'nearest-weekday', 'next-weekday'] as const
export const addKinds = ['list', 'weekday', 'yearly', 'day', 'file'] as const
export type AddKind = (typeof addKinds)[number]

interface Props {
  c: AdminPageContext
  view: PageView
  formState: FormState | undefined
  seen: string
  /** Of the jurisdiction's pages. */
  path: string
}

/** Each way to add days is a form of its own. Field names begin with its kind. */
export function AddForms(props: Props) {
  const { view, formState } = props
  const { t } = view
  const errors = formState?.errors ?? []
  const typed = (name: string, first = '') => typedValue(formState, ADD, name, first)
  const field = (name: string) => ({ view, errors, name: `${ADD}.${name}` })
  const months = Array.from({ length: 12 }, (_, index) => index + 1).map(month => {
    return { value: String(month), label: t('admin-month', { month: String(month) }) }
  })
  return (
    <>
      <AddForm {...props} kind="list">
        <SelectField
          {...field('list-name')}
          label={t('admin-holidays-list')}
          values={[typed('list-name', 'us-federal')]}
          options={Object.keys(holidayLists).map(name => ({
            value: name,
            label: t(name === 'us-federal' ? 'admin-holidays-us-federal' : 'admin-holidays-england-wales'),
          }))}
        />
      </AddForm>
      <AddForm {...props} kind="weekday">
        <SelectField
          {...field('weekday-ordinal')}
          label={t('admin-holidays-which')}
          values={[typed('weekday-ordinal')]}
          options={ordinals.map(value => ({ value, label: t('admin-ordinal', { ordinal: value }) }))}
        />
        <SelectField
          {...field('weekday-day')}
          label={t('admin-hours-day')}
          values={[typed('weekday-day')]}
          options={[1, 2, 3, 4, 5, 6, 7].map(day => ({ value: String(day), label: weekdayName(t, day) }))}
        />
        <SelectField
          {...field('weekday-month')}
          label={t('admin-holidays-month')}
          values={[typed('weekday-month')]}
          options={months}
        />
        <SelectField
          {...field('weekday-after')}
          label={t('admin-holidays-after')}
          any={t('admin-holidays-after-no')}
          values={[typed('weekday-after')]}
          options={[{ value: '1', label: t('admin-holidays-after-yes') }]}
        />
        <Name {...{ view, formState }} name="weekday-name" />
      </AddForm>
      <AddForm {...props} kind="yearly">
        <SelectField
          {...field('yearly-month')}
          label={t('admin-holidays-month')}
          values={[typed('yearly-month')]}
          options={months}
        />
        <TextField
          {...field('yearly-day')}
          label={t('admin-holidays-day')}
          inputmode="numeric"
          maxlength={2}
          value={typed('yearly-day')}
        />
        <SelectField
          {...field('yearly-observance')}
          label={t('admin-holidays-weekend')}
          values={[typed('yearly-observance', 'nearest-weekday')]}
          options={observances.map(value => ({ value, label: t(`admin-holidays-${value}`) }))}
        />
        <Name {...{ view, formState }} name="yearly-name" />
      </AddForm>
      <AddForm {...props} kind="day">
        <TextField
          {...field('day-date')}
          label={t('admin-holidays-date')}
          type="date"
          value={typed('day-date')}
        />
        <Name {...{ view, formState }} name="day-name" />
      </AddForm>
      <FileForm {...props} />
    </>
  )
}

function Name({ view, formState, name }: { view: PageView; formState: FormState | undefined; name: string }) {
  return (
    <TextField
      view={view}
      errors={formState?.errors ?? []}
      name={`${ADD}.${name}`}
      label={view.t('admin-holiday-name')}
      autocomplete="off"
      maxlength={200}
      value={typedValue(formState, ADD, name)}
    />
  )
}

type KindProps = Props & { kind: AddKind; children?: Child }

function AddForm({ c, view, formState, seen, path, kind, children }: KindProps) {
  return (
    <Fold title={view.t(`admin-holidays-add-${kind}`)} open={isOpen(formState, kind)}>
      <ActionForm c={c} view={view} action={`${path}/holidays/add`}>
        <Hidden {...{ seen, kind }} />
        {children}
        <AddButton view={view} />
      </ActionForm>
    </Fold>
  )
}

// What was sent is open again with its errors.
function isOpen(formState: FormState | undefined, kind: AddKind): boolean {
  return formState?.sent.action === ADD && formState.sent.one('kind') === kind
}

function FileForm({ c, view, formState, seen, path }: Props) {
  const { t } = view
  const props = {
    view,
    name: `${ADD}.calendar`,
    label: t('admin-holidays-file'),
    hint: t('admin-holidays-file-hint'),
    errors: formState?.errors ?? [],
  }
  return (
    <Fold title={t('admin-holidays-add-file')} open={isOpen(formState, 'file')}>
      <form
        method="post"
        action={view.href(`${path}/holidays/add`)}
        enctype="multipart/form-data"
        novalidate
        class="action__form"
      >
        <input type="hidden" name="once" value={randomText(c.get('platform').random, 24)} />
        <Hidden seen={seen} kind="file" />
        <div class="usa-form-group">
          <label class="usa-label" for={fieldId(props.name)}>
            {props.label}
          </label>
          <HintAndError {...props} />
          <input
            class="usa-file-input"
            id={fieldId(props.name)}
            type="file"
            name={props.name}
            accept=".ics,text/calendar"
            aria-describedby={describedBy(props)}
          />
        </div>
        <AddButton view={view} />
      </form>
    </Fold>
  )
}

function Hidden({ seen, kind }: { seen: string; kind: AddKind }) {
  return (
    <>
      <input type="hidden" name={`${ADD}.seen`} value={seen} />
      <input type="hidden" name={`${ADD}.kind`} value={kind} />
    </>
  )
}

function AddButton({ view }: { view: PageView }) {
  return (
    <button class="usa-button" type="submit">
      {view.t('admin-add')}
    </button>
  )
}
