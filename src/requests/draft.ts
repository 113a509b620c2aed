import type { Place } from '../core/geometry.ts'
import type { FieldFault } from '../core/problem.ts'
import { hasControlCharacters, isEmail, MAX_LINE } from '../core/text.ts'
import type { QuestionDocument, ServiceDocument } from '../regions/documents.ts'
import { isDay, placeFaults, readInstant } from '../regions/inquiry.ts'
import type { Channel } from './schema.ts'

/** A report as it arrives at any door: the web form, GeoReport or the JSON API. Not yet checked. */
export interface Draft {
  readonly service: string
  readonly place: Place | null
  /** Radius of the location error in metres; 0 for a point from a map or an address. */
  readonly accuracy: number
  /** The place in words: an address, or whatever the person says. */
  readonly address: string
  readonly addressId: string
  readonly zipcode: string
  readonly description: string
  /** By question code; a list question has several. Also holds the answer to routing's own question. */
  readonly answers: Readonly<Record<string, readonly string[]>>
  readonly contact: Contact
  /** Told by e-mail what happens to it. */
  readonly follow?: boolean | undefined
  /** Photos already uploaded for this report. */
  readonly media: readonly string[]
  readonly mediaUrl: string
  readonly language: string
  readonly channel: Channel
  /** When it happened, if that was before the report, in milliseconds: who was responsible then is (S7). */
  readonly incidentAt?: number | undefined
}

export interface Contact {
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly phone: string
  readonly deviceId: string
  readonly accountId: string
  /** Agrees that whoever takes the matter over may have these details too. */
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

/** An answer as it is kept: with the words that were asked, since questions change. */
export interface Answer {
  readonly code: string
  readonly question: string
  readonly values: readonly { readonly key: string; readonly label: string }[]
}

export const MAX_DESCRIPTION = 4000
const MAX_ANSWER = 4000
export const MAX_MEDIA = 5

/**
 * Every fault of a draft against the service's own definition, so that all can be mended at once. Field names are
 * the draft's; a question's is `answers.<code>`.
 */
export function draftFaults(draft: Draft, service: ServiceDocument): FieldFault[] {
  const faults: FieldFault[] = []
  const line = (field: string, text: string, max = MAX_LINE) => {
    if (text.length > max) faults.push({ field, code: 'too-long', params: { max } })
    if (hasControlCharacters(text)) faults.push({ field, code: 'control-characters' })
  }
  if (draft.place !== null) faults.push(...placeFaults(draft.place))
  else if (draft.address.trim() === '' && draft.addressId.trim() === '' && service.location !== 'optional') {
    faults.push({ field: 'place', code: 'required' })
  }
  if (!(draft.accuracy >= 0 && draft.accuracy <= 100_000)) {
    faults.push({ field: 'accuracy', code: 'out-of-range', params: { min: 0, max: 100_000 } })
  }
  line('description', draft.description, MAX_DESCRIPTION)
  line('address', draft.address, 500)
  line('addressId', draft.addressId)
  line('zipcode', draft.zipcode, 20)
  const { shared: _, ...details } = draft.contact
  for (const [field, text] of Object.entries(details)) line(field, text)
  const email = draft.contact.email.trim()
  if (email !== '' && !isEmail(email)) faults.push({ field: 'email', code: 'not-an-email' })
  if (email === '' && draft.follow) faults.push({ field: 'email', code: 'required' })
  line('mediaUrl', draft.mediaUrl, 2000)
  if (draft.mediaUrl !== '' && !isWebAddress(draft.mediaUrl))
    faults.push({ field: 'mediaUrl', code: 'not-a-url' })
  if (draft.media.length > MAX_MEDIA)
    faults.push({ field: 'media', code: 'too-many', params: { max: MAX_MEDIA } })
  for (const question of service.questions ?? []) faults.push(...answerFaults(question, draft.answers))
  return faults
}

function answerFaults(question: QuestionDocument, answers: Draft['answers']): FieldFault[] {
  if (question.type === 'notice') return []
  const field = `answers.${question.code}`
  const given = givenAnswers(question.code, answers)
  if (given.length === 0) return question.required ? [{ field, code: 'required' }] : []
  if (given.length > 1 && question.type !== 'choices')
    return [{ field, code: 'too-many', params: { max: 1 } }]
  return given.flatMap((answer): FieldFault[] => {
    if (answer.length > MAX_ANSWER) return [{ field, code: 'too-long', params: { max: MAX_ANSWER } }]
    if (hasControlCharacters(answer)) return [{ field, code: 'control-characters' }]
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
      case 'text':
        return /[\r\n]/.test(answer) ? [{ field, code: 'one-line' }] : []
      default:
        return []
    }
  })
}

/** Empty answers count as absent (GeoReport: an empty value acts exactly like an absent one). */
export function givenAnswers(code: string, answers: Draft['answers']): readonly string[] {
  return (Object.hasOwn(answers, code) ? (answers[code] ?? []) : []).filter(answer => answer.trim() !== '')
}

/** ISO 8601: a day, or a moment with or without zone. */
function isDateOrTime(typed: string): boolean {
  const [, year, month, day, time = ''] = /^(\d{4})-(\d{2})-(\d{2})(?:T(.+))?$/.exec(typed) ?? []
  if (!isDay(Number(year), Number(month), Number(day))) return false
  return time === '' || /^\d{2}:\d{2}(:\d{2})?$/.test(time) || readInstant('', typed).value !== undefined
}

export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
