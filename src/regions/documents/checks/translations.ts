import { districtSetsOf } from '../district-sets.ts'
import type { DocumentPath } from '../issue.ts'
import type { QuestionDocument, ServiceDocument } from '../schemas/services.ts'
import type { Localized } from '../schemas/values.ts'
import type { Documents } from '../snapshot.ts'
import { type Issues, reporterOf } from './issues.ts'

interface Text {
  readonly file: string
  readonly path: DocumentPath
  readonly text: Localized
}

export function* checkTranslations(documents: Documents): Issues {
  const [first, ...others] = documents.region.languages
  if (others.length === 0) return
  for (const [file, texts] of Map.groupBy(allTexts(documents), ({ file }) => file)) {
    for (const language of others) {
      const missing = texts.filter(({ text }) => !speaks(text, language))
      if (missing[0] === undefined) continue
      const count = missing.length === 1 ? 'One text is' : `${missing.length} texts are`
      const repair = `Add { ${first}: …, ${language}: … }, starting here`
      yield reporterOf(file).warning(missing[0].path, `${count} not in "${language}"`, repair)
    }
  }
}

// The first language needs no translation; a text without letters serves every language.
function speaks(text: Localized, language: string): boolean {
  return typeof text === 'string' ? !/\p{L}/u.test(text) : Object.hasOwn(text, language)
}

function allTexts(documents: Documents): Text[] {
  const { region, services, jurisdictions } = documents
  return [
    ...some('region.yaml', ['emergency', 'text'], region.emergency.text),
    ...(region.emergencies ?? []).flatMap(({ name, advice }, index) => [
      ...some('region.yaml', ['emergencies', index, 'name'], name),
      ...some('region.yaml', ['emergencies', index, 'advice'], advice),
    ]),
    ...(region.partners ?? []).flatMap(({ note }, index) =>
      some('region.yaml', ['partners', index, 'note'], note),
    ),
    ...services.flatMap((service, index) => serviceTexts('services.yaml', ['services', index], service)),
    ...jurisdictions.flatMap(({ slug, retention }) =>
      some(`${slug}/jurisdiction.yaml`, ['retention', 'law'], retention?.law),
    ),
    ...jurisdictions.flatMap(({ slug, services = {} }) =>
      Object.entries(services).flatMap(([code, own]) =>
        serviceTexts(`${slug}/jurisdiction.yaml`, ['services', code], own),
      ),
    ),
    ...districtSetsOf(documents).flatMap(({ file, index, set: { name, label, office, facts = {} } }) => [
      ...Object.entries({ name, label, office }).flatMap(([key, text]) =>
        some(file, ['districts', index, key], text),
      ),
      ...Object.entries(facts).flatMap(([fact, text]) =>
        some(file, ['districts', index, 'facts', fact], text),
      ),
    ]),
  ]
}

type ServiceTexts = {
  readonly [Key in 'name' | 'description' | 'group' | 'questions']?: ServiceDocument[Key] | undefined
}

function serviceTexts(
  file: string,
  path: DocumentPath,
  { name, description, group, questions }: ServiceTexts,
): Text[] {
  return [
    ...some(file, [...path, 'name'], name),
    ...some(file, [...path, 'description'], description),
    ...some(file, [...path, 'group'], group),
    ...(questions ?? []).flatMap((question, index) =>
      questionTexts(file, [...path, 'questions', index], question),
    ),
  ]
}

function questionTexts(file: string, path: DocumentPath, { label, hint, options }: QuestionDocument): Text[] {
  return [
    ...some(file, [...path, 'label'], label),
    ...some(file, [...path, 'hint'], hint),
    ...(options ?? []).flatMap(({ label }, index) => some(file, [...path, 'options', index, 'label'], label)),
  ]
}

function some(file: string, path: DocumentPath, text: Localized | undefined): Text[] {
  return text === undefined ? [] : [{ file, path, text }]
}
