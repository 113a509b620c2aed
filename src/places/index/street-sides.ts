import { cityKey } from '../address/streets/street-key.ts'
import type { StreetRow } from '../import/rows/rows.ts'

/** A segment between two postal cities as one for each side: a house is found by the city that its mail has. */
export function bySide(street: StreetRow): readonly StreetRow[] {
  const { id, line, leftCity, rightCity } = street
  if (leftCity === '' || rightCity === '' || cityKey(leftCity) === cityKey(rightCity)) return [street]
  return [
    { ...street, rightCity: '', right: null },
    { ...street, id: `${id || JSON.stringify(line)} right`, leftCity: '', left: null },
  ]
}
