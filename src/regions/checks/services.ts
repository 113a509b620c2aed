import { groupBy } from '../../core/group.ts'
import type { QuestionDocument, ServiceDocument } from '../documents.ts'
import type { Path } from '../fault.ts'
import type { Documents } from '../snapshot.ts'
import { type Findings, repeats, tellOf } from './finding.ts'
import { assets, type Known } from './known.ts'

const FILE = 'services.yaml'
const tell = tellOf(FILE)

export function* checkServices({ services }: Documents, known: Known): Findings {
  for (const { index, key, first } of repeats(services, ({ code }) => code)) {
    const message = `"${key}" is also the code of number ${first + 1}`
    yield tell.error(['services', index, 'code'], message, 'Give each service its own code')
  }
  yield* checkLayers(services, known)
  for (const [index, service] of services.entries()) {
    yield* checkQuestions(FILE, ['services', index, 'questions'], service.questions ?? [])
    yield* checkUrgentAnswers(service, ['services', index, 'urgentAnswers'])
  }
}

function* checkLayers(services: readonly ServiceDocument[], known: Known): Findings {
  const named = services.flatMap(({ layers, inform = [] }, service): { layer: string; path: Path }[] => [
    ...layers.map((layer, index) => ({ layer, path: ['services', service, 'layers', index] })),
    ...inform.map((layer, index) => ({ layer, path: ['services', service, 'inform', index] })),
  ])
  const strange = named.filter(({ layer }) => !assets.has(layer) && !known.layers.has(layer))
  for (const [layer, uses] of groupBy(strange, ({ layer }) => layer)) {
    const path = uses[0]?.path ?? []
    if (layer.startsWith('asset:')) {
      yield tell.unknown(path, 'kind of asset', layer, assets)
    } else {
      const times = uses.length > 1 ? ` (named ${uses.length} times)` : ''
      const mend = `Name one of: ${[...known.layers].sort().join(', ')}`
      yield tell.warning(path, `No jurisdiction has authority in "${layer}"${times}`, mend)
    }
  }
  for (const [service, { code, layers }] of services.entries()) {
    for (const { index, key } of repeats(layers, layer => layer)) {
      const path = ['services', service, 'layers', index]
      yield tell.error(path, `${code} names the layer "${key}" twice`, 'Name it once')
    }
  }
}

/** Questions of a service, whether the catalogue's or a jurisdiction's own. */
export function* checkQuestions(file: string, path: Path, questions: readonly QuestionDocument[]): Findings {
  const tell = tellOf(file)
  for (const { index, key } of repeats(questions, ({ code }) => code)) {
    const message = `"${key}" is the code of two questions`
    yield tell.error([...path, index, 'code'], message, 'Give each question its own')
  }
  for (const [index, question] of questions.entries()) yield* checkQuestion(file, [...path, index], question)
}

function* checkQuestion(file: string, path: Path, question: QuestionDocument): Findings {
  const tell = tellOf(file)
  const { code, type, options, required } = question
  const chooses = type === 'choice' || type === 'choices'
  for (const { index, key } of repeats(options ?? [], ({ key }) => key)) {
    const message = `"${key}" is the key of two options`
    yield tell.error([...path, 'options', index, 'key'], message, 'Give each option its own')
  }
  if (chooses && !options?.length) {
    yield tell.error(path, `"${code}" is a ${type} without options`, 'Add its options')
  }
  if (!chooses && options !== undefined) {
    const mend = 'Make it a choice, or remove them'
    yield tell.error([...path, 'options'], `"${code}" is a ${type} and has options`, mend)
  }
  if (type === 'notice' && required) {
    const message = `"${code}" is a notice: nobody can answer it`
    yield tell.error([...path, 'required'], message, 'Remove "required"')
  }
}

function* checkUrgentAnswers({ urgentAnswers, questions }: ServiceDocument, path: Path): Findings {
  const choices = new Map(
    (questions ?? []).flatMap(({ code, options }) => (options ? [[code, options]] : [])),
  )
  for (const [code, keys] of Object.entries(urgentAnswers ?? {})) {
    const options = choices.get(code)?.map(({ key }) => key)
    if (options === undefined) {
      yield tell.unknown([...path, code], 'question with options', code, choices.keys())
      continue
    }
    for (const [index, key] of keys.entries()) {
      if (!options.includes(key)) yield tell.unknown([...path, code, index], 'option', key, options)
    }
  }
}
