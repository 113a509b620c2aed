import { expect, test } from 'vitest'
import { cleanEmail, cleanLine, cleanText, isEmail } from '../src/core/text.ts'

test.each([
  'ada@example.org',
  'ada+311@example.org',
  "sean.o'brien@example.org",
  'o_k-1@a.b.c.example.org',
  'ADA@EXAMPLE.ORG',
  'clerk@city.photography',
  'clerk@xn--mnchen-3ya.example',
  '1@example.co',
  '{tag}=x&y@example.org',
  `${'a'.repeat(64)}@example.org`,
])('%s is an email address', text => {
  expect(isEmail(text)).toBe(true)
})

test.each([
  '',
  'ada',
  'ada@',
  '@example.org',
  'ada@localhost',
  'ada@example.',
  'ada@.example',
  'ada@-example.org',
  'ada@example..org',
  'ada@exa mple.org',
  'ada @example.org',
  ' ada@example.org',
  'ada@example.org\n',
  'ada@example.org\r\nBcc: b@example.org',
  'ada@example.org,b@example.org',
  'Ada <ada@example.org>',
  '"ada"@example.org',
  'ada@b@example.org',
  'ada\u0000@example.org',
  '\u202eada@mail.example',
  'ada@mail.example.',
  'ada@mail..example',
  'ada..lovelace@mail.example',
  '.ada@mail.example',
  'ada.@mail.example',
  'ada@192.0.2.1',
  'ada@mail.123',
  'ada@mail.c',
  'ada@mäil.example',
  `${'a'.repeat(65)}@mail.example`,
  `${'a'.repeat(200)}@example.org`,
])('%j is not an email address', text => {
  expect(isEmail(text)).toBe(false)
})

test('the line ends of word processors are line feeds, and what cannot be shown is dropped', () => {
  expect(cleanText('a\vb\fc\u0085d\u2028e\u2029f')).toBe('a\nb\nc\nd\ne\nf')
  expect(cleanText('\0a\x07b\x1b[31mc\x7f\x9f\ud800\ufffe')).toBe('ab[31mc')
  expect(cleanText('a\tb\r\nc 👩‍👩‍👧 مرحبا')).toBe('a\tb\r\nc 👩‍👩‍👧 مرحبا')
  expect(cleanLine(' Ada\v Love\0lace\n')).toBe('Ada Lovelace')
})

test.each([
  ' ada@mail.example ',
  'ada@mail.example.',
  '\u202eada@mail.example\u202c',
  '\u2066ada@mail.example\u2069',
  '\ufeffada@\u200bmail.example\u200f',
])('%j is read as the address that was meant', typed => {
  expect(cleanEmail(typed)).toBe('ada@mail.example')
})

test.each([
  ['ada@mäil.example', 'ada@xn--mil-qla.example'],
  ['Ada@MÄIL.example.', 'Ada@xn--mil-qla.example'],
  ['ada@例え.テスト', 'ada@xn--r8jz45g.xn--zckzah'],
])('%j is read as %s, an email address', (typed, meant) => {
  expect(cleanEmail(typed)).toBe(meant)
  expect(isEmail(cleanEmail(typed))).toBe(true)
})

test.each(['ada@mä il.example', 'ada@mä/il.example', 'ada@mä:80', 'adä@mail.example', 'ada@ä..example'])(
  '%j is no email address in another script either',
  typed => {
    expect(isEmail(cleanEmail(typed))).toBe(false)
  },
)
