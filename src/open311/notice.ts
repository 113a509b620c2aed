import { translator } from '../core/i18n.ts'
import { explain } from '../routing/explain.ts'
import type { Resolution } from '../routing/types.ts'

/** Who handles it and why, in a sentence; for a body that is not on the platform also that updates are not automatic (S2). */
export function serviceNotice(resolution: Resolution, language: string): string {
  const say = translator(language)
  const aside = resolution.trace.filter(({ code }) => code === 'desk-partner')
  return [explain(resolution), ...aside].map(({ code, params }) => say(`trace-${code}`, params)).join(' ')
}
