import type { Site } from '../regions/site.ts'

/** The colours over the door, as a style sheet: `site.css` takes every shade from these two. */
export function brandStyles({ region, jurisdiction }: Site): string {
  const brand = jurisdiction?.brand ?? region.documents.region.brand
  const accent = brand.accent ?? brand.primary
  return `:root{--brand:${brand.primary};--accent:${accent}}`
}
