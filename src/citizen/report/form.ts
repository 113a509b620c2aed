import type { MessageKey } from '../../core/i18n.ts'
import type { FieldError } from '../../core/problem.ts'
import { cleanText } from '../../core/text.ts'
import type { QuestionDocument, ServiceDocument } from '../../regions/documents/schemas/services.ts'
import { readPlace } from '../../regions/inquiry.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { type Contact, type Draft, noContact } from '../../requests/draft.ts'
import { type FieldMessage, fieldMessage } from '../../web/components/fields.tsx'
import type { PageView } from '../../web/view.ts'

export const ANSWER = 'answers.'
export const routingQuestions = ['road', 'side'] as const

export const contactFields = ['firstName', 'lastName', 'email', 'phone'] as const satisfies (keyof Contact)[]

/** The report as far as a form or a link states it. Files are not read here. */
export function readDraft(
  data: URLSearchParams | FormData,
  region: Region,
  service: string,
  language: string,
): { draft: Draft; errors: FieldError[] } {
  const fields = Map.groupBy(data, ([name]) => name)
  const all = (name: string) =>
    (fields.get(name) ?? []).flatMap(([, value]) =>
      typeof value === 'string' ? [cleanText(value).replaceAll('\r\n', '\n')] : [],
    )
  const one = (name: string) => all(name)[0] ?? ''
  const { place, errors } = readPlace(one('lat'), one('long'), region.routing.atlas)
  const codes = [...fields.keys()].filter(name => name.startsWith(ANSWER))
  const answers = codes.map(name => [name.slice(ANSWER.length), all(name).filter(given => given !== '')])
  const contact = contactFields.map(field => [field, one(field).trim()] as const)
  const draft: Draft = {
    service,
    place,
    accuracy: one('accuracy') === '' ? 0 : Number(one('accuracy')),
    address: one('address').trim(),
    addressId: '',
    zipcode: '',
    description: one('description').trim(),
    answers: Object.fromEntries(answers),
    follow: one('follow') === 'yes',
    contact: { ...noContact, ...Object.fromEntries(contact), shared: one('shareContact') === 'yes' },
    media: all('media'),
    mediaUrl: '',
    language,
    channel: 'web',
  }
  return { draft, errors }
}

export function placeParams({ place, accuracy, address, answers }: Draft): [string, string][] {
  const where: [string, string][] =
    place === null
      ? []
      : [
          ['lat', String(place.lat)],
          ['long', String(place.long)],
          ['accuracy', String(accuracy)],
        ]
  const answered = routingQuestions.flatMap(question =>
    (answers[question] ?? []).map((value): [string, string] => [ANSWER + question, value]),
  )
  return [...where, ...(address === '' ? [] : [['address', address] as [string, string]]), ...answered]
}

/** All that was typed, as the form sends it. */
export function draftFields(draft: Draft): [string, string][] {
  const { description, answers, contact, follow, media } = draft
  const place = placeParams(draft)
  const placed = new Set(place.map(([name]) => name))
  const answered = Object.entries(answers)
    .filter(([code]) => !placed.has(ANSWER + code))
    .flatMap(([code, given]) => given.map((value): [string, string] => [ANSWER + code, value]))
  return [
    ...place,
    ...answered,
    ['description', description],
    ...media.map((id): [string, string] => ['media', id]),
    ...contactFields.map((field): [string, string] => [field, contact[field]]),
    ...(follow ? [['follow', 'yes'] as [string, string]] : []),
    ...(contact.shared ? [['shareContact', 'yes'] as [string, string]] : []),
  ]
}

const labels: Readonly<Record<string, MessageKey>> = {
  place: 'field-place',
  lat: 'field-place',
  long: 'field-place',
  accuracy: 'field-place',
  address: 'field-address',
  description: 'field-description',
  media: 'field-media',
  firstName: 'field-firstName',
  lastName: 'field-lastName',
  email: 'field-email',
  phone: 'field-phone',
}

export function errorMessages(
  view: PageView,
  errors: readonly FieldError[],
  service: ServiceDocument,
): FieldMessage[] {
  const questions = service.questions ?? []
  const onPage = [...questions.map(({ code }) => ANSWER + code), 'description', 'media', ...contactFields]
  return [...errors]
    .sort((a, b) => onPage.indexOf(a.field) - onPage.indexOf(b.field))
    .map(error => {
      const { field } = error
      const question = questions.find(({ code }) => ANSWER + code === field)
      const label = labelOf(view, field, question)
      if (error.code !== 'required') return fieldMessage(view.t, field, label, error)
      if (field === 'place') return { field, label: undefined, message: view.t('error-no-place') }
      const isChoice = question?.type === 'choice' || question?.type === 'choices'
      return { field, label, message: view.t(isChoice ? 'error-choose' : 'error-answer') }
    })
}

function labelOf(view: PageView, field: string, question: QuestionDocument | undefined): string {
  if (question !== undefined) return view.localize(question.label)
  const label = labels[field]
  return label === undefined ? field : view.t(label)
}
