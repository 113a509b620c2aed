import * as v from 'valibot'
import { fold } from '../../core/spelling.ts'
import type { DocumentValue } from '../../regions/documents/export.ts'
import type { DocumentPath } from '../../regions/documents/issue.ts'
import { jurisdictionDocument } from '../../regions/documents/schemas/jurisdiction.ts'
import {
  type QuestionDocument,
  question,
  type ServiceDocument,
  service,
} from '../../regions/documents/schemas/services.ts'
import type { Jurisdiction } from '../../regions/documents/snapshot.ts'
import { layersOf } from '../../regions/runtime/offers.ts'
import { search } from '../../web/search.ts'
import type { PageView } from '../../web/view.ts'
import { type DraftContext, jurisdictionsOf } from '../drafts/open-draft.ts'
import { isRecord, recordsAt } from '../shell/values.ts'

export const SERVICES = 'services.yaml'

/** The region's services as the draft has them, in order. What is not valid by itself is left out. */
export function servicesOf({ values }: DraftContext): ServiceDocument[] {
  return validIn(service, recordsAt(values.get(SERVICES), ['services']))
}

export function questionsAt(document: DocumentValue | undefined, path: DocumentPath): QuestionDocument[] {
  return validIn(question, recordsAt(document, path))
}

export function validIn<T extends v.GenericSchema>(
  schema: T,
  values: readonly unknown[],
): v.InferOutput<T>[] {
  return values.flatMap(value => {
    const read = v.safeParse(schema, value)
    return read.success ? [read.output] : []
  })
}

/** Of the draft; undefined for one whose document is not valid. */
export function jurisdictionOf(
  { values }: DraftContext,
  slug: string,
): Omit<Jurisdiction, 'boundary'> | undefined {
  const [document] = validIn(jurisdictionDocument, [values.get(`${slug}/jurisdiction.yaml`)])
  return document && { ...document, slug }
}

/** Position in a stored list, or -1. */
export function indexOfCode(list: unknown, code: string): number {
  return Array.isArray(list) ? list.findIndex(item => isRecord(item) && item.code === code) : -1
}

/** The layers that services can name: roads, and whatever jurisdictions of the draft have authority in. */
export function knownLayers(context: DraftContext): string[] {
  const own = jurisdictionsOf(context).flatMap(slug => {
    const one = jurisdictionOf(context, slug)
    return one === undefined ? [] : layersOf({ ...one, boundary: [] })
  })
  const named = servicesOf(context).flatMap(({ layers, inform = [] }) => [...layers, ...inform])
  return [...new Set(['asset:road', ...own, ...named])]
}

export function layerName({ t }: PageView, layer: string): string {
  const names = {
    'asset:road': 'admin-layer-road',
    municipality: 'admin-layer-municipality',
    county: 'admin-layer-county',
  } as const
  const key = Object.entries(names).find(([name]) => name === layer)?.[1]
  return key === undefined ? layer.replaceAll('-', ' ') : t(key)
}

export interface ServiceGroup {
  readonly name: string
  readonly services: readonly ServiceDocument[]
}

export function grouped(view: PageView, services: readonly ServiceDocument[]): ServiceGroup[] {
  const groups = Map.groupBy(services, ({ group }) => view.localize(group) || view.t('group-other'))
  return [...groups].map(([name, services]) => ({ name, services }))
}

export function findServices(services: readonly ServiceDocument[], typed: string): ServiceDocument[] {
  if (typed === '') return [...services]
  const findable = services.map(({ code, name, keywords = [] }) => {
    const names = typeof name === 'string' ? [name] : Object.values(name)
    return { name: [code, ...names, ...keywords].map(fold).join(','), rest: '' }
  })
  return search(findable, typed).flatMap(index => services[index] ?? [])
}
