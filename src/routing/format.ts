import { isoDate } from '../core/dates.ts'
import type { Translate } from '../core/i18n.ts'
import { distanceText, type Units } from '../core/measures.ts'
import type { TraceStep } from './types.ts'

export function formatStep(
  t: Translate,
  units: Units,
  { code, params }: Pick<TraceStep, 'code' | 'params'>,
): string {
  const { since, layer, asset, metres: meters } = params
  return t(`trace-${code}`, {
    ...params,
    ...(typeof since === 'string' && { since: isoDate(t, since) }),
    ...(typeof layer === 'string' && { layer: t('layer', { layer }) }),
    ...(typeof asset === 'string' && { asset: t('asset', { asset }) }),
    ...(typeof meters === 'number' && { distance: distanceText(t, units, meters) }),
  })
}
