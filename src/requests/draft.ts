import type { Place } from '../core/geometry.ts'
import { isPublicWebAddress } from '../core/http/addresses.ts'
import { isDay, readInstant } from '../core/input.ts'
import { isLocalNumber, readPhone } from '../core/phone.ts'
import type { FieldError } from '../core/problem.ts'
import { cleanEmail, cleanLine, isEmail, isLongerThan, MAX_LINE } from '../core/text.ts'
import type { QuestionDocument, ServiceDocument } from '../regions/documents/schemas/services.ts'
import { placeErrors } from '../regions/inquiry.ts'
import type { Channel } from './schema.ts'

/** From the web form, GeoReport or the JSON API; not yet validated. */
export interface Draft {
  readonly service: string
  readonly place: Place | null
  /** Radius of the location error in meters; 0 for an address, and for a program's point. */
  readonly accuracy: number
  /** The device sent what it sends without one: the place may be missing, for a person to find. */
  readonly hasNoPosition?: boolean | undefined
  readonly address: string
  readonly addressId: string
  readonly zipcode: string
  readonly description: string
  /** By question code; also answers routing's own question. Only list questions have several values. */
  readonly answers: Readonly<Record<string, readonly string[]>>
  readonly contact: Contact
  readonly follow?: boolean | undefined
  readonly media: readonly string[]
  readonly mediaUrl: string
  readonly language: string
  readonly channel: Channel
  /** In milliseconds; routing is as of this instant (S7). */
  readonly incidentAt?: number | undefined
}

export interface Contact {
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly phone: string
  readonly deviceId: string
  readonly accountId: string
  /** Consents to sharing these details with a body that takes over the request. */
  readonly shared: boolean
}

export const noContact: Contact = {
  firstName: '',
  lastName: '',
  email: '',
  phone: '',
  deviceId: '',
  accountId: '',
  shared: false,
}

/** With the text of the question at the time, since questions change. */
export interface GivenAnswer {
  readonly code: string
  readonly question: string
  readonly values: readonly { readonly key: string; readonly label: string }[]
}

export const MAX_DESCRIPTION = 4000
const MAX_ANSWER = 4000
export const MAX_MEDIA = 5

/**
 * With one line in single-line fields, where what was pasted may have more; the phone number in E.164 unless it is
 * local.
 */
export function cleanDraft(
  draft: Draft,
  { questions = [] }: ServiceDocument,
  callingCode: string | undefined,
): Draft {
  const { shared, email, ...details } = draft.contact
  const lines = questions.filter(({ type, options }) => type !== 'paragraph' && options === undefined)
  const oneLine = new Set(lines.map(({ code }) => code))
  const answers = Object.entries(draft.answers).map(([code, given]) => [
    code,
    oneLine.has(code) ? given.map(cleanLine) : given,
  ])
  return {
    ...draft,
    addressId: cleanLine(draft.addressId),
    zipcode: cleanLine(draft.zipcode),
    answers: Object.fromEntries(answers),
    contact: {
      ...eachLine(details),
      email: cleanEmail(email),
      phone: readPhone(details.phone, callingCode) ?? cleanLine(details.phone),
      shared,
    },
  }
}

function eachLine<Lines extends Readonly<Record<string, string>>>(lines: Lines): Lines {
  return Object.fromEntries(Object.entries(lines).map(([name, line]) => [name, cleanLine(line)])) as Lines
}

/** All errors at once, so that they can be corrected together. A question's field is `answers.<code>`. */
export function draftErrors(draft: Draft, service: ServiceDocument, callingCode?: string): FieldError[] {
  const errors: FieldError[] = []
  const line = (field: string, text: string, max = MAX_LINE) => {
    if (isLongerThan(text, max)) errors.push({ field, code: 'too-long', params: { max } })
  }
  if (draft.place !== null) errors.push(...placeErrors(draft.place))
  else if (isPlaceMissing(draft, service)) {
    errors.push({ field: 'place', code: 'required' })
  }
  if (!(draft.accuracy >= 0 && draft.accuracy <= 100_000)) {
    errors.push({ field: 'accuracy', code: 'out-of-range', params: { min: 0, max: 100_000 } })
  }
  line('description', draft.description, MAX_DESCRIPTION)
  line('address', draft.address, 500)
  line('addressId', draft.addressId)
  line('zipcode', draft.zipcode, 20)
  const { shared: _, ...details } = draft.contact
  for (const [field, text] of Object.entries(details)) line(field, text)
  const { email, phone } = draft.contact
  if (email !== '' && !isEmail(email)) errors.push({ field: 'email', code: 'not-an-email' })
  if (email === '' && draft.follow) errors.push({ field: 'email', code: 'required' })
  if (phone !== '' && !isLocalNumber(phone, callingCode) && readPhone(phone, callingCode) === undefined)
    errors.push({ field: 'phone', code: 'not-a-phone' })
  line('mediaUrl', draft.mediaUrl, 2000)
  if (draft.mediaUrl !== '' && !isPublicWebAddress(draft.mediaUrl)) {
    const code = isWebAddress(draft.mediaUrl) ? 'not-a-public-url' : 'not-a-url'
    errors.push({ field: 'mediaUrl', code })
  }
  if (draft.media.length > MAX_MEDIA)
    errors.push({ field: 'media', code: 'too-many', params: { max: MAX_MEDIA } })
  for (const question of service.questions ?? []) errors.push(...answerErrors(question, draft.answers))
  return errors
}

function isPlaceMissing({ address, addressId, hasNoPosition = false }: Draft, service: ServiceDocument) {
  return address.trim() === '' && addressId.trim() === '' && !hasNoPosition && service.location !== 'optional'
}

function answerErrors(question: QuestionDocument, answers: Draft['answers']): FieldError[] {
  if (question.type === 'notice') return []
  const field = `answers.${question.code}`
  const given = givenAnswers(question.code, answers)
  if (given.length === 0) return question.required ? [{ field, code: 'required' }] : []
  if (given.length > 1 && question.type !== 'choices')
    return [{ field, code: 'too-many', params: { max: 1 } }]
  return given.flatMap((answer): FieldError[] => {
    if (isLongerThan(answer, MAX_ANSWER)) return [{ field, code: 'too-long', params: { max: MAX_ANSWER } }]
    switch (question.type) {
      case 'number':
        return answer.trim() !== '' && Number.isFinite(Number(answer))
          ? []
          : [{ field, code: 'not-a-number' }]
      case 'date':
        return isDateOrTime(answer) ? [] : [{ field, code: 'not-a-date' }]
      case 'choice':
      case 'choices':
        return question.options?.some(option => option.key === answer)
          ? []
          : [{ field, code: 'not-an-option' }]
      default:
        return []
    }
  })
}

/** GeoReport: an empty value acts exactly like an absent one. */
export function givenAnswers(code: string, answers: Draft['answers']): readonly string[] {
  return (Object.hasOwn(answers, code) ? (answers[code] ?? []) : []).filter(answer => answer.trim() !== '')
}

function isDateOrTime(typed: string): boolean {
  const [, year, month, day, time = ''] = /^(\d{4})-(\d{2})-(\d{2})(?:T(.+))?$/.exec(typed) ?? []
  if (!isDay(Number(year), Number(month), Number(day))) return false
  return time === '' || /^\d{2}:\d{2}(:\d{2})?$/.test(time) || readInstant('', typed).value !== undefined
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
