import { problem } from '../../core/problem.ts'
import { codeFrom } from '../../import/codes.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import type { DocumentPath } from '../../regions/documents/issue.ts'
import type { QuestionDocument } from '../../regions/documents/schemas/services.ts'
import { viewOf } from '../../web/view.ts'
import type { DraftContext } from '../drafts/open-draft.ts'
import { ownSlug } from '../municipality/profile-page.tsx'
import type { AdminPageContext } from '../shell/context.ts'
import { draftPath } from '../shell/frame.tsx'
import { recordAt, recordsAt, withItem } from '../shell/values.ts'
import { indexOfCode, questionsAt, SERVICES } from './catalogue.ts'
import { serviceOf } from './list-page.tsx'

export const questionTypes = ['text', 'paragraph', 'number', 'date', 'choice', 'choices', 'notice'] as const
export type QuestionType = (typeof questionTypes)[number]

export function isQuestionType(text: string | undefined): text is QuestionType {
  return questionTypes.some(type => type === text)
}

export function hasOptions(type: string): boolean {
  return type === 'choice' || type === 'choices'
}

/** The questions of a service, or those that a municipality asks instead. */
export interface QuestionList {
  readonly file: string
  /** Of the list; undefined: the service is gone. */
  readonly locate: (document: DocumentValue | undefined) => DocumentPath | undefined
  /** Of the service, for what goes with its questions; undefined: the list has no urgent answers. */
  readonly locateService?: (document: DocumentValue | undefined) => DocumentPath | undefined
  readonly questions: readonly QuestionDocument[]
  readonly service: string
  readonly back: { readonly href: string; readonly text: string }
  /** Under which its pages are. */
  readonly path: string
  /** The municipality asks what the region asks. */
  readonly isInherited: boolean
  /** The name of the municipality whose list it is. */
  readonly of?: string
}

/** Throws `not-found`. */
export function questionListOf(c: AdminPageContext, context: DraftContext): QuestionList {
  return c.req.param('jurisdiction') === undefined ? regionList(c, context) : ownList(c, context)
}

function regionList(c: AdminPageContext, context: DraftContext): QuestionList {
  const view = viewOf(c)
  const service = serviceOf(c, context)
  const locateService = (document: DocumentValue | undefined) => {
    const index = indexOfCode(document?.services, service.code)
    return index < 0 ? undefined : ['services', index]
  }
  const path = `${draftPath(context.draft)}/services/${encodeURIComponent(service.code)}`
  const name = view.localize(service.name)
  return {
    file: SERVICES,
    locateService,
    locate: document => {
      const place = locateService(document)
      return place && [...place, 'questions']
    },
    questions: service.questions ?? [],
    service: name,
    back: { href: path, text: name },
    path,
    isInherited: false,
  }
}

function ownList(c: AdminPageContext, context: DraftContext): QuestionList {
  const view = viewOf(c)
  const service = serviceOf(c, context)
  const slug = ownSlug(c, context)
  const file = `${slug}/jurisdiction.yaml`
  const place = ['services', service.code, 'questions']
  const document = context.values.get(file)
  const isInherited = !Array.isArray(recordAt(document, ['services', service.code])?.questions)
  const services = `${draftPath(context.draft)}/jurisdictions/${slug}/services`
  const path = `${services}/${encodeURIComponent(service.code)}`
  const name = view.localize(service.name)
  return {
    file,
    locate: () => place,
    questions: isInherited ? (service.questions ?? []) : questionsAt(document, place),
    service: name,
    back: { href: path, text: name },
    path,
    isInherited,
    of: String(document?.name ?? slug),
  }
}

/** The question that the path names. Throws `not-found`. */
export function questionOf(c: AdminPageContext, list: QuestionList): QuestionDocument {
  const found = list.questions.find(({ code }) => code === c.req.param('question'))
  if (found === undefined || list.isInherited) throw problem('not-found')
  return found
}

export function freeQuestionCode(label: string, questions: readonly DocumentValue[]): string {
  const taken = new Set(questions.map(({ code }) => String(code)))
  const words = label.split(/\s+/).slice(0, 4).join(' ')
  const code = codeFrom(` ${words}`, taken)
  return code === 'service' ? freeNumbered('question', taken) : code
}

function freeNumbered(word: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) if (!taken.has(`${word}-${number}`)) return `${word}-${number}`
}

/** Which of a question's options need a person's review first. */
export function urgentKeys(
  document: DocumentValue | undefined,
  { locateService }: QuestionList,
  question: string,
): readonly string[] {
  const place = locateService?.(document)
  const keys = place && recordAt(document, [...place, 'urgentAnswers'])?.[question]
  return Array.isArray(keys) ? keys.map(String) : []
}

export function withUrgentKeys(
  document: DocumentValue,
  { locateService }: QuestionList,
  question: string,
  keys: readonly string[],
): DocumentValue {
  const place = locateService?.(document)
  if (place === undefined) return document
  const path = [...place, 'urgentAnswers', question]
  return withItem(document, path, keys.length === 0 ? undefined : keys)
}

export function storedQuestions(document: DocumentValue | undefined, list: QuestionList) {
  const place = list.locate(document)
  return place === undefined ? [] : recordsAt(document, place)
}
