import type { View } from '../../web/view.ts'

/** Jurisdictions as they are called, in one line. */
export function namesOf({ site }: View, slugs: readonly string[]): string {
  return slugs.map(slug => site.region.jurisdiction(slug)?.name ?? slug).join(', ')
}
