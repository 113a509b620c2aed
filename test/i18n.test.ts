import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  formatClockTime,
  formatDate,
  formatDateTime,
  formatWeekdayDate,
  isoDate,
  lastMinute,
} from '../src/core/dates.ts'
import { catalogues, type Language, type MessageKey, translator } from '../src/core/i18n.ts'
import type { FieldErrorCode, ProblemSlug } from '../src/core/problem.ts'
import type { CloseReason, Status } from '../src/requests/schema.ts'
import { formatStep } from '../src/routing/format.ts'
import { type TraceCode, traceMessages } from '../src/routing/trace.ts'

const languages = Object.keys(catalogues) as Language[]
const others = languages.filter(language => language !== 'en')
const keys = Object.keys(catalogues.en) as MessageKey[]

type Ast = ReturnType<IntlMessageFormat['getAst']>

/** The parts of a message, choices included: the names of its arguments, and its words. */
function partsOf(text: string): { names: string[]; words: string } {
  const names = new Set<string>()
  let words = ''
  const walk = (nodes: Ast) => {
    for (const node of nodes) {
      if (node.type === 0) words += `${node.value} `
      else if ('value' in node) names.add(node.value)
      if ('options' in node) for (const option of Object.values(node.options)) walk(option.value)
    }
  }
  walk(new IntlMessageFormat(text, 'en').getAst())
  return { names: [...names].sort(), words: words.replace(/[^\p{L} ]/gu, '').trim() }
}

describe.each(others)('the catalogue of %s', language => {
  test('has every message, and none besides', () => {
    expect(Object.keys(catalogues[language])).toEqual(Object.keys(catalogues.en))
  })

  test.each(keys)('takes the same arguments in %s', key => {
    expect(partsOf(catalogues[language][key]).names).toEqual(partsOf(catalogues.en[key]).names)
  })

  test('leaves nothing in English', () => {
    const isWordy = (words: string) => /\p{L}{4}/u.test(words)
    const same = keys.filter(key => {
      const { words } = partsOf(catalogues.en[key])
      return isWordy(words) && partsOf(catalogues[language][key]).words === words
    })
    expect(same).toEqual([])
  })
})

test('whatever the code can say has a message', () => {
  expectTypeOf<`problem-${ProblemSlug}` | `problem-${ProblemSlug}-help`>().toExtend<MessageKey>()
  expectTypeOf<`error-${FieldErrorCode}`>().toExtend<MessageKey>()
  expectTypeOf<`trace-${TraceCode}`>().toExtend<MessageKey>()
  expectTypeOf<`status-${Status}` | `event-${Status}` | `closed-${CloseReason}`>().toExtend<MessageKey>()
})

test('no message is left over', () => {
  const sources = sourcesIn('src').filter(file => !file.includes('/messages/'))
  const code = sources.map(file => readFileSync(file, 'utf8')).join('\n')
  const families = [...code.matchAll(/`([a-z-]+-)\$\{[^}]+\}([a-z-]*)`/g)].map(
    ([, before, after]) => new RegExp(`^${before}[\\w-]+${after}$`),
  )
  const unused = keys.filter(key => !code.includes(`'${key}'`) && !families.some(family => family.test(key)))
  expect(unused).toEqual([])
})

test('the English trace is what routing says', () => {
  for (const [code, text] of Object.entries(traceMessages)) {
    expect(catalogues.en[`trace-${code as TraceCode}`]).toBe(text)
  }
})

test('a language without a catalogue reads English', () => {
  expect(translator('de')('continue')).toBe('Continue')
})

describe('dates', () => {
  const at = Date.parse('2026-07-01T03:30:00Z')
  test.each([
    ['en', 'June 30, 2026, 11:30 PM', 'Tuesday, June 30'],
    ['es', '30 de junio de 2026, 11:30 p. m.', 'martes 30 de junio'],
    ['ht', '30 jen 2026, 11:30 PM', 'madi 30 jen'],
  ])('in %s are in the zone of the body', (language, moment, weekday) => {
    expect(formatDateTime(translator(language), at, 'America/New_York')).toBe(moment)
    expect(formatWeekdayDate(translator(language), at, 'America/New_York')).toBe(weekday)
  })

  test.each([
    ['2026-09-05T04:00:00Z', 'September 4, 2026, 11:59 PM'],
    ['2026-09-05T04:00:01Z', 'September 5, 2026, 12 AM'],
    ['2026-09-05T00:00:00Z', 'September 4, 2026, 8 PM'],
    // Clocks there skip this midnight.
    ['2026-04-23T22:00:00Z', 'April 23, 2026, 11:59 PM', 'Africa/Cairo'],
  ])('what ends at %s ends on %s', (end, text, zone = 'America/New_York') => {
    expect(formatDateTime(translator('en'), lastMinute(Date.parse(end), zone), zone)).toBe(text)
  })

  test('every month has a name in every language', () => {
    for (const language of languages) {
      const months = Array.from({ length: 12 }, (_, month) =>
        formatDate(translator(language), Date.UTC(2026, month, 15, 12), 'UTC'),
      )
      expect(new Set(months.map(text => text.replace(/\d/g, ''))).size).toBe(12)
    }
  })

  test.each([
    [0, '12 AM'],
    [12 * 60, '12 PM'],
    [24 * 60, '12 AM'],
    [17 * 60 + 5, '5:05 PM'],
  ])('%i minutes after midnight is %s', (minutes, text) => {
    expect(formatClockTime(translator('en'), minutes)).toBe(text)
  })

  test('a trace says its dates in words', () => {
    const step = { code: 'in-area-since', params: { area: 'Hollis', since: '2019-07-01' } } as const
    expect(formatStep(translator('ht'), 'us', step)).toContain(isoDate(translator('ht'), '2019-07-01'))
    expect(formatStep(translator('en'), 'us', step)).toBe(
      'The location is in Hollis. It has been part of Hollis since July 1, 2019.',
    )
  })
})

function sourcesIn(folder: string): string[] {
  const root = fileURLToPath(new URL(`../${folder}/`, import.meta.url))
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
}

test('no page holds a text of its own: all are in the catalogues', () => {
  const rooms = ['src/citizen', 'src/web', 'src/workspace']
  const files = rooms.flatMap(sourcesIn).filter(file => file.endsWith('.tsx'))
  expect(files.length).toBeGreaterThan(15)
  const written = files.flatMap(file => {
    const source = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
    const texts = [...source.matchAll(/<\/?[a-z][^<>]*>\s*([^<>{}()=;]*\p{L}{2,}[^<>{}()=;]*)\s*(?=<|\{)/gu)]
    const attributes = [...source.matchAll(/\b(?:title|alt|placeholder|aria-label|label|hint)="([^"]+)"/g)]
    return [...texts, ...attributes].map(([, text]) => `${file}: ${text?.trim()}`)
  })
  expect(written).toEqual([])
})
