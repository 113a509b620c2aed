import { translator } from '../../core/i18n.ts'
import type { Region } from './compile.ts'
import { localizedText } from './localized.ts'

/** Transfer reasons for a region without its own list. Their texts are `handoff-reason-<code>`. */
export const defaultReasons = [
  'not-our-asset',
  'outside-our-limits',
  'by-agreement',
  'annexation',
  'moved-pin',
  'needs-several',
  'after-hours',
  'other',
] as const
type DefaultReason = (typeof defaultReasons)[number]

export function reasonsOf(region: Region): readonly string[] {
  return region.documents.region.handoffs?.reasons?.map(({ code }) => code) ?? defaultReasons
}

/** The region's own text, else the catalogue's, else the code itself. */
export function reasonText(region: Region, code: string, language: string): string {
  const own = region.documents.region.handoffs?.reasons?.find(reason => reason.code === code)
  if (own !== undefined) return localizedText(own.label, language, [region.language])
  return isDefault(code) ? translator(language)(`handoff-reason-${code}`) : code
}

/** For residents; empty where it tells them nothing. */
export function publicReason(region: Region, code: string, language: string): string {
  return code === 'other' ? '' : reasonText(region, code, language)
}

function isDefault(code: string): code is DefaultReason {
  return (defaultReasons as readonly string[]).includes(code)
}
