import { decodeHTMLStrict } from 'entities'

/** The text of an HTML fragment: breaks and paragraphs become lines, list items begin with a hyphen. */
export function plainText(html: string): string {
  const shown = without(without(html, /<(?:script|style)\b/i, /<\/(?:script|style)\s*>/i), /<!--/, /-->/)
  const words = shown
    .replace(/<(?:br|\/p|\/div|\/tr|\/h[1-6]|\/ul|\/ol)\b[^<>]*>/gi, '\n')
    .replace(/<li\b[^<>]*>/gi, '\n- ')
    .replace(/<\/?[a-z][^<>]*>/gi, '')
  return decodeHTMLStrict(words)
    .replace(/(?:[^\S\n]|(?!\n)\p{Cc})+/gu, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function without(text: string, begins: RegExp, ends: RegExp): string {
  const [first = '', ...parts] = text.split(begins)
  const kept = parts.map(part => {
    const end = ends.exec(part)
    return end === null ? '' : part.slice(end.index + end[0].length)
  })
  return first + kept.join('')
}
