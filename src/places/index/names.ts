import { guessedName } from '../../import/boundaries/names.ts'

const CAPITALS = /^(?:n|s|e|w|ne|nw|se|sw|us|i|sr|cr|fm|rm|th|sh|co|po)$/i

/** As people write it: files often have capitals only. "N 5TH ST" becomes "N 5th St". */
export function placeName(written: string): string {
  const guessed = guessedName(written)?.name
  if (guessed === undefined) return written
  return guessed
    .split(' ')
    .map(word => (CAPITALS.test(word) ? word.toUpperCase() : /^\d/.test(word) ? word.toLowerCase() : word))
    .join(' ')
}

/** Two letters swapped by a typing mistake do not change it. */
export function sortedLetters(name: string): string {
  return [...name].sort().join('')
}

/** As units are compared: "Apt. 4", "#4" and "4" are one. */
export function unitKey(unit: string): string {
  return (
    unit
      .toUpperCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(word => word !== '')
      .at(-1) ?? ''
  )
}
