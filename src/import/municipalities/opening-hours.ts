import type { Hours } from '../../regions/documents/schemas/values.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const DAY = '(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*'
const TIME = '\\d{1,2}(?::\\d\\d)?\\s*(?:[ap]\\.?m\\.?)?'
const SPAN = new RegExp(
  `^(?:(${DAY})(?:\\s*(?:-|–|to)\\s*(${DAY}))?:?\\s*)(${TIME})\\s*(?:-|–|to)\\s*(${TIME})$`,
  'i',
)

/**
 * Opening hours as people write them, `Mon-Fri 8:00-17:00; Sat 9am-12pm` or `24/7`; undefined for what cannot be
 * read for certain.
 */
export function readHours(written: string): Hours | undefined {
  if (/^(?:always|24\s*\/\s*7|24 hours)$/i.test(written)) return 'always'
  const found: Record<string, string[]> = {}
  for (const part of written.split(/\s*[;|]\s*|\s*,\s*(?=[a-z])/i).filter(Boolean)) {
    const [, first, last, opens, closes] = SPAN.exec(part) ?? []
    const [from, to] = [timeOf(opens), timeOf(closes)]
    if (first === undefined || from === undefined || to === undefined || from >= to) return undefined
    const days = [first, last].flatMap(day => (day === undefined ? [] : day.slice(0, 3).toLowerCase()))
    if (days.length === 2 && !isInOrder(days)) return undefined
    const key = days.join('-')
    found[key] = [...(found[key] ?? []), `${from}-${to}`]
  }
  const spans = Object.entries(found).map(([days, ranges]) => [
    days,
    ranges.length === 1 ? ranges[0] : ranges,
  ])
  return spans.length === 0 ? undefined : (Object.fromEntries(spans) as Hours)
}

function isInOrder([from, to]: readonly string[]): boolean {
  return DAYS.indexOf(from ?? '') < DAYS.indexOf(to ?? '')
}

function timeOf(written = ''): string | undefined {
  const [, hour = '', minute = '00', half] =
    /^(\d{1,2})(?::(\d\d))?\s*(?:([ap])\.?m\.?)?$/i.exec(written.trim()) ?? []
  const number = Number(hour)
  if (hour === '' || Number(minute) > 59 || number > 24 || (half && (number < 1 || number > 12)))
    return undefined
  const whole = half === undefined ? number : (number % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
  return whole === 24 && minute !== '00' ? undefined : `${String(whole).padStart(2, '0')}:${minute}`
}
