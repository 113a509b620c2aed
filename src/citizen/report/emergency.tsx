import type { ServiceDocument } from '../../regions/documents/schemas.ts'
import type { EmergencyTopic } from '../../regions/emergencies/topics.ts'
import type { Draft } from '../../requests/draft.ts'
import { EmergencyAdvice } from '../../web/components/emergency.tsx'
import { Page } from '../../web/components/layout.tsx'
import type { PageView } from '../../web/view.ts'
import { Speak } from './details.tsx'
import { draftFields, placeParams } from './form.ts'

interface Props {
  view: PageView
  service: ServiceDocument
  draft: Draft
  topics: readonly EmergencyTopic[]
  once: string
}

/** Before a report that sounds like an emergency is accepted. The form keeps all that was sent. */
export function EmergencyPage({ view: sent, service, draft, topics, once }: Props) {
  const path = `/report/${encodeURIComponent(service.code)}`
  const here = `${path}/details?${new URLSearchParams([...placeParams(draft), ['asked', 'before']])}`
  const view = { ...sent, here: sent.href(here) }
  const { t } = view
  const action = view.href(`${path}/send`)
  return (
    <Page view={view} title={t('emergency-title-call')} section="/report" personal>
      <div class="narrow">
        <h1 tabindex={-1} data-focus>
          {t('emergency-title-call')}
        </h1>
        <p>{t('emergency-not-filed')}</p>
        <EmergencyAdvice view={view} topics={topics} live untitled />
        <form class="report-form" method="post" action={action}>
          {draftFields(draft).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <input type="hidden" name="once" value={once} />
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
