import type { Localized, QuestionDocument, ServiceDocument } from '../documents.ts'
import type { Finding, Path } from '../fault.ts'
import type { Documents } from '../snapshot.ts'
import { warning } from './finding.ts'

interface Text {
  readonly file: string
  readonly path: Path
  readonly text: Localized
}

/** Texts that some of the region's languages lack, one warning for each document and language. */
export function checkTranslations(documents: Documents): Finding[] {
  const { languages } = documents.region
  if (languages.length < 2) return []
  const texts = allTexts(documents)
  const files = [...new Set(texts.map(({ file }) => file))]
  return files.flatMap(file =>
    languages.slice(1).flatMap(language => {
      const missing = texts.filter(({ file: own, text }) => own === file && !speaks(text, language))
      const [first] = missing
      if (!first) return []
      const count = missing.length === 1 ? 'One text is' : `${missing.length} texts are`
      return [
        warning(
          file,
          first.path,
          `${count} not in "${language}"`,
          `Write { ${languages[0]}: …, ${language}: … }, from here on`,
        ),
      ]
    }),
  )
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
