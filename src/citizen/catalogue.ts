import { fold } from '../core/spelling.ts'
import type { ServiceDocument } from '../regions/documents/schemas/services.ts'
import type { Localized } from '../regions/documents/schemas/values.ts'
import type { Region } from '../regions/runtime/compile.ts'
import type { Resolution } from '../routing/types.ts'
import { type Findable, search } from '../web/search.ts'
import type { PageView } from '../web/view.ts'

export interface ServiceGroup {
  readonly id: string
  readonly name: string
  readonly services: readonly ServiceDocument[]
}

/** The whole catalogue, even on a jurisdiction's own site: a resident need not know who does what. */
export function siteServices({ site }: PageView): readonly ServiceDocument[] {
  const { region, jurisdiction } = site
  const own = jurisdiction === undefined ? [] : region.servicesOffered(jurisdiction.slug)
  return region.documents.services.map(service => own.find(({ code }) => code === service.code) ?? service)
}

export function grouped(view: PageView, services: readonly ServiceDocument[]): ServiceGroup[] {
  const groups = Map.groupBy(services, ({ group }) => view.localize(group) || view.t('group-other'))
  return [...groups].map(([name, services]) => ({ id: fold(name).replaceAll(' ', '-'), name, services }))
}

export function searchServices(services: readonly ServiceDocument[], typed: string): ServiceDocument[] {
  return search(services.map(findable), typed).flatMap(index => services[index] ?? [])
}

export function findable({ name, group, description, keywords = [] }: ServiceDocument): Findable {
  // Each word of a name stands for it too, a keyword of several words only as a whole.
  const names = inAllLanguages(name)
    .map(fold)
    .flatMap(words => [words, ...words.split(' ')])
  const rest = [group, description].flatMap(inAllLanguages)
  return { name: [...names, ...keywords.map(fold)].join(','), rest: fold(rest.join(' ')) }
}

function inAllLanguages(localized: Localized | undefined): string[] {
  if (localized === undefined) return []
  return typeof localized === 'string' ? [localized] : Object.values(localized)
}

export function offeredBy(region: Region, code: string, { accountable }: Resolution): string | undefined {
  const offers = region.servicesOffered(accountable.id).some(service => service.code === code)
  return accountable.kind === 'jurisdiction' && offers ? accountable.id : undefined
}

/** A service's current name, or its name at filing time if the code no longer exists. */
export function serviceName(view: PageView, code: string, calledThen: string): string {
  const service = siteServices(view).find(candidate => candidate.code === code)
  return service === undefined ? calledThen : view.localize(service.name)
}
