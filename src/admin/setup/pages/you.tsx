import { cleanEmail, cleanLine } from '../../../core/text.ts'
import { EmailField, type FieldMessage, TextField } from '../../../web/components/fields.tsx'
import type { Person } from '../answers.ts'
import { personErrors } from '../checks.ts'
import { SetupPage, type SetupView, StepForm } from '../frame.tsx'
import { type StepPage, textIn } from '../step.ts'

export const youPage: StepPage<Person> = {
  step: 'you',
  typed: ({ person }) => person ?? { name: '', email: '' },
  read: async (_, { form }) => ({
    name: cleanLine(textIn(form, 'name')),
    email: cleanEmail(textIn(form, 'email')),
  }),
  check: async (_, view, person) => personErrors(view.t, person),
  save: (person, view) => ({ answers: { person, language: view.language } }),
  page: async ({ view, typed, version, errors }) => <You {...{ view, typed, version, errors }} />,
}

interface Props {
  view: SetupView
  typed: Person
  version: string
  errors: readonly FieldMessage[]
}

function You({ view, typed, version, errors }: Props) {
  const { t, mail } = view
  return (
    <SetupPage view={view} title={t('setup-you-title')} step="you" errors={errors}>
      <p class="usa-intro">{t('setup-you-text')}</p>
      <p>{t(mail.isConfigured ? 'setup-you-mail' : 'setup-you-no-mail')}</p>
      <StepForm view={view} step="you" version={version}>
        <TextField
          {...{ view, errors }}
          name="name"
          label={t('setup-field-your-name')}
          autocomplete="name"
          maxlength={200}
          required
          value={typed.name}
        />
        <EmailField {...{ view, errors }} value={typed.email} />
      </StepForm>
    </SetupPage>
  )
}
