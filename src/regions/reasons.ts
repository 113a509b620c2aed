import { translator } from '../core/i18n.ts'
import type { Region } from './compile.ts'
import { text } from './text.ts'

/** Reasons for a handoff of a region that keeps no list of its own. Their words: `handoff-reason-<code>`. */
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

/** Codes of the reasons that a handoff in this region may be offered or refused for. */
export function reasonsOf(region: Region): readonly string[] {
  return region.documents.region.handoffs?.reasons?.map(({ code }) => code) ?? defaultReasons
}

/** A reason in words: the region's own, else the catalogue's; a code that neither has any more stands as it is. */
export function reasonText(region: Region, code: string, language: string): string {
  const own = region.documents.region.handoffs?.reasons?.find(reason => reason.code === code)
  if (own !== undefined) return text(own.label, language, [region.language])
  return isDefault(code) ? translator(language)(`handoff-reason-${code}`) : code
}

/** As residents read it; empty where it tells them nothing. */
export function publicReason(region: Region, code: string, language: string): string {
  return code === 'other' ? '' : reasonText(region, code, language)
}

function isDefault(code: string): code is DefaultReason {
  return (defaultReasons as readonly string[]).includes(code)
}
