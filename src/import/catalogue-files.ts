import { isSeq, parseDocument } from 'yaml'
import { yaml } from '../regions/documents/export.ts'
import type { ImportedCatalogue } from './catalogue.ts'

export interface MergedCatalogue {
  readonly text: string
  readonly added: readonly string[]
  readonly kept: readonly string[]
  readonly defined: readonly string[]
  readonly unknown: readonly string[]
}

/** Comments and existing entries stay. The text must be free of errors. */
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
  const foreignCodes = () =>
    items.items.map((_, index) => document.getIn(['services', index, 'externalCode']))
  const present = new Set(codes())
  const added = services.filter(({ code }) => !present.has(code))
  for (const service of added) items.add(document.createNode(service))
  const defined: string[] = []
  const unknown: string[] = []
  for (const [code, question] of questions) {
    const own = codes().indexOf(code)
    const index = own >= 0 ? own : foreignCodes().indexOf(code)
    if (index >= 0) document.setIn(['services', index, 'questions'], document.createNode(question))
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

/**
 * Writes codes that the import had to change into region.yaml, as the mapping of a partner that keeps them. The
 * text must be free of errors. Undefined if the region has no such partner with an Open311 endpoint.
 */
export function withPartnerCodes(
  text: string,
  partner: string,
  services: ImportedCatalogue['services'],
): string | undefined {
  const document = parseDocument(text)
  const partners: unknown = document.toJS()?.partners
  const index = Array.isArray(partners)
    ? partners.findIndex(({ id, open311 }) => id === partner && open311)
    : -1
  if (index < 0) return undefined
  for (const { code, externalCode } of services) {
    if (externalCode !== undefined)
      document.setIn(['partners', index, 'open311', 'services', code], externalCode)
  }
  return document.toString({ lineWidth: 100 })
}
