/**
 * A code of 2 to 4 capital letters for a body's tracking numbers, one that nobody has: its initials if it has several
 * words, else its first letters, else two of its letters, else any free one.
 */
export function proposeCode(name: string, taken: ReadonlySet<string>): string {
  const words = name
    .normalize('NFKD')
    .toUpperCase()
    .split(/[^A-Z]+/)
    .filter(Boolean)
  const initials = words.map(word => word.charAt(0)).join('')
  const letters = words.join('')
  const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const candidates = [
    initials.slice(0, 4),
    letters.slice(0, 2),
    letters.slice(0, 3),
    letters.slice(0, 4),
    ...[...letters.slice(1)].map(letter => letters.charAt(0) + letter),
    ...alphabet.map(letter => letters.slice(0, 2) + letter),
    ...alphabet.flatMap(a => alphabet.flatMap(b => alphabet.map(c => a + b + c))),
  ]
  return candidates.find(code => /^[A-Z]{2,4}$/.test(code) && !taken.has(code)) ?? 'ZZZZ'
}
