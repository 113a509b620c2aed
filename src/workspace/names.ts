import { inArray } from 'drizzle-orm'
import { openRegion } from '../core/db.ts'
import type { MessageKey } from '../core/i18n.ts'
import { staff } from '../people/region-schema.ts'
import { type SignedIn, signedInAccess } from '../people/sessions.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import type { View } from '../web/view.ts'
import type { PageContext } from './office.ts'

/** Names of staff by `staff.id`. */
export type Names = ReadonlyMap<string, string>

const STAFF = 'staff:'

/** What the staff among these actors are called, and whoever has signed in: one look at the region's database. */
export async function namesOf(
  c: PageContext,
  signedIn: SignedIn,
  actors: readonly string[] = [],
): Promise<Names> {
  const platform = c.get('platform')
  const { slug } = c.get('site').region
  const now = platform.clock.now()
  const ids = idsOf(signedIn, actors)
  const rows = await openRegion(platform, signedInAccess(signedIn, now), slug)
    .select({ id: staff.id, name: staff.name })
    .from(staff)
    .where(inArray(staff.id, ids))
  const names = new Map(rows.map(({ id, name }) => [id, name]))
  for (const id of ids) keptBy(platform).set(`${slug} ${id}`, { name: names.get(id), readAt: now })
  return names
}

/**
 * The same without a look, where each name was read a short while ago: for pages whose other reads prove that the session
 * is open.
 */
export async function knownNames(
  c: PageContext,
  signedIn: SignedIn,
  actors: readonly string[],
): Promise<Names> {
  const platform = c.get('platform')
  const { slug } = c.get('site').region
  const oldest = platform.clock.now() - GOOD_FOR_MILLISECONDS
  const names = new Map<string, string>()
  for (const id of idsOf(signedIn, actors)) {
    const known = keptBy(platform).get(`${slug} ${id}`)
    if (known === undefined || known.readAt < oldest) return namesOf(c, signedIn, actors)
    if (known.name !== undefined) names.set(id, known.name)
  }
  return names
}

function idsOf({ holder }: SignedIn, actors: readonly string[]): string[] {
  const colleagues = actors.filter(actor => actor.startsWith(STAFF))
  return [...new Set([holder, ...colleagues.map(actor => actor.slice(STAFF.length))])]
}

const GOOD_FOR_MILLISECONDS = 60_000

interface Kept {
  /** Undefined for somebody who is no longer there. */
  readonly name: string | undefined
  readonly readAt: number
}
/** By region and `staff.id`. */
const kept = new WeakMap<Platform, Map<string, Kept>>()

function keptBy(platform: Platform): Map<string, Kept> {
  const known = kept.get(platform) ?? new Map<string, Kept>()
  kept.set(platform, known)
  return known
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
