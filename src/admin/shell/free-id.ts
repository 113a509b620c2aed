import { shortSlug, slugOf } from '../../import/boundaries/slug.ts'

/** An id made of a name, or of `otherwise` if the name has no letters for one. */
export function freeId(name: string, otherwise: string, taken: readonly string[]): string {
  const words = shortSlug(slugOf(name)).slice(0, 44).replace(/-$/, '') || otherwise
  for (let number = 1; ; number++) {
    const id = number === 1 ? words : `${words}-${number}`
    if (!taken.includes(id)) return id
  }
}
