import type { Place } from '../core/geometry.ts'
import { problem } from '../core/problem.ts'
import type { Localized } from '../regions/document-values.ts'
import type { QuestionDocument, ServiceDocument } from '../regions/documents.ts'
import { text } from '../regions/text.ts'
import { resolve } from '../routing/resolve.ts'
import type { Scope } from './scope.ts'
import { type Answer, Container, type Fields } from './spark.ts'

/** GeoReport's datatype for each kind of question; a notice is text that only its description shows. */
const datatypes: Readonly<Record<QuestionDocument['type'], string>> = {
  text: 'string',
  paragraph: 'text',
  number: 'number',
  date: 'datetime',
  choice: 'singlevaluelist',
  choices: 'multivaluelist',
  notice: 'text',
}

/** What can be asked for here: a jurisdiction's offers, or the region's common catalogue. */
export function servicesOf({ region, jurisdiction }: Scope): readonly ServiceDocument[] {
  return jurisdiction === undefined ? region.documents.services : region.servicesOffered(jurisdiction.slug)
}

/** A service by its code. Throws `unknown-service`. */
export function findService(scope: Scope, code: string): ServiceDocument {
  const service = servicesOf(scope).find(candidate => candidate.code === code)
  if (service === undefined) {
    const detail = `There is no service "${code.slice(0, 100)}" here.`
    throw problem('unknown-service', { detail })
  }
  return service
}

/** GET services. With a place: only those that somebody here answers for at that place. */
export function serviceList(scope: Scope, language: string, place: Place | null, at: number): Answer {
  const say = speaker(scope, language)
  const services = servicesOf(scope).filter(({ code }) => place === null || isHandled(scope, code, place, at))
  return {
    root: 'services',
    value: new Container(
      'service',
      services.map(service => ({
        service_code: service.code,
        service_name: say(service.name),
        description: say(service.description),
        metadata: (service.questions ?? []).length > 0,
        type: 'realtime',
        // FixMyStreet's word for a service whose reports are not to be published.
        keywords: [...(service.keywords ?? []), ...(service.private ? ['private'] : [])].join(',') || null,
        group: say(service.group),
      })),
    ),
  }
}

function isHandled({ region, jurisdiction }: Scope, service: string, place: Place, at: number): boolean {
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

/** GET services/{service_code}: its questions as attributes, in the order to be asked. */
export function serviceDefinition(scope: Scope, code: string, language: string): Answer {
  const say = speaker(scope, language)
  const { questions = [] } = findService(scope, code)
  const attributes = questions.map(
    (question, index): Fields => ({
      variable: question.type !== 'notice',
      code: question.code,
      datatype: datatypes[question.type],
      required: question.required ?? false,
      datatype_description: say(question.hint),
      order: index + 1,
      description: say(question.label),
      values: new Container(
        'value',
        (question.options ?? []).map(({ key, label }) => ({ key, name: say(label) })),
      ),
    }),
  )
  return {
    root: 'service_definition',
    value: { service_code: code, attributes: new Container('attribute', attributes) },
  }
}

function speaker({ region }: Scope, language: string): (words: Localized | undefined) => string | null {
  return words => text(words, language, [region.language]) || null
}
