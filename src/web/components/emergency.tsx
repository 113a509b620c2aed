import { whomToCall } from '../../regions/emergencies/notice.ts'
import type { EmergencyTopic } from '../../regions/emergencies/topics.ts'
import type { PageView } from '../view.ts'
import { Icon } from './icon.tsx'

interface Props {
  view: PageView
  topics: readonly EmergencyTopic[]
  /** Ids; the other topics are there for the script to show. Default: all. */
  shown?: readonly string[] | undefined
  live?: boolean
  /** The page's own heading says it already. */
  untitled?: boolean
}

/** What to do and whom to call. */
export function EmergencyAdvice({ view, topics, shown = topics.map(({ id }) => id), live, untitled }: Props) {
  const { t } = view
  const isShown = (ids: readonly string[]) => ids.some(id => shown.includes(id))
  return (
    <div
      class="usa-alert usa-alert--emergency emergency"
      role={live ? 'alert' : undefined}
      hidden={shown.length === 0}
    >
      <div class="usa-alert__body">
        {!untitled && <h2 class="usa-alert__heading">{t('emergency-title')}</h2>}
        <div class="usa-alert__text">
          <ul class="emergency__calls">
            {whomToCall(topics).map(({ topics: ids, name, phone, sms }) => (
              <li data-topics={ids.join(' ')} hidden={!isShown(ids)}>
                <a class="emergency__call" href={`tel:${phone}`}>
                  <Icon name="phone" />
                  {name === undefined
                    ? t('call', { phone: view.phone(phone) })
                    : t('emergency-call-name', { name: view.localize(name), phone: view.phone(phone) })}
                </a>
                {sms && (
                  <a class="emergency__call" href={`sms:${sms}`}>
                    {t('emergency-sms', { phone: view.phone(sms) })}
                  </a>
                )}
              </li>
            ))}
          </ul>
          {topics.map(({ id, name, advice }) => (
            <p data-topics={id} hidden={!isShown([id])}>
              <strong>{view.localize(name)}.</strong> {view.localize(advice)}
            </p>
          ))}
        </div>
      </div>
    </div>
  )
}

interface WatchProps {
  view: PageView
  /** The id of the field or form in which emergencies are recognized. */
  field: string
  typed: string
}

/** Shown for what was typed, and with script while it is typed: the text stays in the browser until it is sent. */
export function EmergencyWatch({ view, field, typed }: WatchProps) {
  const { emergencies, snapshot } = view.site.region
  const shown = emergencies.topicsIn(typed).map(({ id }) => id)
  return (
    <emergency-watch
      data-field={field}
      data-words={view.href(`/emergency-words.json?v=${snapshot.hash.slice(0, 12)}`)}
    >
      <EmergencyAdvice view={view} topics={emergencies.topics} shown={shown} live />
    </emergency-watch>
  )
}
