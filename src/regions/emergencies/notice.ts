import { translator } from '../../core/i18n.ts'
import { phoneText } from '../../core/measures.ts'
import type { EmergencyContact } from '../documents/schemas/emergency.ts'
import type { Region } from '../runtime/compile.ts'
import { localizedText } from '../runtime/localized.ts'
import type { EmergencyTopic } from './topics.ts'

export interface WhomToCall extends EmergencyContact {
  /** The topics that name this contact. */
  readonly topics: readonly string[]
}

/** Each number once, in the order of the topics. */
export function whomToCall(topics: readonly EmergencyTopic[]): WhomToCall[] {
  const calls = topics.flatMap(({ id, call }) => call.map(contact => ({ id, contact })))
  return [...Map.groupBy(calls, ({ contact }) => contact.phone).values()].flatMap(same =>
    same.slice(0, 1).map(({ contact }) => ({ ...contact, topics: same.map(({ id }) => id) })),
  )
}

/** What to do and whom to call as plain text, for programs and short messages. Empty without topics. */
export function emergencyNotice(region: Region, language: string, topics: readonly EmergencyTopic[]): string {
  if (topics.length === 0) return ''
  const t = translator(language)
  const localize = (text: Parameters<typeof localizedText>[0]) =>
    localizedText(text, language, [region.language])
  const calls = whomToCall(topics).map(({ name, phone }) => {
    const shown = phoneText(phone, region.units)
    return name === undefined
      ? t('call', { phone: shown })
      : t('emergency-call-name', { name: localize(name), phone: shown })
  })
  return [
    `${t('emergency-title-call')} ${calls.join('. ')}.`,
    ...topics.map(({ name, advice }) => `${localize(name)}: ${localize(advice)}`),
    t('emergency-marked'),
  ].join(' ')
}
