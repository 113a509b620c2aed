import { weekdayName } from '../../core/dates.ts'
import { fieldId } from '../../web/components/fields.tsx'
import type { PageView } from '../../web/view.ts'
import { type FormState, typedValue } from '../../workspace/shell/form.tsx'
import { type Week, weekdays } from './week.ts'

/** A field's name, within its form. */
export function spanName(day: number, index: number, end: 'opens' | 'closes'): string {
  return `${weekdays[day]}-${index}-${end}`
}

interface Props {
  view: PageView
  /** Prefix of the fields' names. */
  action: string
  week: Week
  formState: FormState | undefined
}

/** Seven days with their hours, and room for one more span than the longest day has. */
export function WeekFields({ view, action, week, formState }: Props) {
  const { t } = view
  const spans = Math.max(2, ...week.map(({ length }) => length + 1))
  const isNew = week.every(({ length }) => length === 0)
  const same = typedValue(formState, action, 'same', isNew && formState === undefined ? 'yes' : '')
  return (
    <>
      <p class="usa-hint">{t('admin-hours-caption')}</p>
      <ul class="week">
        {week.map((day, weekday) => (
          <li class="week__day">
            <strong>{weekdayName(t, weekday + 1)}</strong>
            <span>
              {Array.from({ length: spans }, (_, index) => (
                <Span {...{ view, action, formState, weekday, index }} span={day[index] ?? ''} />
              ))}
            </span>
          </li>
        ))}
      </ul>
      <div class="usa-checkbox">
        <input
          class="usa-checkbox__input"
          id={fieldId(`${action}.same`)}
          type="checkbox"
          name={`${action}.same`}
          value="yes"
          checked={same === 'yes'}
        />
        <label class="usa-checkbox__label" for={fieldId(`${action}.same`)}>
          {t('admin-hours-same')}
        </label>
      </div>
    </>
  )
}

interface SpanProps {
  view: PageView
  action: string
  formState: FormState | undefined
  weekday: number
  index: number
  /** Such as `08:00-17:00`; empty if there is none. */
  span: string
}

function Span({ view, action, formState, weekday, index, span }: SpanProps) {
  const { t } = view
  const [opens = '', closes = ''] = span.split('-')
  const ends = [
    ['opens', opens],
    ['closes', closes === '24:00' ? '00:00' : closes],
  ] as const
  return (
    <span class="week__span">
      {ends.map(([end, stored]) => {
        const name = spanName(weekday, index, end)
        const isWrong = formState?.errors.some(({ field }) => field === `${action}.${name}`)
        return (
          <>
            {end === 'closes' && <span aria-hidden="true">–</span>}
            <input
              class={`usa-input week__time${isWrong ? ' usa-input--error' : ''}`}
              id={fieldId(`${action}.${name}`)}
              type="time"
              name={`${action}.${name}`}
              value={typedValue(formState, action, name, stored)}
              aria-invalid={isWrong ? 'true' : undefined}
              aria-label={t(`admin-hours-${end}`, {
                day: weekdayName(t, weekday + 1),
                number: index + 1,
              })}
            />
          </>
        )
      })}
    </span>
  )
}
