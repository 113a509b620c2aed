import { cleanEmail, cleanLine } from '../../../core/text.ts'
import {
  ChoiceField,
  type FieldMessage,
  fieldId,
  HintAndError,
  SelectField,
  TextField,
} from '../../../web/components/fields.tsx'
import type { CountyAnswers } from '../answers.ts'
import { featuresOf, MAX_BOUNDARY_BYTES, readBoundary, type StoredBoundary } from '../boundary.ts'
import { countyErrors } from '../checks.ts'
import { SetupPage, type SetupView, StepForm } from '../frame.tsx'
import { type StepPage, textIn } from '../step.ts'

const kinds = ['county', 'municipality', 'special-district', 'agency'] as const

interface Typed {
  readonly county: CountyAnswers
  /** Undefined: as it was. Null: none. */
  readonly boundary: StoredBoundary | null | undefined
  /** Why the file cannot be used. */
  readonly refused?: string
}

export const countyPage: StepPage<Typed> = {
  step: 'county',
  maxFileBytes: MAX_BOUNDARY_BYTES,
  typed: ({ county, region }) => ({ county: county ?? suggested(region?.email ?? ''), boundary: undefined }),
  read: async (_, { form, files }) => {
    const county = {
      name: cleanLine(textIn(form, 'name')),
      kind: textIn(form, 'kind'),
      email: cleanEmail(textIn(form, 'email')),
      phone: cleanLine(textIn(form, 'phone')),
      hours: textIn(form, 'hours'),
      opens: textIn(form, 'opens').trim(),
      closes: textIn(form, 'closes').trim(),
    }
    const file = files.get('boundary')
    if (file === undefined) return { county, boundary: textIn(form, 'remove') === 'yes' ? null : undefined }
    if (file === 'too-large') return { county, boundary: undefined, refused: 'too-large' }
    const read = readBoundary(file)
    return 'refused' in read
      ? { county, boundary: undefined, refused: read.refused }
      : { county, boundary: read.boundary }
  },
  check: async (_, { t }, { county, refused }) => {
    const errors = countyErrors(t, county)
    if (refused === undefined) return errors
    const message =
      refused === 'too-large'
        ? t('setup-error-boundary-size', { megabytes: MAX_BOUNDARY_BYTES / 1024 / 1024 })
        : t('setup-error-boundary', { why: refused })
    return [...errors, { field: 'boundary', label: undefined, message }]
  },
  save: ({ county, boundary }) => ({ answers: { county }, boundary }),
  page: async ({ view, typed, version, errors, current }) => (
    <County
      {...{ view, version, errors }}
      county={typed.county}
      hasBoundary={featuresOf(current.row.boundary).length > 0}
    />
  ),
}

function suggested(email: string): CountyAnswers {
  return { name: '', kind: 'county', email, phone: '', hours: 'weekdays', opens: '08:00', closes: '17:00' }
}

interface Props {
  view: SetupView
  county: CountyAnswers
  hasBoundary: boolean
  version: string
  errors: readonly FieldMessage[]
}

function County({ view, county, hasBoundary, version, errors }: Props) {
  const { t } = view
  const common = { view, errors }
  return (
    <SetupPage view={view} title={t('setup-county-title')} step="county" errors={errors}>
      <p class="usa-intro">{t('setup-county-text')}</p>
      <StepForm view={view} step="county" version={version} files>
        <TextField
          {...common}
          name="name"
          label={t('setup-field-county-name')}
          hint={t('setup-field-county-name-hint')}
          maxlength={200}
          required
          value={county.name}
        />
        <SelectField
          {...common}
          name="kind"
          label={t('setup-field-kind')}
          required
          values={[county.kind]}
          options={kinds.map(value => ({ value, label: t(`kind-${value}`) }))}
        />
        <TextField
          {...common}
          name="email"
          label={t('setup-field-county-email')}
          type="email"
          maxlength={200}
          required={false}
          value={county.email}
        />
        <TextField
          {...common}
          name="phone"
          label={t('setup-field-county-phone')}
          hint={t('setup-field-county-phone-hint')}
          type="tel"
          maxlength={25}
          required={false}
          value={county.phone}
        />
        <ChoiceField
          {...common}
          name="hours"
          label={t('setup-field-hours')}
          required
          values={[county.hours]}
          options={(['weekdays', 'always'] as const).map(value => ({
            value,
            label: t(`setup-hours-${value}`),
          }))}
        />
        <TextField {...common} name="opens" label={t('setup-field-opens')} type="time" value={county.opens} />
        <TextField
          {...common}
          name="closes"
          label={t('setup-field-closes')}
          type="time"
          value={county.closes}
        />
        <BoundaryField {...{ view, errors, hasBoundary }} />
      </StepForm>
    </SetupPage>
  )
}

function BoundaryField({ view, errors, hasBoundary }: Pick<Props, 'view' | 'errors' | 'hasBoundary'>) {
  const { t } = view
  const hint = t(hasBoundary ? 'setup-boundary-kept' : 'setup-field-boundary-hint', {
    megabytes: MAX_BOUNDARY_BYTES / 1024 / 1024,
  })
  const isWrong = errors.some(({ field }) => field === 'boundary')
  const id = fieldId('boundary')
  return (
    <div class={`usa-form-group${isWrong ? ' usa-form-group--error' : ''}`}>
      <label class="usa-label" for={id}>
        {t('setup-field-boundary')} <span class="optional">{t('optional')}</span>
      </label>
      <HintAndError {...{ view, errors, hint }} name="boundary" label="" />
      <input
        class="usa-input"
        id={id}
        type="file"
        name="boundary"
        accept=".geojson,.json,application/geo+json"
        aria-describedby={`${id}-hint${isWrong ? ` ${id}-error` : ''}`}
        aria-invalid={isWrong ? 'true' : undefined}
      />
      {hasBoundary && (
        <div class="usa-checkbox">
          <input class="usa-checkbox__input" id="remove-boundary" type="checkbox" name="remove" value="yes" />
          <label class="usa-checkbox__label" for="remove-boundary">
            {t('setup-boundary-remove')}
          </label>
        </div>
      )}
    </div>
  )
}
