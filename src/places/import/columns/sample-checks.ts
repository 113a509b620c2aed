import { geometryFromText } from '../formats/wkt.ts'
import { dayOf, numberOf, postcodeOf, textOf, wholeNumberText } from '../rows/values.ts'
import { weekdaysOf, weekOf } from '../rows/weekdays.ts'
import type { ColumnRole } from './column-names.ts'

const DIRECTIONAL =
  /^(?:[NSEW]|[NS]\.?[EW]|NORTH|SOUTH|EAST|WEST|NORTH ?(?:EAST|WEST)|SOUTH ?(?:EAST|WEST))\.?$/i
/** Enough of Publication 28's suffixes to tell a column of street types from any other that is called `type`. */
const STREET_TYPE =
  /^(?:ALY|ALLEY|AVE?|AVENUE|BLVD|BOULEVARD|CIR|CIRCLE|COVE?|CV|CT|COURT|CRES|CTR|DR|DRIVE|EXPY|EXT|FWY|HL|HWY|HIGHWAY|LN|LA|LANE|LOOP|LP|PARK|PASS|PATH|PIKE|PKWY|PARKWAY|PL|PLACE|PLZ|PLAZA|PT|RD|ROAD|ROW|RUN|SQ|SQUARE|ST|STREET|TER|TERR|TERRACE|TPKE|TRCE|TRL|TRAIL|VW|WALK|WAY|WY|XING)\.?$/i
const STATE =
  /^(?:A[KLRSZ]|C[AOT]|D[CE]|F[LM]|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEHINOPST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AIT]|W[AIVY]|[A-Z][a-z]+(?: [A-Z][a-z]+)*|[A-Z]{4,}(?: [A-Z]+)*)$/
const HOUSE_NUMBER = /^[NSEW]?\d{1,6}(?:[-NSEW]?\d{1,6})?(?: ?(?:[A-Z]|[13]\/[234]))?$/i
const WHOLE_ADDRESS = /^[NSEW]?\d[\w-]*(?: 1\/2)? +(?=.*\p{L}{2})/iu
const LETTERS = /\p{L}{2}/u

const isNumber = (value: unknown) => numberOf(value) !== undefined
const isWhole = (value: unknown) => /^\d{1,7}$/.test(wholeNumberText(value))
const isShort = (value: unknown) => textOf(value).length <= 5
const hasLetters = (value: unknown) => LETTERS.test(textOf(value))
const isDirectional = (value: unknown) => DIRECTIONAL.test(textOf(value))
const isStreetType = (value: unknown) => STREET_TYPE.test(textOf(value))
const isPostcode = (value: unknown) =>
  /^(?:\d{5}|(?=.*\d)[A-Z0-9]{2,4} ?[A-Z0-9]{2,4})$/i.test(postcodeOf(value))
const isShortText = (value: unknown) => textOf(value) !== '' && textOf(value).length <= 60
const isAny = () => true

/** What a value of a column in this role looks like. */
export const looksLike: Readonly<Record<ColumnRole, (value: unknown) => boolean>> = {
  id: isAny,
  numberPrefix: isShort,
  number: value => HOUSE_NUMBER.test(wholeNumberText(value)),
  suffix: isShort,
  preModifier: hasLetters,
  preDirectional: isDirectional,
  preType: hasLetters,
  preSeparator: hasLetters,
  streetName: value => /[\p{L}\d]/u.test(textOf(value)),
  streetType: isStreetType,
  postDirectional: isDirectional,
  postModifier: hasLetters,
  street: hasLetters,
  unitType: hasLetters,
  unit: value => textOf(value).length <= 20,
  address: value => WHOLE_ADDRESS.test(textOf(value)),
  city: hasLetters,
  state: value => STATE.test(textOf(value)),
  postcode: isPostcode,
  lat: isNumber,
  long: isNumber,
  geometry: value => geometryFromText(textOf(value)) !== undefined,
  leftFrom: isWhole,
  leftTo: isWhole,
  rightFrom: isWhole,
  rightTo: isWhole,
  leftCity: hasLetters,
  rightCity: hasLetters,
  leftPostcode: isPostcode,
  rightPostcode: isPostcode,
  roadClass: isShortText,
  owner: isShortText,
  from: value => /^\d{4}-?\d\d-?\d\d|^\d{1,2}\/\d{1,2}\/\d{4}|^\d{13}$/.test(textOf(value)),
  districtName: isShortText,
  holder: hasLetters,
  phone: value => /\d{3}/.test(textOf(value)),
  email: value => textOf(value).includes('@'),
  url: value => /^https?:|^www\.|\.\w{2,}/i.test(textOf(value)),
  termFrom: value => dayOf(value) !== undefined,
  termTo: value => dayOf(value) !== undefined,
  days: value => weekdaysOf(textOf(value)) !== undefined,
  week: value => weekOf(textOf(value)) !== undefined,
  placeName: hasLetters,
  placeKind: hasLetters,
}
