import * as v from 'valibot'
import { checkQuestions } from './checks/services.ts'
import { type QuestionDocument, question, type ServiceDocument, service } from './documents.ts'
import type { Finding } from './fault.ts'
import { type Element, listAt, readGeoReport, textOf } from './open311-file.ts'
import { plainText } from './plain-text.ts'
import { checkShape } from './shape.ts'

export interface ImportedCatalogue {
  readonly services: readonly ServiceDocument[]
  /** Questions of each service that the file defines. */
  readonly questions: ReadonlyMap<string, readonly QuestionDocument[]>
  /** Entries left out whole, each with the reasons. */
  readonly refused: readonly { readonly code: string; readonly reasons: readonly string[] }[]
}

/**
 * Reads another platform's catalogue: GeoReport's `services` or one service definition, in XML or JSON. `layers` say who
 * decides, which GeoReport does not tell. Throws `bad-request` when the file itself cannot be read.
 */
export function importServices(text: string, layers: readonly string[]): ImportedCatalogue {
  const file = readGeoReport(text)
  return 'definition' in file ? importDefinition(file.definition) : importList(file.services, layers)
}

function importList(entries: readonly Element[], layers: readonly string[]): ImportedCatalogue {
  const services: ServiceDocument[] = []
  const refused: { code: string; reasons: readonly string[] }[] = []
  for (const [index, entry] of entries.entries()) {
    const code = textOf(entry, 'service_code').trim()
    const shape = checkShape(service, 'services.yaml', readService(entry, code, layers))
    const twice = services.some(known => known.code === code)
    if ('output' in shape && !twice) {
      services.push(shape.output)
    } else {
      const reasons = 'output' in shape ? ['Its code stands twice'] : reasonsOf(shape.findings)
      refused.push({ code: code || `number ${index + 1}`, reasons })
    }
  }
  return { services, questions: new Map(), refused }
}

function readService(entry: Element, code: string, layers: readonly string[]): unknown {
  const description = plainText(textOf(entry, 'description'))
  const group = oneLine(textOf(entry, 'group'))
  const keywords = textOf(entry, 'keywords').split(/[,;]/).map(oneLine).filter(Boolean)
  return {
    code,
    name: oneLine(textOf(entry, 'service_name')),
    ...(description && { description }),
    ...(group && { group }),
    ...(keywords.length > 0 && { keywords: [...new Set(keywords)] }),
    layers,
  }
}

function importDefinition(definition: Element): ImportedCatalogue {
  const code = textOf(definition, 'service_code').trim()
  const attributes = (listAt(definition, 'attributes', 'attribute') ?? []) as Element[]
  const inOrder = attributes.map((attribute, index) => ({ attribute, order: orderOf(attribute, index) }))
  const questions = inOrder.sort((a, b) => a.order - b.order).map(({ attribute }) => readQuestion(attribute))
  const shape = checkShape(v.array(question), 'services.yaml', questions)
  const reasons = reasonsOf('output' in shape ? [...checkQuestions('', [], shape.output)] : shape.findings)
  if ('output' in shape && reasons.length === 0 && code !== '') {
    return { services: [], questions: new Map([[code, shape.output]]), refused: [] }
  }
  return { services: [], questions: new Map(), refused: [{ code: code || 'no code', reasons }] }
}

/** Orders are meant to be unique and from 1; what has none comes last, as written. */
function orderOf(attribute: Element, index: number): number {
  const order = Number(textOf(attribute, 'order') || 'none')
  return Number.isFinite(order) ? order : 1_000_000 + index
}

const types: Readonly<Record<string, QuestionDocument['type']>> = {
  string: 'text',
  text: 'paragraph',
  number: 'number',
  datetime: 'date',
  singlevaluelist: 'choice',
  multivaluelist: 'choices',
}

/** An attribute that is no variable only shows its description (GeoReport v2, `variable`). */
function readQuestion(attribute: Element): unknown {
  const isNotice = textOf(attribute, 'variable') === 'false'
  const datatype = textOf(attribute, 'datatype')
  const type = isNotice ? 'notice' : (types[datatype] ?? datatype)
  const values = (listAt(attribute, 'values', 'value') ?? []) as Element[]
  const code = textOf(attribute, 'code').trim()
  return {
    code,
    type,
    label: plainText(textOf(attribute, 'description')) || code,
    ...(!isNotice && textOf(attribute, 'required') === 'true' && { required: true }),
    ...((type === 'choice' || type === 'choices') && { options: values.map(readOption) }),
  }
}

function readOption(value: Element): unknown {
  const key = oneLine(textOf(value, 'key'))
  return { key, label: oneLine(textOf(value, 'name')) || key }
}

function oneLine(text: string): string {
  return plainText(text).replace(/\s+/g, ' ')
}

function reasonsOf(findings: readonly Finding[]): string[] {
  return findings.map(({ message, mend }) => `${message}. ${mend}`)
}
