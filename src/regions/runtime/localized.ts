import type { Localized } from '../documents/schemas/values.ts'

/** The reader's language, else the first fallback that exists, else any language. */
export function localizedText(
  localized: Localized | undefined,
  language: string,
  fallbacks: readonly string[] = [],
): string {
  if (localized === undefined || typeof localized === 'string') return localized ?? ''
  const known = [language, ...fallbacks].find(candidate => Object.hasOwn(localized, candidate))
  return (known === undefined ? Object.values(localized)[0] : localized[known]) ?? ''
}
