import type { Localized } from './document-values.ts'

/** A text in the reader's language, else in the first of the fallbacks that it has, else in whatever it has. */
export function text(
  localized: Localized | undefined,
  language: string,
  fallbacks: readonly string[] = [],
): string {
  if (localized === undefined || typeof localized === 'string') return localized ?? ''
  const known = [language, ...fallbacks].find(candidate => Object.hasOwn(localized, candidate))
  return (known === undefined ? Object.values(localized)[0] : localized[known]) ?? ''
}
