import type { Localized } from './documents.ts'

/** A text in the reader's language, else in the fallback (a region's first language), else in whatever it has. */
export function text(localized: Localized | undefined, language: string, fallback = language): string {
  if (localized === undefined || typeof localized === 'string') return localized ?? ''
  const known = [language, fallback].find(candidate => Object.hasOwn(localized, candidate))
  return (known === undefined ? Object.values(localized)[0] : localized[known]) ?? ''
}
