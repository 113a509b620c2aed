import fc from 'fast-check'

/* What people, programs and vandals have sent to sites like this one. */

const words = [
  '',
  ' ',
  '0',
  '-0',
  '-1',
  '1.5',
  '1e400',
  '-1e400',
  '9007199254740993',
  '99999999999999999999',
  '0x1f',
  'NaN',
  'Infinity',
  'null',
  'undefined',
  'true',
  '[]',
  '{}',
  '__proto__',
  'constructor',
  'toString',
  '.',
  '..',
  '../../etc/passwd',
  '/',
  '//',
  '\\',
  '*',
  '?',
  '#',
  "' OR 1=1 --",
  '" OR * NEAR(',
  '"',
  "'",
  '`',
  ';',
  '<script>alert(1)</script>',
  '<![CDATA[',
  ']]>',
  '&amp;',
  '&#0;',
  '{min, number}',
  '{{7*7}}',
  '\0',
  'a\0b',
  '\x07',
  '\u001b[31m',
  '\r\n',
  'a\r\nSet-Cookie: a=b',
  '\u202e',
  '\ufeff',
  '\ufffd',
  '\ud800',
  'a\udfff',
  '👩‍👩‍👧‍👦',
  'é',
  'e\u0301',
  'ﷺ',
  'ǰ',
  'İ',
  'ß',
  '北京',
  '2026-02-30',
  '0000-01-01',
  '9999-12-31',
  '2026-08-12T16:00:00Z',
  '9999-12-31T23:59:59Z',
  '+275760-09-13',
  'WM-4KT7X-9QXC2',
  '38.6',
  '-74.3',
  '90',
  '180',
  '-180',
  '1e-400',
]

/** Any text, most of it known trouble. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...words) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...words, 'a', '.', '@', 'é'), fc.constantFrom(300, 5000, 70_000))
      .map(([word, length]) => (word || ' ').repeat(Math.ceil(length / (word.length || 1)))),
  },
)

/** Text as it may occur in a URL: percent sequences complete, truncated, doubled, and not UTF-8. */
export const hostileEncoded: fc.Arbitrary<string> = fc.oneof(
  hostileText.map(text => encodeURIComponent(text.toWellFormed()).slice(0, 8000)),
  fc.constantFrom(
    '%',
    '%z',
    '%zz',
    '%00',
    '%ff',
    '%c3%28',
    '%ed%a0%80',
    '%f4%90%80%80',
    '%2e%2e%2f',
    '%252e%252e%252f',
    '%2F',
    '%5c',
    '%0d%0aSet-Cookie:a=b',
    '..;',
    '+',
    '%E2%80%AE',
  ),
)

/** Any JSON value, including deep and wide ones and keys that objects already have. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  hostileText,
  fc.constantFrom(null, true, 0, -0, 1e308, -1e308, 5e-324, 90.1, -74.3, 38.6, 2 ** 53, [], {}, [[]], [null]),
  fc.array(hostileText, { maxLength: 5 }),
)

/** A header value that HTTP lets through. */
export const hostileHeader: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map(code => String.fromCharCode(code)) }),
  fc.string({ unit: fc.integer({ min: 0xa0, max: 0xff }).map(code => String.fromCharCode(code)) }),
  fc.constantFrom('', '*', 'null', ';;;', '=', 'q=', 'a'.repeat(5000), 'en;q=x, es;q=2, ht;q=-1', '*;q=0'),
)

/** Bytes of a text or file, unchanged or with a few bytes changed, cut or added. */
export function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const at = fc.nat(Math.max(0, bytes.length))
  const damage = fc.oneof(
    fc.record({ at, cut: fc.nat(8), put: fc.uint8Array({ maxLength: 8 }) }),
    fc.record({ at, cut: fc.constant(bytes.length), put: fc.constant(new Uint8Array()) }),
    fc.record({
      at,
      cut: fc.constantFrom(1, 2, 4),
      put: fc.constantFrom(
        new Uint8Array([0xff]),
        new Uint8Array([0, 0]),
        new Uint8Array([0xff, 0xff, 0xff, 0xff]),
      ),
    }),
  )
  return fc.array(damage, { maxLength: 4 }).map(damages => {
    let changed = [...bytes]
    for (const { at, cut, put } of damages) {
      const from = Math.min(at, changed.length)
      changed = [...changed.slice(0, from), ...put, ...changed.slice(from + cut)]
    }
    return new Uint8Array(changed)
  })
}
