import { writtenDay } from '../core/dates.ts'
import type { Translate } from '../core/i18n.ts'
import type { TraceStep } from './types.ts'

/** One step of the reasoning in a reader's words. Layers and kinds of asset have words of their own. */
export function sayStep(t: Translate, { code, params }: Pick<TraceStep, 'code' | 'params'>): string {
  const { since, layer, asset } = params
  return t(`trace-${code}`, {
    ...params,
    ...(typeof since === 'string' && { since: writtenDay(t, since) }),
    ...(typeof layer === 'string' && { layer: t('layer', { layer }) }),
    ...(typeof asset === 'string' && { asset: t('asset', { asset }) }),
  })
}
