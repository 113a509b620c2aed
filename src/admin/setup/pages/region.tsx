import { catalogues, translator } from '../../../core/i18n.ts'
import { unitSystems } from '../../../core/measures.ts'
import { cleanEmail, cleanLine } from '../../../core/text.ts'
import { ChoiceField, type FieldMessage, SelectField, TextField } from '../../../web/components/fields.tsx'
import type { RegionAnswers } from '../answers.ts'
import { regionErrors } from '../checks.ts'
import { suggestSlug } from '../documents.ts'
import { type SetupContext, SetupPage, type SetupView, StepForm } from '../frame.tsx'
import { type StepPage, textIn, textsIn } from '../step.ts'
import { timeZones } from '../time-zones.ts'

export const regionPage: StepPage<RegionAnswers> = {
  step: 'region',
  typed: ({ region, language }, c) => region ?? suggested(c, language),
  read: async (_, { form }) => {
    const name = cleanLine(textIn(form, 'name'))
    return {
      name,
      slug: cleanLine(textIn(form, 'slug')).toLowerCase() || suggestSlug(name),
      phone: cleanLine(textIn(form, 'phone')),
      emergency: cleanLine(textIn(form, 'emergency')),
      languages: textsIn(form, 'languages'),
      timezone: textIn(form, 'timezone'),
      units: textIn(form, 'units'),
      host: cleanHost(textIn(form, 'host')),
      email: cleanEmail(textIn(form, 'email')),
    }
  },
  check: (platform, { t }, region) => regionErrors(platform, t, region),
  save: region => ({ answers: { region } }),
  page: async ({ view, typed, version, errors, current }) => (
    <Region {...{ view, typed, version, errors }} isNew={current.answers.region === undefined} />
  ),
}

// The page's own language first: the clerk's.
function suggested(c: SetupContext, language: string): RegionAnswers {
  return {
    name: '',
    slug: '',
    phone: '311',
    emergency: '911',
    languages: [language],
    timezone: '',
    units: 'us',
    host: new URL(c.req.url).hostname.toLowerCase(),
    email: '',
  }
}

/** Also of an address that was copied whole. */
function cleanHost(typed: string): string {
  return cleanLine(typed)
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/[/?#].*$/, '')
    .replace(/:\d+$/, '')
    .replace(/\.$/, '')
}

interface Props {
  view: SetupView
  typed: RegionAnswers
  version: string
  errors: readonly FieldMessage[]
  isNew: boolean
}

function Region({ view, typed, version, errors, isNew }: Props) {
  const { t } = view
  const common = { view, errors }
  return (
    <SetupPage view={view} title={t('setup-region-title')} step="region" errors={errors}>
      <p class="usa-intro">{t('setup-region-text')}</p>
      <StepForm view={view} step="region" version={version}>
        <TextField
          {...common}
          name="name"
          label={t('setup-field-region-name')}
          hint={t('setup-field-region-name-hint')}
          maxlength={200}
          required
          value={typed.name}
        />
        <TextField
          {...common}
          name="slug"
          label={t('setup-field-slug')}
          hint={t('setup-field-slug-hint')}
          maxlength={48}
          required={false}
          value={typed.slug}
        />
        <TextField
          {...common}
          name="phone"
          label={t('setup-field-number')}
          type="tel"
          maxlength={25}
          required
          value={typed.phone}
        />
        <TextField
          {...common}
          name="emergency"
          label={t('setup-field-emergency')}
          type="tel"
          maxlength={25}
          required
          value={typed.emergency}
        />
        <ChoiceField
          {...common}
          name="languages"
          label={t('setup-field-languages')}
          hint={t('setup-field-languages-hint')}
          required
          multiple
          values={typed.languages}
          options={Object.keys(catalogues).map(value => ({
            value,
            label: translator(value)('language-name'),
          }))}
        />
        <time-zone-field suggest={isNew && typed.timezone === '' ? 'yes' : undefined}>
          <SelectField
            {...common}
            name="timezone"
            label={t('setup-field-timezone')}
            required
            values={[typed.timezone]}
            options={timeZones().map(value => ({ value, label: value.replaceAll('_', ' ') }))}
          />
        </time-zone-field>
        <ChoiceField
          {...common}
          name="units"
          label={t('setup-field-units')}
          required
          values={[typed.units]}
          options={unitSystems.map(value => ({ value, label: t(`setup-units-${value}`) }))}
        />
        <TextField
          {...common}
          name="host"
          label={t('setup-field-host')}
          hint={t('setup-field-host-hint')}
          maxlength={250}
          required
          value={typed.host}
        />
        <TextField
          {...common}
          name="email"
          label={t('setup-field-region-email')}
          type="email"
          maxlength={200}
          required={false}
          value={typed.email}
        />
      </StepForm>
    </SetupPage>
  )
}
