import { groupBy } from '../../core/group.ts'
import type { Localized } from '../document-values.ts'
import type { QuestionDocument, ServiceDocument } from '../documents.ts'
import type { Path } from '../fault.ts'
import type { Documents } from '../snapshot.ts'
import { type Findings, tellOf } from './finding.ts'

interface Text {
  readonly file: string
  readonly path: Path
  readonly text: Localized
}

/** Texts that some of the region's languages lack, one warning for each document and language. */
export function* checkTranslations(documents: Documents): Findings {
  const [first, ...others] = documents.region.languages
  if (others.length === 0) return
  for (const [file, texts] of groupBy(allTexts(documents), ({ file }) => file)) {
    for (const language of others) {
      const missing = texts.filter(({ text }) => !speaks(text, language))
      if (missing[0] === undefined) continue
      const count = missing.length === 1 ? 'One text is' : `${missing.length} texts are`
      const mend = `Write { ${first}: …, ${language}: … }, from here on`
      yield tellOf(file).warning(missing[0].path, `${count} not in "${language}"`, mend)
    }
  }
}

/** The first language stands for itself; a text without letters for every language. */
function speaks(text: Localized, language: string): boolean {
  return typeof text === 'string' ? !/\p{L}/u.test(text) : Object.hasOwn(text, language)
}

function allTexts({ region, services, jurisdictions }: Documents): Text[] {
  return [
    ...some('region.yaml', ['emergency', 'text'], region.emergency.text),
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
  ]
}

type ServiceTexts = {
  readonly [Key in 'name' | 'description' | 'group' | 'questions']?: ServiceDocument[Key] | undefined
}

function serviceTexts(
  file: string,
  path: Path,
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

function questionTexts(file: string, path: Path, { label, hint, options }: QuestionDocument): Text[] {
  return [
    ...some(file, [...path, 'label'], label),
    ...some(file, [...path, 'hint'], hint),
    ...(options ?? []).flatMap(({ label }, index) => some(file, [...path, 'options', index, 'label'], label)),
  ]
}

function some(file: string, path: Path, text: Localized | undefined): Text[] {
  return text === undefined ? [] : [{ file, path, text }]
}
