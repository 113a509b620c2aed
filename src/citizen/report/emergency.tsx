import type { EmergencyTopic } from '../../regions/emergencies/topics.ts'
import { EmergencyAdvice } from '../../web/components/emergency.tsx'
import { Page } from '../../web/components/layout.tsx'
import type { PageView } from '../../web/view.ts'
import { Speak } from './details.tsx'

interface Props {
  view: PageView
  topics: readonly EmergencyTopic[]
  section: '/report' | '/track'
  /** Where the form was sent to. */
  action: string
  /** All that was sent, as the form sends it. */
  fields: readonly (readonly [name: string, value: string])[]
}

/** Before words that sound like an emergency are accepted. The form keeps all that was sent. */
export function EmergencyPage({ view, topics, section, action, fields }: Props) {
  const { t } = view
  return (
    <Page view={view} title={t('emergency-title-call')} section={section} personal>
      <div class="narrow">
        <h1 tabindex={-1} data-focus>
          {t('emergency-title-call')}
        </h1>
        <p>{t('emergency-not-filed')}</p>
        <EmergencyAdvice view={view} topics={topics} live untitled />
        <form class="report-form" method="post" action={action}>
          {fields.map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <input type="hidden" name="warned" value="yes" />
          <button class="usa-button usa-button--big" type="submit" name="anyway" value="yes">
            {t('emergency-file-anyway')}
          </button>
          <button class="usa-button usa-button--outline" type="submit" name="edit" value="yes">
            {t('emergency-edit')}
          </button>
          <Speak view={view} action={action} />
        </form>
      </div>
    </Page>
  )
}
