import { groupBy } from '../core/group.ts'
import type { Region } from '../regions/compile.ts'
import type { Localized } from '../regions/document-values.ts'
import type { ServiceDocument } from '../regions/documents.ts'
import type { Resolution } from '../routing/types.ts'
import { type Findable, fold, search } from '../web/fold.ts'
import type { View } from '../web/view.ts'

export interface ServiceGroup {
  /** For links to it. */
  readonly id: string
  readonly name: string
  readonly services: readonly ServiceDocument[]
}

/** The whole catalogue, whoever's door it is: a resident need not know who does what. Its own names at a jurisdiction's. */
export function siteServices({ site }: View): readonly ServiceDocument[] {
  const { region, jurisdiction } = site
  const own = jurisdiction === undefined ? [] : region.servicesOffered(jurisdiction.slug)
  return region.documents.services.map(service => own.find(({ code }) => code === service.code) ?? service)
}

/** Services under their headings, both in the catalogue's order. */
export function grouped(view: View, services: readonly ServiceDocument[]): ServiceGroup[] {
  const groups = groupBy(services, ({ group }) => view.say(group) || view.t('group-other'))
  return [...groups].map(([name, services]) => ({ id: fold(name).replaceAll(' ', '-'), name, services }))
}

/** Those that what was typed may mean, the likeliest first. */
export function searchServices(services: readonly ServiceDocument[], typed: string): ServiceDocument[] {
  return search(services.map(findable), typed).flatMap(index => services[index] ?? [])
}

/** What a service is found by, in all languages. */
export function findable({ name, group, description, keywords }: ServiceDocument): Findable {
  const words = (texts: readonly (Localized | undefined)[], more: readonly string[] = []) =>
    fold([...texts.flatMap(inAllLanguages), ...more].join(' '))
  return { name: words([name], keywords), rest: words([group, description]) }
}

function inAllLanguages(localized: Localized | undefined): string[] {
  if (localized === undefined) return []
  return typeof localized === 'string' ? [localized] : Object.values(localized)
}

/** The jurisdiction whose name and questions a service has once it is known who is responsible. */
export function offeredBy(region: Region, code: string, { accountable }: Resolution): string | undefined {
  const offers = region.servicesOffered(accountable.id).some(service => service.code === code)
  return accountable.kind === 'jurisdiction' && offers ? accountable.id : undefined
}

/** A service's name today, by its code, else as it was called when the report was filed. */
export function serviceName(view: View, code: string, calledThen: string): string {
  const service = siteServices(view).find(candidate => candidate.code === code)
  return service === undefined ? calledThen : view.say(service.name)
}
