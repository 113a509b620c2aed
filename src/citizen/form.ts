import { groupBy } from '../core/group.ts'
import type { MessageKey } from '../core/i18n.ts'
import type { FieldFault } from '../core/problem.ts'
import type { Region } from '../regions/compile.ts'
import type { QuestionDocument, ServiceDocument } from '../regions/documents.ts'
import { readPlace } from '../regions/inquiry.ts'
import { type Contact, type Draft, noContact } from '../requests/draft.ts'
import type { FieldMessage } from '../web/fields.tsx'
import type { View } from '../web/view.ts'

/** Prefix of the fields that answer the service's questions, and routing's own. */
export const ANSWER = 'answers.'
/** Routing's own questions (S1, S4, S9). */
export const routingQuestions = ['road', 'side'] as const

export const contactFields = ['firstName', 'lastName', 'email', 'phone'] as const satisfies (keyof Contact)[]

/** The report as far as a form or a link tells it, as it was typed. Files are not read here. */
export function readDraft(
  data: URLSearchParams | FormData,
  region: Region,
  service: string,
  language: string,
): { draft: Draft; faults: FieldFault[] } {
  const fields = groupBy<readonly [string, FormDataEntryValue], string>(data, ([name]) => name)
  const all = (name: string) =>
    (fields.get(name) ?? []).flatMap(([, value]) =>
      typeof value === 'string' ? [value.replaceAll('\r\n', '\n')] : [],
    )
  const one = (name: string) => all(name)[0] ?? ''
  const { place, faults } = readPlace(one('lat'), one('long'), region.routing.atlas)
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
  // What a parser puts where bytes are not UTF-8.
  const isDamaged = (name: string) => all(name).some(value => value.includes('\uFFFD'))
  const damaged = ['address', 'description', ...contactFields, ...codes].filter(isDamaged)
  return {
    draft,
    faults: [...faults, ...damaged.map(field => ({ field, code: 'control-characters' }) as const)],
  }
}

/** What carries the place from page to page: in links and in hidden fields. */
export function placeParams({ place, accuracy, address, answers }: Draft): [string, string][] {
  const where: [string, string][] =
    place === null
      ? []
      : [
          ['lat', String(place.lat)],
          ['long', String(place.long)],
          ['accuracy', String(accuracy)],
        ]
  const asked = routingQuestions.flatMap(question =>
    (answers[question] ?? []).map((value): [string, string] => [ANSWER + question, value]),
  )
  return [...where, ...(address === '' ? [] : [['address', address] as [string, string]]), ...asked]
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

/** Faults in the reader's words, under the names that the form gives its fields. */
export function faultMessages(
  view: View,
  faults: readonly FieldFault[],
  service: ServiceDocument,
): FieldMessage[] {
  const questions = service.questions ?? []
  const onPage = [...questions.map(({ code }) => ANSWER + code), 'description', 'media', ...contactFields]
  return [...faults]
    .sort((a, b) => onPage.indexOf(a.field) - onPage.indexOf(b.field))
    .map(({ field, code, params }) => {
      const question = questions.find(({ code }) => ANSWER + code === field)
      const isChoice = question?.type === 'choice' || question?.type === 'choices'
      const required = field === 'place' ? 'fault-no-place' : isChoice ? 'fault-choose' : 'fault-required'
      const message = view.t(code === 'required' ? required : `fault-${code}`, params)
      return { field, label: labelOf(view, field, question), message }
    })
}

function labelOf(view: View, field: string, question: QuestionDocument | undefined): string {
  if (question !== undefined) return view.say(question.label)
  const label = labels[field]
  return label === undefined ? field : view.t(label)
}
