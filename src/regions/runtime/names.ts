import type { Region } from './compile.ts'

/** The id, for a body that is no longer known. */
export function bodyName(region: Region, id: string): string {
  return region.jurisdiction(id)?.name ?? region.partner(id)?.name ?? id
}
