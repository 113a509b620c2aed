import { catalogues, type MessageKey, type MessageParams, translator } from '../../core/i18n.ts'
import { fold } from '../../core/spelling.ts'
import type { EmergencyContact, EmergencyDocument } from '../documents/schemas/emergency.ts'
import type { RegionDocument } from '../documents/schemas/region.ts'
import type { Localized } from '../documents/schemas/values.ts'
import en from './en.json' with { type: 'json' }
import es from './es.json' with { type: 'json' }
import ht from './ht.json' with { type: 'json' }
import { type EmergencyWords, emergenciesIn } from './match.ts'

export interface EmergencyTopic extends EmergencyWords {
  readonly name: Localized
  /** What to do, before and besides the call. */
  readonly advice: Localized
  /** Whom to call, in this order. */
  readonly call: readonly EmergencyContact[]
  /** A report about it is not shown to the public. */
  readonly private: boolean
}

export interface Emergencies {
  readonly topics: readonly EmergencyTopic[]
  topic(id: string): EmergencyTopic | undefined
  /** The topics that a text in any language is about. */
  topicsIn(text: string): readonly EmergencyTopic[]
}

const shipped = { en, es, ht }
export const shippedTopics = [
  'self-harm',
  'medical',
  'fire',
  'gas-leak',
  'power-line',
  'violence',
] as const satisfies (keyof typeof en)[]
type ShippedTopic = (typeof shippedTopics)[number]

const isShipped = (id: string): id is ShippedTopic => shippedTopics.some(known => known === id)

/** The 988 line answers in the whole of the US and Canada, in English and Spanish. */
const ownCalls: Partial<Record<ShippedTopic, EmergencyDocument['call']>> = {
  'self-harm': [{ name: inAllLanguages('emergency-988'), phone: '988', sms: '988' }, 'emergency'],
}

/** The shipped topics, with what the region's document replaces and adds. */
export function emergenciesOf({ emergencies = [], emergency }: RegionDocument): Emergencies {
  const own = new Map(emergencies.map(topic => [topic.id, topic]))
  const ids = [...new Set<string>([...shippedTopics, ...own.keys()])]
  const topics = ids.map(id => topicOf(id, own.get(id), emergency.phone))
  const byId = new Map(topics.map(topic => [topic.id, topic]))
  return {
    topics,
    topic: id => byId.get(id),
    topicsIn: text => emergenciesIn(topics, text).flatMap(id => byId.get(id) ?? []),
  }
}

function topicOf(id: string, own: Partial<EmergencyDocument> = {}, emergencyPhone: string): EmergencyTopic {
  const known = isShipped(id) ? id : undefined
  const call = own.call ?? (known && ownCalls[known]) ?? ['emergency' as const]
  return {
    id,
    name: own.name ?? (known ? inAllLanguages(`emergency-${known}`) : id),
    advice:
      own.advice ?? (known ? inAllLanguages(`emergency-${known}-advice`, { phone: emergencyPhone }) : ''),
    words: foldedWords(own.words ?? (known && shippedIn(known, 'words'))),
    except: foldedWords(own.except ?? (known && shippedIn(known, 'except'))),
    call: call.map(contact => (contact === 'emergency' ? { phone: emergencyPhone } : contact)),
    private: own.private ?? id === 'self-harm',
  }
}

function shippedIn(id: ShippedTopic, part: 'words' | 'except') {
  return Object.fromEntries(Object.entries(shipped).map(([language, topics]) => [language, topics[id][part]]))
}

function foldedWords(byLanguage: Readonly<Record<string, readonly string[]>> = {}): string[] {
  const folded = Object.values(byLanguage).flatMap(words => words.map(fold))
  return [...new Set(folded)].filter(words => words !== '')
}

function inAllLanguages(key: MessageKey, params?: MessageParams): Localized {
  return Object.fromEntries(
    Object.keys(catalogues).map(language => [language, translator(language)(key, params)]),
  )
}
