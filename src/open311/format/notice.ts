import { translator } from '../../core/i18n.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { explain } from '../../routing/explain.ts'
import { formatStep } from '../../routing/format.ts'
import type { Resolution } from '../../routing/types.ts'

export function reason({ units }: Region, resolution: Resolution, language: string): string {
  return formatStep(translator(language), units, explain(resolution))
}

export function serviceNotice(region: Region, resolution: Resolution, language: string): string {
  const aside = resolution.trace.filter(({ code }) => code === 'desk-partner')
  const t = translator(language)
  return [reason(region, resolution, language), ...aside.map(step => formatStep(t, region.units, step))].join(
    ' ',
  )
}
