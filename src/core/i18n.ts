import { IntlMessageFormat } from 'intl-messageformat'
import en from './messages/en.json' with { type: 'json' }
import es from './messages/es.json' with { type: 'json' }
import ht from './messages/ht.json' with { type: 'json' }

/** ICU messages. English is the reference: the other catalogues have its keys and arguments. */
export type MessageKey = keyof typeof en
export type MessageParams = Readonly<Record<string, string | number>>
export type Translate = (key: MessageKey, params?: MessageParams) => string

export const catalogues = { en, es, ht } as const satisfies Record<string, Record<MessageKey, string>>
export type Language = keyof typeof catalogues

// Locales for plural rules and digits; no runtime has those of Haitian Creole.
const locales: Readonly<Record<Language, string>> = { en: 'en-US', es: 'es-US', ht: 'fr-HT' }

export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key)
}

export function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(catalogues, tag)
}

const translators = new Map<Language, Translate>()

export function translator(language: string): Translate {
  const tag = isLanguage(language) ? language : 'en'
  const known = translators.get(tag)
  if (known !== undefined) return known
  const parsed = new Map<MessageKey, IntlMessageFormat>()
  const translate: Translate = (key, params) => {
    const text = catalogues[tag][key]
    if (!text.includes('{')) return text
    const message = parsed.get(key) ?? new IntlMessageFormat(text, locales[tag])
    parsed.set(key, message)
    return String(message.format(params))
  }
  translators.set(tag, translate)
  return translate
}
