import { expect, test } from 'vitest'
import { isLocalNumber, readPhone } from '../src/core/phone.ts'

test.each([
  ['(555) 010-0123', '+15550100123'],
  ['1-555-010-0123', '+15550100123'],
  ['555.010.0123', '+15550100123'],
  ['+1 555 010 0123', '+15550100123'],
  ['+1 (0)555 010 0123', '+15550100123'],
  ['tel:+1-555-010-0123', '+15550100123'],
  ['\u202a+1 555 010 0123\u202c', '+15550100123'],
  ['\u2066(555)\u00a0010\u20110123\u2069', '+15550100123'],
  ['５５５ ０１０ ０１２３', '+15550100123'],
  ['555-010-0123 ext. 12', '+15550100123;ext=12'],
  ['+44 (0)7700 900123', '+447700900123'],
  ['\u202a+44 (0)7700 900123\u202c', '+447700900123'],
  ['0044 7700 900123', '+447700900123'],
  ['011 44 7700 900123', '+447700900123'],
  ['+49 (0)30 123456', '+4930123456'],
  ['+39 06 698 12345', '+390669812345'],
  ['+509 34 10 1234', '+50934101234'],
])('%j, typed in the US, is %s', (typed, number) => {
  expect(readPhone(typed, '1')).toBe(number)
})

test.each([
  '',
  '311',
  '+1 555 010 010',
  '+1 555 0199',
  '555 010 010',
  '+1 555 010 01234',
  '+1 123 456 7890',
  '+44 7700 90',
  '+999 1234 5678',
  '07700 900123',
  'call me',
  '555 010 0123 or 555 010 0124',
  `+1${'5'.repeat(1000)}`,
])('%j, typed in the US, is no whole number', typed => {
  expect(readPhone(typed, '1')).toBeUndefined()
})

test('a number without a country is in the region’s own', () => {
  expect(readPhone('07700 900123', '44')).toBe('+447700900123')
  expect(readPhone('(555) 010-0123', undefined)).toBeUndefined()
})

test('a number without its area code is one for whoever is nearby', () => {
  expect(['555 0199', '555-0199', '5550199'].map(typed => isLocalNumber(typed, '1'))).toEqual([
    true,
    true,
    true,
  ])
  expect(['155 0199', '555 019', '+1 555 0199', '311'].some(typed => isLocalNumber(typed, '1'))).toBe(false)
  expect(isLocalNumber('07700 900123', undefined)).toBe(true)
  expect(isLocalNumber('+1 555 010 010', undefined)).toBe(false)
})
