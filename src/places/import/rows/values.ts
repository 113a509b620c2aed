import { isDay } from '../../../core/input.ts'
import type { FileRecord } from '../table.ts'

/** A value as one line of text; '' for what programs write where there is none. */
export function textOf(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  if (typeof value !== 'string') return ''
  const text = value.trim()
  if (!UNTIDY.test(text)) return text
  const tidy = text.replace(CONTROLS, '').replace(/\s+/g, ' ').trim()
  return /^(?:<?null>?|<none>|n\/a|#n\/a)$/i.test(tidy) ? '' : tidy
}

const CONTROLS = /(?!\s)[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu
const UNTIDY = /\s\s|[^\S ]|[\p{Cc}\p{Cs}\uFFFE\uFFFF]|^(?:<|#?n)/iu

/** `7.000000000000000` and `24,348` as what they count: `7`, `24348`. Other text as it is. */
export function wholeNumberText(value: unknown): string {
  const text = textOf(value)
  if (/^\d{1,9}$/.test(text)) return text.replace(/^0+(?=\d)/, '')
  const [, digits] = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.0*)?$/.exec(text) ?? []
  return digits === undefined ? text : digits.replaceAll(',', '').replace(/^0+(?=\d)/, '')
}

/** A key of the file's owner; without the commas and zeros of a program that wrote it as a decimal number. */
export function idOf(record: FileRecord, columns: readonly string[]): string {
  const text = joinedText(record, columns, '-')
  return /^\d{1,3}(?:,\d{3})*\.0+$|^\d+\.0+$/.test(text) ? wholeNumberText(text) : text
}

export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  const text = textOf(value)
  const number =
    text === ''
      ? Number.NaN
      : Number(/^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text)
  return Number.isFinite(number) ? number : undefined
}

/** A ZIP code's five digits, also from `94502-1234`, `945021234`, `24,348` and the number 2134; others as written. */
export function postcodeOf(value: unknown): string {
  const text = textOf(value)
  const [, digits] = /^(\d{5})[- ]?(?:\d{4})?$/.exec(text) ?? []
  if (digits !== undefined) return digits === '00000' ? '' : digits
  const number = wholeNumberText(text)
  if (number === '0') return ''
  return typeof value === 'number' && /^\d{3,4}$/.test(number) ? number.padStart(5, '0') : number
}

/** YYYY-MM-DD, also from `20240131`, `1/31/2024 0:00:00` and milliseconds since 1970 UTC. Undefined for no day. */
export function dayOf(value: unknown): string | undefined {
  const text = textOf(value)
  if (/^\d{12,13}$/.test(text)) return new Date(Number(text)).toISOString().slice(0, 10)
  const [, usMonth, usDay, usYear] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})\b/.exec(text) ?? []
  const [, isoYear, isoMonth, isoDay] = /^(\d{4})-?(\d\d)-?(\d\d)(?!\d)/.exec(text) ?? []
  const day = [usYear ?? isoYear, usMonth ?? isoMonth, usDay ?? isoDay].map(Number)
  const [year = 0, month = 0, date = 0] = day
  return isDay(year, month, date) ? day.map(part => String(part).padStart(2, '0')).join('-') : undefined
}

/** The values of several columns, in order. */
export function joinedText({ values }: FileRecord, columns: readonly string[], separator = ' '): string {
  const [only = ''] = columns
  if (columns.length === 1) return textOf(values[only])
  return columns
    .map(column => textOf(values[column]))
    .filter(Boolean)
    .join(separator)
}
