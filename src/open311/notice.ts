import { translator } from '../core/i18n.ts'
import { explain } from '../routing/explain.ts'
import { sayStep } from '../routing/say.ts'
import type { Resolution } from '../routing/types.ts'

/** Who handles it and why, in one sentence. */
export function reason(resolution: Resolution, language: string): string {
  return sayStep(translator(language), explain(resolution))
}

/** The reason; of a body that is not on the platform also that updates are not automatic (S2). */
export function serviceNotice(resolution: Resolution, language: string): string {
  const aside = resolution.trace.filter(({ code }) => code === 'desk-partner')
  const say = translator(language)
  return [reason(resolution, language), ...aside.map(step => sayStep(say, step))].join(' ')
}
