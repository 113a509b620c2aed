import type { Place } from '../core/geometry.ts'
import { problem } from '../core/problem.ts'
import type { QuestionDocument, ServiceDocument } from '../regions/documents/schemas/services.ts'
import type { Localized } from '../regions/documents/schemas/values.ts'
import { localizedText } from '../regions/runtime/localized.ts'
import { resolve } from '../routing/resolve.ts'
import { Container, type Fields, type GeoReportAnswer } from './format/serialize.ts'
import type { EndpointScope } from './scope.ts'

const datatypes: Readonly<Record<QuestionDocument['type'], string>> = {
  text: 'string',
  paragraph: 'text',
  number: 'number',
  date: 'datetime',
  choice: 'singlevaluelist',
  choices: 'multivaluelist',
  notice: 'text',
}

export function servicesOf({ region, jurisdiction }: EndpointScope): readonly ServiceDocument[] {
  return jurisdiction === undefined ? region.documents.services : region.servicesOffered(jurisdiction.slug)
}

/** Throws `unknown-service`. */
export function findService(scope: EndpointScope, code: string): ServiceDocument {
  const service = servicesOf(scope).find(candidate => candidate.code === code)
  if (service === undefined) {
    const detail = `There is no service "${code.slice(0, 100)}" here.`
    throw problem('unknown-service', { detail })
  }
  return service
}

/** GET services. With a place: only services that a body here is responsible for at that place. */
export function serviceList(
  scope: EndpointScope,
  language: string,
  place: Place | null,
  at: number,
): GeoReportAnswer {
  const t = speaker(scope, language)
  const services = servicesOf(scope).filter(({ code }) => place === null || isHandled(scope, code, place, at))
  return {
    root: 'services',
    value: new Container(
      'service',
      services.map(service => ({
        service_code: service.code,
        service_name: t(service.name),
        description: t(service.description),
        metadata: (service.questions ?? []).length > 0,
        type: 'realtime',
        // FixMyStreet's keyword for a service whose reports must not be published.
        keywords: [...(service.keywords ?? []), ...(service.private ? ['private'] : [])].join(',') || null,
        group: t(service.group),
      })),
    ),
  }
}

function isHandled(
  { region, jurisdiction }: EndpointScope,
  service: string,
  place: Place,
  at: number,
): boolean {
  const { accountable, performer } = resolve(region.routing, {
    service,
    place,
    accuracy: 0,
    at,
    answers: {},
    urgent: false,
  })
  if (jurisdiction === undefined) return accountable.kind !== 'none'
  return accountable.id === jurisdiction.slug || performer.id === jurisdiction.slug
}

/** The service's questions as attributes, in the order to be asked. */
export function serviceDefinition(scope: EndpointScope, code: string, language: string): GeoReportAnswer {
  const t = speaker(scope, language)
  const { questions = [] } = findService(scope, code)
  const attributes = questions.map(
    (question, index): Fields => ({
      variable: question.type !== 'notice',
      code: question.code,
      datatype: datatypes[question.type],
      required: question.required ?? false,
      datatype_description: t(question.hint),
      order: index + 1,
      description: t(question.label),
      values: new Container(
        'value',
        (question.options ?? []).map(({ key, label }) => ({ key, name: t(label) })),
      ),
    }),
  )
  return {
    root: 'service_definition',
    value: { service_code: code, attributes: new Container('attribute', attributes) },
  }
}

function speaker(
  { region }: EndpointScope,
  language: string,
): (words: Localized | undefined) => string | null {
  return words => localizedText(words, language, [region.language]) || null
}
