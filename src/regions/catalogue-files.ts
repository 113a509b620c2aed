import { isSeq, parseDocument } from 'yaml'
import type { ImportedCatalogue } from './catalogue.ts'
import { yaml } from './export.ts'

export interface MergedCatalogue {
  /** The new text of services.yaml. */
  readonly text: string
  readonly added: readonly string[]
  /** Codes that were there already and stay as they are. */
  readonly kept: readonly string[]
  /** Services that got the questions of a definition. */
  readonly defined: readonly string[]
  /** Definitions of services that the catalogue does not have. */
  readonly unknown: readonly string[]
}

/**
 * Adds imported services, and the questions of definitions, to the text of a services.yaml; comments and whatever is
 * there already stay. The text is one that was read without faults.
 */
export function mergeCatalogue(
  text: string | undefined,
  { services, questions }: ImportedCatalogue,
): MergedCatalogue {
  const document = parseDocument(text ?? yaml('../../docs/schemas/services', { services: [] }))
  const list = document.get('services')
  const items = isSeq(list) ? list : document.createNode([])
  items.flow = false
  document.set('services', items)
  const codes = () => items.items.map((_, index) => document.getIn(['services', index, 'code']))
  const present = new Set(codes())
  const added = services.filter(({ code }) => !present.has(code))
  for (const service of added) items.add(document.createNode(service))
  const defined: string[] = []
  const unknown: string[] = []
  for (const [code, asked] of questions) {
    const index = codes().indexOf(code)
    if (index >= 0) document.setIn(['services', index, 'questions'], document.createNode(asked))
    ;(index >= 0 ? defined : unknown).push(code)
  }
  return {
    text: document.toString({ lineWidth: 100 }),
    added: added.map(({ code }) => code),
    kept: services.map(({ code }) => code).filter(code => present.has(code)),
    defined,
    unknown,
  }
}
