import { parseAddress } from '../../address/parse.ts'
import { wordKey } from '../../address/tokens.ts'
import { isUnitWord } from '../../address/units.ts'
import { postcodeOf } from './values.ts'

/** What a whole address in one column says; '' for what it does not. */
export interface WholeAddress {
  readonly number: string
  readonly suffix: string
  readonly street: string
  readonly unit: string
  readonly city: string
  readonly state: string
  readonly postcode: string
}

const NOTHING: WholeAddress = {
  number: '',
  suffix: '',
  street: '',
  unit: '',
  city: '',
  state: '',
  postcode: '',
}

// Most are no more than a number and words, of which reading them as people type them makes nothing else.
const PLAIN = /^(\d{1,6}) ((?:[NSEW]{1,2} )?\p{L}{3,}(?: \p{L}{2,})*)$/u

export function wholeAddress(text: string): WholeAddress {
  if (text === '') return NOTHING
  const [, plainNumber, plainStreet = ''] = PLAIN.exec(text) ?? []
  if (plainNumber !== undefined && !plainStreet.split(' ').some(word => isUnitWord(wordKey(word))))
    return { ...NOTHING, number: plainNumber, street: plainStreet }
  const parsed = parseAddress(text)
  if (parsed.kind !== 'address' || parsed.number === undefined) return NOTHING
  const { key, suffix = '' } = parsed.number
  return {
    number: key
      .slice(0, key.length - suffix.length)
      .trim()
      .toUpperCase(),
    suffix: suffix.toUpperCase(),
    street: parsed.street.text,
    unit: parsed.units.join(' '),
    city: parsed.city ?? '',
    state: parsed.state ?? '',
    postcode: postcodeOf(parsed.postcode),
  }
}
