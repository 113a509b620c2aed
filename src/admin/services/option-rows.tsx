import { codeFrom } from '../../import/codes.ts'
import type { QuestionDocument } from '../../regions/documents/schemas/services.ts'
import type { Localized } from '../../regions/documents/schemas/values.ts'
import { fieldId } from '../../web/components/fields.tsx'
import type { PageView } from '../../web/view.ts'
import type { SubmittedForm } from '../../workspace/shell/form.tsx'
import { type DocumentFormState, languageName, languagesOf } from '../shell/document-form.tsx'

/* Options of a question, without script: a row for each, and some empty ones. A row without labels is left out. */

const EMPTY_ROWS = 4
const MAX_ROWS = 500

type Option = NonNullable<QuestionDocument['options']>[number]

interface Props {
  view: PageView
  options: readonly Option[]
  urgent: readonly string[]
  mayBeUrgent: boolean
  formState: DocumentFormState | undefined
}

export function OptionRows({ view, options, urgent, mayBeUrgent, formState }: Props) {
  const { t } = view
  const languages = languagesOf(view)
  const sent = formState?.sent
  const count = sent === undefined ? options.length + EMPTY_ROWS : rowCount(sent)
  return (
    <fieldset class="usa-fieldset options">
      <legend class="usa-legend">{t('admin-options')}</legend>
      <p class="usa-hint">{t('admin-options-hint')}</p>
      <input type="hidden" name="item.rows" value={count} />
      {Array.from({ length: count }, (_, index) => {
        const option = options[index]
        const stored = (name: string, value: string) =>
          sent === undefined ? value : sent.one(`option-${index}-${name}`)
        return (
          <Row
            {...{ view, index, languages, mayBeUrgent }}
            optionKey={stored('key', option?.key ?? '')}
            position={stored('position', String(index + 1))}
            labels={languages.map(language => stored(language, labelIn(option?.label, language)))}
            isUrgent={
              sent === undefined
                ? option !== undefined && urgent.includes(option.key)
                : sent.one(`option-${index}-urgent`) === 'yes'
            }
          />
        )
      })}
      <button class="usa-button usa-button--outline" type="submit" name="item.more" value="yes">
        {t('admin-options-more')}
      </button>
    </fieldset>
  )
}

interface RowProps {
  view: PageView
  index: number
  languages: readonly string[]
  optionKey: string
  position: string
  labels: readonly string[]
  isUrgent: boolean
  mayBeUrgent: boolean
}

function Row({ view, index, languages, optionKey, position, labels, isUrgent, mayBeUrgent }: RowProps) {
  const { t } = view
  const name = (part: string) => `item.option-${index}-${part}`
  const number = index + 1
  return (
    <fieldset class="usa-fieldset options__row">
      <legend class="usa-sr-only">{t('admin-option', { number })}</legend>
      <input type="hidden" name={name('key')} value={optionKey} />
      <div class="options__position">
        <label for={fieldId(name('position'))}>{t('admin-option-position')}</label>
        <input
          class="usa-input"
          id={fieldId(name('position'))}
          name={name('position')}
          inputmode="numeric"
          maxlength={4}
          value={position}
        />
      </div>
      {languages.map((language, at) => (
        <div>
          <label for={fieldId(name(language))}>
            {t('admin-in-language', {
              label: t('admin-option', { number }),
              language: languageName(t, language),
            })}
          </label>
          <input
            class="usa-input"
            id={fieldId(name(language))}
            name={name(language)}
            maxlength={200}
            autocomplete="off"
            value={labels[at] ?? ''}
          />
        </div>
      ))}
      {mayBeUrgent && (
        <div class="usa-checkbox">
          <input
            class="usa-checkbox__input"
            id={fieldId(name('urgent'))}
            type="checkbox"
            name={name('urgent')}
            value="yes"
            checked={isUrgent}
          />
          <label class="usa-checkbox__label" for={fieldId(name('urgent'))}>
            {t('admin-option-urgent')}
          </label>
        </div>
      )}
    </fieldset>
  )
}

function labelIn(label: Localized | undefined, language: string): string {
  return typeof label === 'string' ? label : (label?.[language] ?? '')
}

export interface TypedOption {
  readonly key: string
  readonly label: Readonly<Record<string, string>>
  readonly isUrgent: boolean
}

/** In the order of their positions. An option keeps its key when its words change. */
export function readOptions(languages: readonly string[], sent: SubmittedForm): readonly TypedOption[] {
  const rows = Array.from({ length: rowCount(sent) }, (_, index) => {
    const one = (part: string) => sent.one(`option-${index}-${part}`)
    const label = Object.fromEntries(
      languages.map(language => [language, one(language)] as const).filter(([, text]) => text !== ''),
    )
    const place = Number(one('position'))
    const position = Number.isFinite(place) && one('position') !== '' ? place : index + 1
    return { key: one('key'), label, position, isUrgent: one('urgent') === 'yes' }
  }).filter(({ label }) => Object.keys(label).length > 0)
  const taken = new Set(rows.map(({ key }) => key).filter(Boolean))
  return rows
    .map(row => {
      if (row.key !== '') return row
      const key = codeFrom(` ${Object.values(row.label)[0] ?? ''}`, taken)
      taken.add(key)
      return { ...row, key }
    })
    .sort((a, b) => a.position - b.position)
}

function rowCount(sent: SubmittedForm): number {
  const count = Number(sent.one('rows'))
  return Number.isSafeInteger(count) && count > 0 ? Math.min(count, MAX_ROWS) : 0
}
