import type { Documents } from './snapshot.ts'

/** Whether the documents themselves say where house numbers are. Common places have addresses too, but only their own. */
export function hasAddresses({ roads }: Pick<Documents, 'roads'>): boolean {
  return roads.some(({ properties }) => properties.numbersLeft || properties.numbersRight)
}
