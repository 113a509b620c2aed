import * as v from 'valibot'
import { type GeoReportElement, listAt, readGeoReport, textOf } from '../core/georeport/document.ts'
import { plainText } from '../core/georeport/plain-text.ts'
import { checkQuestions } from '../regions/documents/checks/services.ts'
import type { IssueAtPath } from '../regions/documents/issue.ts'
import {
  type QuestionDocument,
  question,
  type ServiceDocument,
  service,
} from '../regions/documents/schemas/services.ts'
import { checkShape } from '../regions/documents/shape.ts'
import { codeFrom } from './codes.ts'

export interface ImportedCatalogue {
  readonly services: readonly ServiceDocument[]
  readonly questions: ReadonlyMap<string, readonly QuestionDocument[]>
  readonly refused: readonly { readonly code: string; readonly reasons: readonly string[] }[]
}

/** `layers` say who decides, which GeoReport lacks. Throws `bad-request` for an unreadable file. */
export function importServices(text: string, layers: readonly string[]): ImportedCatalogue {
  const file = readGeoReport(text)
  return 'definition' in file ? importDefinition(file.definition) : importList(file.services, layers)
}

function importList(entries: readonly GeoReportElement[], layers: readonly string[]): ImportedCatalogue {
  const services: ServiceDocument[] = []
  const refused: { code: string; reasons: readonly string[] }[] = []
  const foreign = entries.map(entry => oneLine(textOf(entry, 'service_code')))
  const taken = new Set(foreign)
  const accepted = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    const code = foreign[index] ?? ''
    const twice = accepted.has(code)
    const made = codeFrom(code, taken)
    taken.add(made)
    const shape = checkShape(
      service,
      'services.yaml',
      readService(entry, { code: made, foreign: code }, layers),
    )
    if ('output' in shape && !twice) {
      services.push(shape.output)
      accepted.add(code)
    } else {
      const reasons = 'output' in shape ? ['Its code is used twice'] : reasonsOf(shape.findings)
      refused.push({ code: code || `number ${index + 1}`, reasons })
    }
  }
  return { services, questions: new Map(), refused }
}

function readService(
  entry: GeoReportElement,
  { code, foreign }: { readonly code: string; readonly foreign: string },
  layers: readonly string[],
): unknown {
  const description = plainText(textOf(entry, 'description'))
  const group = oneLine(textOf(entry, 'group'))
  const keywords = textOf(entry, 'keywords').split(/[,;]/).map(oneLine).filter(Boolean)
  return {
    code,
    ...(foreign !== code && { externalCode: foreign }),
    name: oneLine(textOf(entry, 'service_name')),
    ...(description && { description }),
    ...(group && { group }),
    ...(keywords.length > 0 && { keywords: [...new Set(keywords)] }),
    layers,
  }
}

function importDefinition(definition: GeoReportElement): ImportedCatalogue {
  const code = oneLine(textOf(definition, 'service_code'))
  const attributes = (listAt(definition, 'attributes', 'attribute') ?? []) as GeoReportElement[]
  const inOrder = attributes.map((attribute, index) => ({ attribute, order: orderOf(attribute, index) }))
  const questions = inOrder.sort((a, b) => a.order - b.order).map(({ attribute }) => readQuestion(attribute))
  const shape = checkShape(v.array(question), 'services.yaml', questions)
  const reasons = reasonsOf('output' in shape ? [...checkQuestions('', [], shape.output)] : shape.findings)
  if ('output' in shape && reasons.length === 0 && code !== '') {
    return { services: [], questions: new Map([[code, shape.output]]), refused: [] }
  }
  return { services: [], questions: new Map(), refused: [{ code: code || 'no code', reasons }] }
}

// Orders should be unique and start at 1; attributes without one come last, as written.
function orderOf(attribute: GeoReportElement, index: number): number {
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

// An attribute that is no variable only shows its description (GeoReport v2, `variable`).
function readQuestion(attribute: GeoReportElement): unknown {
  const isNotice = textOf(attribute, 'variable') === 'false'
  const datatype = textOf(attribute, 'datatype')
  const type = isNotice ? 'notice' : (types[datatype] ?? datatype)
  const values = (listAt(attribute, 'values', 'value') ?? []) as GeoReportElement[]
  const code = oneLine(textOf(attribute, 'code'))
  return {
    code: codeFrom(code, new Set()),
    type,
    label: plainText(textOf(attribute, 'description')) || code,
    ...(!isNotice && textOf(attribute, 'required') === 'true' && { required: true }),
    ...((type === 'choice' || type === 'choices') && { options: values.map(readOption) }),
  }
}

function readOption(value: GeoReportElement): unknown {
  const key = oneLine(textOf(value, 'key'))
  return { key, label: oneLine(textOf(value, 'name')) || key }
}

function oneLine(text: string): string {
  return plainText(text).replace(/\s+/g, ' ')
}

function reasonsOf(findings: readonly IssueAtPath[]): string[] {
  return findings.map(({ message, repair }) => `${message}. ${repair}`)
}
