import fc from 'fast-check'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { catalogues, type MessageKey, translator } from '../src/core/i18n.ts'
import { parseTrackingNumber, trackingNumber } from '../src/core/ids.ts'
import { readInstant, readNumber } from '../src/core/input.ts'
import { Problem } from '../src/core/problem.ts'
import { readKey } from '../src/identity/programs/keys.ts'
import { readMoment } from '../src/open311/format/dates.ts'
import { readPlace } from '../src/regions/inquiry.ts'
import { readCursor, writeCursor } from '../src/requests/list/cursor.ts'
import { cleanPhoto } from '../src/requests/media/photo.ts'
import { chooseLanguage } from '../src/web/language.ts'
import { fuzzing } from './support/fuzz.ts'
import { damaged, hostileHeader, hostileText } from './support/hostile.ts'
import { jpeg, png, secret, webp } from './support/photos.ts'
import { deployment } from './support/terminal.ts'

/* Parsers of single typed or sent values: each returns the value or an error, and never throws. */

const { tries, timeout, inputs } = fuzzing(3000)

describe('what is typed', { timeout }, () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789+-.eE:TZ, '), maxLength: 30 })
  const typed = fc.oneof(hostileText, digits)

  test('a place is read as one on the globe, or its errors are told', () => {
    fc.assert(
      fc.property(typed, typed, (lat, long) => {
        const { place, errors } = readPlace(lat, long, { areasAt: () => [0] })
        if (place !== null) {
          expect([Math.abs(place.lat) <= 90, Math.abs(place.long) <= 180]).toEqual([true, true])
          expect(errors).toEqual([])
        } else expect(errors.length > 0).toBe(lat.trim() !== '' || long.trim() !== '')
      }),
      tries(1),
    )
  })

  test('numbers, instants and days are read within their bounds, or not at all', () => {
    const day = fc.tuple(fc.nat(10_000), fc.nat(99), fc.nat(99)).map(([year, month, day]) =>
      [year, month, day]
        .map(part => String(part).padStart(2, '0'))
        .join('-')
        .padStart(10, '0'),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          typed,
          day,
          day.map(written => `${written}T24:00:00Z`),
        ),
        written => {
          const { value = 0 } = readNumber('limit', written, 1, 200)
          expect(value === 0 || (value >= 1 && value <= 200)).toBe(true)
          const instant = readInstant('at', written)
          expect(instant.value === undefined || Number.isFinite(instant.value)).toBe(true)
          const moment = readMoment('start_date', written, 'America/New_York')
          const { from, to } = moment.value ?? { from: 0, to: 0 }
          expect(from <= to && Number.isFinite(from) && Number.isFinite(to)).toBe(true)
          if (written.trim() !== '')
            expect((moment.value === undefined) === moment.errors.length > 0).toBe(true)
        },
      ),
      tries(2),
    )
  })

  test.each(['2026-13-05', '2026-00-05', '2026-02-30', '0000-00-00', '2026-13-05T00:00:00Z'])(
    '%s is no day',
    written => {
      expect(readMoment('start_date', written, 'America/New_York')).toMatchObject({
        value: undefined,
        errors: [{ field: 'start_date', code: 'not-a-date' }],
      })
    },
  )

  test('the last day that four digits can write is one', () => {
    expect(readMoment('end_date', '9999-12-31', 'America/New_York').errors).toEqual([])
  })

  test('a tracking number is read from any typing of it, and from nothing else', () => {
    const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{2,4}$/), hostileText, (code, noise) => {
        const id = trackingNumber(random, code)
        for (const typing of [
          id,
          id.toLowerCase(),
          `\u2068${id}\u2069\v`,
          ` ${id.replaceAll('-', ' – ')} `,
          id.replaceAll('-', ''),
        ])
          expect(parseTrackingNumber(typing)).toEqual({ id, code })
        const read = parseTrackingNumber(noise)
        expect(read === undefined || /^[A-Z]{2,4}-[2-9A-Z]{5}-[2-9A-Z]{5}$/.test(read.id)).toBe(true)
      }),
      tries(1),
    )
  })

  test('keys and cursors are read as they were written, or not at all', () => {
    fc.assert(
      fc.property(hostileText, fc.nat(), fc.nat(), (text, requestedAt, seq) => {
        expect(readKey(text)).toBeUndefined()
        const { value, errors } = readCursor(text)
        expect(value === undefined).toBe(text === '' || errors.length > 0)
        const cursor = writeCursor([{ requestedAt, seq }], 1) ?? ''
        expect(readCursor(cursor).value).toEqual({ requestedAt, seq })
      }),
      tries(1),
    )
  })
})

describe('a photo', { timeout }, () => {
  const read = (bytes: Uint8Array<ArrayBuffer>) => {
    try {
      return cleanPhoto(bytes)
    } catch (error) {
      expect(error).toBeInstanceOf(Problem)
      expect([413, 415]).toContain((error as Problem).status)
      return undefined
    }
  }

  test.each([
    ['JPEG', jpeg()],
    ['PNG', png()],
    ['WebP', webp()],
  ])('a %s keeps its picture and loses everything else, however often it is cleaned', (_, whole) => {
    const { bytes } = cleanPhoto(whole)
    expect(new TextDecoder('latin1').decode(bytes)).not.toContain(secret)
    expect(cleanPhoto(bytes).bytes).toEqual(bytes)
  })

  test.each([
    ['JPEG', jpeg()],
    ['PNG', png()],
    ['WebP', webp()],
  ])('a damaged %s is refused, or is clean and reads the same again', (_, whole) => {
    fc.assert(
      fc.property(damaged(whole), bytes => {
        const clean = read(bytes)
        if (clean === undefined) return
        expect(read(clean.bytes)).toEqual(clean)
        expect(clean.bytes.length).toBeLessThanOrEqual(bytes.length + 36)
      }),
      tries(2),
    )
  })

  test('bytes of no kind are refused', () => {
    const magic = fc.constantFrom(
      [0xff, 0xd8, 0xff],
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
      [...new TextEncoder().encode('RIFF\xff\xff\xff\xffWEBP')],
      [],
    )
    fc.assert(
      fc.property(magic, fc.uint8Array({ maxLength: 300 }), (magic, rest) => {
        const clean = read(new Uint8Array([...magic, ...rest]))
        if (clean !== undefined) expect(read(clean.bytes)).toEqual(clean)
      }),
      tries(2),
    )
  })
})

describe('a language', { timeout }, () => {
  const app = new Hono().get('/', c => c.text(chooseLanguage(c, ['es', 'en', 'xx'])))

  test('is always one that is offered and has a catalogue', async () => {
    await fc.assert(
      fc.asyncProperty(hostileHeader, hostileHeader, hostileText, async (accepted, cookie, lang) => {
        const headers = { 'accept-language': accepted, cookie: `language=${cookie}` }
        const answer = await app.request(`/?lang=${encodeURIComponent(lang.toWellFormed())}`, { headers })
        expect(['es', 'en']).toContain(await answer.text())
      }),
      tries(0.5),
    )
  })

  test('says every message, whatever its arguments hold', () => {
    const value = fc.oneof(hostileText, fc.double(), fc.constantFrom('<b>', '{x}', "''", '#', NaN, Infinity))
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(catalogues.en) as MessageKey[])),
        fc.constantFrom('en', 'es', 'ht', '__proto__'),
        fc.infiniteStream(value),
        (key, language, values) => {
          const names = [...catalogues.en[key].matchAll(/\{(\w+)/g)].map(([, name = '']) => name)
          const params = Object.fromEntries(names.map(name => [name, values.next().value ?? '']))
          expect(typeof translator(language)(key, params)).toBe('string')
        },
      ),
      tries(2),
    )
  })
})

describe('the command line', { timeout }, () => {
  test('answers 0, 1 or 2 with a reason and no stack, whatever it is given', {
    timeout: 300_000,
  }, async () => {
    const { countyline, write } = deployment()
    write('lake', new Map([['region.yaml', 'name: Lake']]))
    const word = fc.constantFrom(
      'validate',
      'plan',
      'apply',
      'export',
      'route',
      'boundaries',
      'import',
      'services',
      'keys',
      'create',
      'migrate',
      'jobs',
      '--region',
      '--service',
      '--at',
      '--when',
      '--accuracy',
      '--answer',
      '--jurisdiction',
      '--name-field',
      '--json',
      '--help',
      '--',
      '-',
      '--retry',
      '--database',
      'lake',
      'lake=',
      '=',
      '38.6,-74.3',
    )
    const known = fc.constantFrom(
      ['validate'],
      ['plan'],
      ['apply'],
      ['export'],
      ['route'],
      ['boundaries', 'import'],
      ['services', 'import'],
      ['keys', 'create'],
      ['migrate'],
      ['jobs'],
    )
    const given = fc.tuple(known, fc.array(fc.oneof(word, hostileText), { maxLength: 6 }))
    await fc.assert(
      fc.asyncProperty(given, async ([name, rest]) => {
        const argv = [...name, ...rest.filter(text => text !== '--json')]
        const { code, out, err } = await countyline(...argv)
        expect([0, 1, 2]).toContain(code)
        if (code !== 0) expect(out + err).toMatch(/\S/)
        expect(out + err).not.toMatch(/\n\s+at .+:\d+|(?:Type|Range|Reference)Error/)
      }),
      tries(0.05),
    )
  })
})

test.runIf(process.env.FUZZ_RUNS === undefined)('they were many', () => {
  expect(inputs()).toBeGreaterThanOrEqual(45_000)
})
