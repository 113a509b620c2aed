import type { QuestionDocument, ServiceDocument } from '../documents.ts'
import type { Finding, Path } from '../fault.ts'
import type { Documents } from '../snapshot.ts'
import { error, repeats, unknown, warning } from './finding.ts'
import { assets, type Known } from './known.ts'

const FILE = 'services.yaml'

export function checkServices({ services }: Documents, known: Known): Finding[] {
  return [
    ...repeats(services, ({ code }) => code).map(({ index, key, first }) =>
      error(
        FILE,
        ['services', index, 'code'],
        `"${key}" is also the code of number ${first + 1}`,
        'Give each service its own code',
      ),
    ),
    ...services.flatMap((service, index) => [
      ...checkLayers(service, ['services', index], known),
      ...checkQuestions(FILE, ['services', index, 'questions'], service.questions ?? []),
      ...checkUrgentAnswers(service, ['services', index, 'urgentAnswers']),
    ]),
  ]
}

function checkLayers({ layers, inform, code }: ServiceDocument, path: Path, known: Known): Finding[] {
  const named = [
    ...layers.map((layer, index) => ({ layer, path: [...path, 'layers', index] })),
    ...(inform ?? []).map((layer, index) => ({ layer, path: [...path, 'inform', index] })),
  ]
  return [
    ...named.flatMap(({ layer, path }) => {
      if (layer.startsWith('asset:'))
        return assets.has(layer) ? [] : [unknown(FILE, path, 'kind of asset', layer, assets)]
      if (known.layers.has(layer)) return []
      const message = `No jurisdiction has authority in "${layer}"`
      return [warning(FILE, path, message, `Name one of: ${[...known.layers].sort().join(', ')}`)]
    }),
    ...repeats(layers, layer => layer).map(({ index, key }) =>
      error(FILE, [...path, 'layers', index], `${code} names the layer "${key}" twice`, 'Name it once'),
    ),
  ]
}

/** Questions of a service, whether the catalogue's or a jurisdiction's own. */
export function checkQuestions(file: string, path: Path, questions: readonly QuestionDocument[]): Finding[] {
  return [
    ...repeats(questions, ({ code }) => code).map(({ index, key }) =>
      error(
        file,
        [...path, index, 'code'],
        `"${key}" is the code of two questions`,
        'Give each question its own',
      ),
    ),
    ...questions.flatMap((question, index) => checkQuestion(file, [...path, index], question)),
  ]
}

function checkQuestion(
  file: string,
  path: Path,
  { code, type, options, required }: QuestionDocument,
): Finding[] {
  const chooses = type === 'choice' || type === 'choices'
  const findings = repeats(options ?? [], ({ key }) => key).map(({ index, key }) =>
    error(
      file,
      [...path, 'options', index, 'key'],
      `"${key}" is the key of two options`,
      'Give each option its own',
    ),
  )
  if (chooses && !options?.length) {
    findings.push(error(file, path, `"${code}" is a ${type} without options`, 'Add its options'))
  }
  if (!chooses && options !== undefined) {
    findings.push(
      error(
        file,
        [...path, 'options'],
        `"${code}" is a ${type} and has options`,
        'Make it a choice, or remove them',
      ),
    )
  }
  if (type === 'notice' && required) {
    findings.push(
      error(file, [...path, 'required'], `"${code}" is a notice: nobody can answer it`, 'Remove "required"'),
    )
  }
  return findings
}

function checkUrgentAnswers({ urgentAnswers, questions }: ServiceDocument, path: Path): Finding[] {
  const choices = (questions ?? []).filter(({ options }) => options !== undefined)
  return Object.entries(urgentAnswers ?? {}).flatMap(([code, keys]) => {
    const question = choices.find(choice => choice.code === code)
    if (!question)
      return [
        unknown(
          FILE,
          [...path, code],
          'question with options',
          code,
          choices.map(choice => choice.code),
        ),
      ]
    const options = (question.options ?? []).map(({ key }) => key)
    return keys.flatMap((key, index) =>
      options.includes(key) ? [] : [unknown(FILE, [...path, code, index], 'option', key, options)],
    )
  })
}
