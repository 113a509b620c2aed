import { translator } from '../../core/i18n.ts'
import { phoneText } from '../../core/measures.ts'
import { emergencyNotice } from '../../regions/emergencies/notice.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { localizedText } from '../../regions/runtime/localized.ts'
import type { AssessedReport } from '../submit.ts'

/** Whom to call about a report whose words or answers point to danger, as plain text. Empty for any other. */
export function safetyNotice(
  region: Region,
  language: string,
  { emergencies, resolution }: Pick<AssessedReport, 'emergencies' | 'resolution'>,
): string {
  if (emergencies.length > 0 || !resolution.triage) return emergencyNotice(region, language, emergencies)
  const { phone, text } = region.documents.region.emergency
  const shown = phoneText(phone, region.units)
  const notice = localizedText(text, language, [region.language])
  return notice.includes(shown) ? notice : `${notice} ${translator(language)('call', { phone: shown })}.`
}
