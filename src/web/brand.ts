import type { Site } from '../regions/runtime/site.ts'

export function brandStyles({ region, jurisdiction }: Site): string {
  const brand = jurisdiction?.brand ?? region.documents.region.brand
  const accent = brand.accent ?? brand.primary
  return `:root{--brand:${brand.primary};--accent:${accent}}`
}
