const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  middot: '·',
  deg: '°',
}

/** Character references (`&amp;`, `&#233;`) as the characters they stand for; what is unknown stays as it is. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[String(name).toLowerCase()] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 31 && code <= 0x10ffff ? String.fromCodePoint(code) : ' '
  })
}

/** The words of an HTML fragment: breaks and paragraphs become lines, items of a list begin with a hyphen. */
export function plainText(html: string): string {
  const told = without(without(html, /<(?:script|style)\b/i, /<\/(?:script|style)\s*>/i), /<!--/, /-->/)
  const words = told
    .replace(/<(?:br|\/p|\/div|\/tr|\/h[1-6]|\/ul|\/ol)\b[^<>]*>/gi, '\n')
    .replace(/<li\b[^<>]*>/gi, '\n- ')
    .replace(/<\/?[a-z][^<>]*>/gi, '')
  return decodeEntities(words)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** Leaves out whatever begins and ends like this; what never ends, to the end of the text. */
function without(text: string, begins: RegExp, ends: RegExp): string {
  const [first = '', ...parts] = text.split(begins)
  const kept = parts.map(part => {
    const end = ends.exec(part)
    return end === null ? '' : part.slice(end.index + end[0].length)
  })
  return first + kept.join('')
}
