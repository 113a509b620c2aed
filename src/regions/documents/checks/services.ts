import type { DocumentPath } from '../issue.ts'
import type { QuestionDocument, ServiceDocument } from '../schemas/services.ts'
import type { Documents } from '../snapshot.ts'
import { duplicatesIn, type Issues, reporterOf } from './issues.ts'
import { assets, type KnownNames } from './known-names.ts'

const FILE = 'services.yaml'
const report = reporterOf(FILE)

export function* checkServices({ services }: Documents, known: KnownNames): Issues {
  for (const { index, key, first } of duplicatesIn(services, ({ code }) => code)) {
    const message = `Number ${first + 1} also has the code "${key}"`
    yield report.error(['services', index, 'code'], message, 'Use a different code for each service')
  }
  yield* checkLayers(services, known)
  for (const [index, service] of services.entries()) {
    yield* checkQuestions(FILE, ['services', index, 'questions'], service.questions ?? [])
    yield* checkUrgentAnswers(service, ['services', index, 'urgentAnswers'])
  }
}

function* checkLayers(services: readonly ServiceDocument[], known: KnownNames): Issues {
  const named = services.flatMap(
    ({ layers, inform = [] }, service): { layer: string; path: DocumentPath }[] => [
      ...layers.map((layer, index) => ({ layer, path: ['services', service, 'layers', index] })),
      ...inform.map((layer, index) => ({ layer, path: ['services', service, 'inform', index] })),
    ],
  )
  const strange = named.filter(({ layer }) => !assets.has(layer) && !known.layers.has(layer))
  for (const [layer, uses] of Map.groupBy(strange, ({ layer }) => layer)) {
    const path = uses[0]?.path ?? []
    if (layer.startsWith('asset:')) {
      yield report.unknown(path, 'kind of asset', layer, assets)
    } else {
      const times = uses.length > 1 ? ` (named ${uses.length} times)` : ''
      const repair = `Use one of: ${[...known.layers].sort().join(', ')}`
      yield report.warning(path, `No jurisdiction has authority in "${layer}"${times}`, repair)
    }
  }
  for (const [service, { code, layers }] of services.entries()) {
    for (const { index, key } of duplicatesIn(layers, layer => layer)) {
      const path = ['services', service, 'layers', index]
      yield report.error(path, `${code} lists the layer "${key}" twice`, 'List it once')
    }
  }
}

export function* checkQuestions(
  file: string,
  path: DocumentPath,
  questions: readonly QuestionDocument[],
): Issues {
  const report = reporterOf(file)
  for (const { index, key } of duplicatesIn(questions, ({ code }) => code)) {
    const message = `Two questions have the code "${key}"`
    yield report.error([...path, index, 'code'], message, 'Use a different code for each question')
  }
  for (const [index, question] of questions.entries()) yield* checkQuestion(file, [...path, index], question)
}

function* checkQuestion(file: string, path: DocumentPath, question: QuestionDocument): Issues {
  const report = reporterOf(file)
  const { code, type, options, required } = question
  const chooses = type === 'choice' || type === 'choices'
  for (const { index, key } of duplicatesIn(options ?? [], ({ key }) => key)) {
    const message = `Two options have the key "${key}"`
    yield report.error([...path, 'options', index, 'key'], message, 'Use a different key for each option')
  }
  if (chooses && !options?.length) {
    yield report.error(path, `"${code}" is a ${type} without options`, 'Add its options')
  }
  if (!chooses && options !== undefined) {
    const repair = 'Change the type to choice, or remove the options'
    yield report.error([...path, 'options'], `"${code}" is a ${type} and has options`, repair)
  }
  if (type === 'notice' && required) {
    const message = `"${code}" is a notice, so it cannot have an answer`
    yield report.error([...path, 'required'], message, 'Remove "required"')
  }
}

function* checkUrgentAnswers({ urgentAnswers, questions }: ServiceDocument, path: DocumentPath): Issues {
  const choices = new Map(
    (questions ?? []).flatMap(({ code, options }) => (options ? [[code, options]] : [])),
  )
  for (const [code, keys] of Object.entries(urgentAnswers ?? {})) {
    const options = choices.get(code)?.map(({ key }) => key)
    if (options === undefined) {
      yield report.unknown([...path, code], 'question with options', code, choices.keys())
      continue
    }
    for (const [index, key] of keys.entries()) {
      if (!options.includes(key)) yield report.unknown([...path, code, index], 'option', key, options)
    }
  }
}
