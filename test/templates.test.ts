import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadRegion } from '../src/regions/documents/load.ts'
import { lakeEdited } from './support/lake.ts'

const LANGUAGES = ['en', 'es', 'ht']

/** The template in a region of three languages, as somebody who copies it has it. */
function load() {
  const files = new Map(lakeEdited('region.yaml', 'languages: [en]', `languages: [${LANGUAGES.join(', ')}]`))
  files.set('services.yaml', readFileSync('templates/services.yaml', 'utf8'))
  files.set('agreements.yaml', 'agreements: []\n')
  return loadRegion('lake', files)
}

const { documents, issues } = load()
const services = documents?.services ?? []

test('the common services load in a region of three languages', () => {
  expect(issues.filter(issue => issue.file === 'services.yaml')).toEqual([])
  expect(services.length).toBeGreaterThanOrEqual(40)
})

test('each has a group, a description, words to find it by, a deadline and questions', () => {
  for (const { code, group, description, keywords = [], deadline, questions = [] } of services) {
    expect([code, group !== undefined, description !== undefined, deadline !== undefined]).toEqual([
      code,
      true,
      true,
      true,
    ])
    expect([code, keywords.length > 2]).toEqual([code, true])
    if (code !== 'something-else') expect([code, questions.length > 0]).toEqual([code, true])
  }
})

test('every text is there in three languages', () => {
  for (const { code, name, description, group, questions = [] } of services) {
    const texts = [name, description, group, ...questions.flatMap(({ label, hint }) => [label, hint])]
    for (const text of texts) {
      if (text === undefined) continue
      expect([code, Object.keys(text).sort()]).toEqual([code, LANGUAGES])
    }
    for (const { options = [] } of questions)
      for (const { label } of options) expect([code, Object.keys(label).sort()]).toEqual([code, LANGUAGES])
  }
})
