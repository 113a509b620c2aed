import { inArray } from 'drizzle-orm'
import { openRegion } from '../core/db.ts'
import type { MessageKey } from '../core/i18n.ts'
import { staff } from '../people/region-schema.ts'
import { type SignedIn, signedInAccess } from '../people/sessions.ts'
import type { Region } from '../regions/compile.ts'
import type { View } from '../web/view.ts'
import type { PageContext } from './desk.ts'

/** Names of staff by `staff.id`. */
export type Names = ReadonlyMap<string, string>

const STAFF = 'staff:'

/** What the staff among these actors are called, and whoever has signed in: one look at the region's database. */
export async function namesOf(
  c: PageContext,
  signedIn: SignedIn,
  actors: readonly string[] = [],
): Promise<Names> {
  const { slug } = c.get('site').region
  const ids = actors.filter(actor => actor.startsWith(STAFF)).map(actor => actor.slice(STAFF.length))
  const db = openRegion(c.get('platform'), signedInAccess(signedIn, c.get('platform').clock.now()), slug)
  const rows = await db
    .select({ id: staff.id, name: staff.name })
    .from(staff)
    .where(inArray(staff.id, [...new Set([signedIn.holder, ...ids])]))
  return new Map(rows.map(({ id, name }) => [id, name]))
}

const kinds: Readonly<Record<string, MessageKey>> = {
  key: 'work-by-key',
  client: 'work-by-client',
  account: 'work-by-resident',
  public: 'work-by-resident',
}

/** Who did something, in words: a colleague by name, else what kind of actor it was. */
export function actorName(view: View, names: Names, actor: string): string {
  const [kind = '', id = ''] = actor.split(':')
  if (kind === 'staff') return names.get(id) ?? view.t('work-by-colleague')
  const known = kinds[kind]
  return known === undefined ? view.t('work-by-platform') : view.t(known, { id })
}

/** A jurisdiction or a partner as it is called; one that is no longer known, by its id. */
export function bodyName(region: Region, id: string): string {
  return region.jurisdiction(id)?.name ?? region.partner(id)?.name ?? id
}

/** A service as the jurisdiction calls it today, else the catalogue, else as it was called when it was reported. */
export function serviceLabel(view: View, jurisdiction: string, code: string, calledThen = code): string {
  const { region } = view.site
  const own = region.servicesOffered(jurisdiction).find(service => service.code === code)
  const service = own ?? region.service(code)
  return service === undefined ? calledThen : view.say(service.name)
}
