import { slugOf } from './boundaries/slug.ts'

/** A free code of 2 to 4 capitals: initials, else first letters, else two of the letters, else any. */
export function proposeCode(name: string, taken: ReadonlySet<string>): string {
  const words = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
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
    ...[...letters.slice(1)].map(character => letters.charAt(0) + character),
    ...alphabet.map(character => letters.slice(0, 2) + character),
    ...alphabet.flatMap(a => alphabet.flatMap(b => alphabet.map(c => a + b + c))),
  ]
  return candidates.find(code => /^[A-Z]{2,4}$/.test(code) && !taken.has(code)) ?? 'ZZZZ'
}

/** A service or question code from a foreign one: itself where it is allowed, else made of its words. */
export function codeFrom(foreign: string, taken: ReadonlySet<string>): string {
  if (foreign === '' || /^[\w.:-]{1,64}$/.test(foreign)) return foreign
  const words = slugOf(foreign).slice(0, 60).replace(/-$/, '') || 'service'
  for (let number = 1; ; number++) {
    const code = number === 1 ? words : `${words}-${number}`
    if (!taken.has(code)) return code
  }
}
