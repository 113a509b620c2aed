import type { PageView } from '../../web/view.ts'

export function namesOf({ site }: PageView, slugs: readonly string[]): string {
  return slugs.map(slug => site.region.jurisdiction(slug)?.name ?? slug).join(', ')
}
