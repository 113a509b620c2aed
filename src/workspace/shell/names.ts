import { inArray } from 'drizzle-orm'
import { Cache } from '../../core/cache.ts'
import { openRegion } from '../../core/database/handles.ts'
import type { MessageKey } from '../../core/i18n.ts'
import { staff } from '../../identity/region-schema.ts'
import { type SignedIn, signedInAccess } from '../../identity/sessions/sessions.ts'
import type { Platform } from '../../platform/platform.ts'
import { bodyName } from '../../regions/runtime/names.ts'
import type { PageView } from '../../web/view.ts'

export type Names = ReadonlyMap<string, string>

const STAFF = 'staff:'

/** Names of the staff among these actors and of the signed-in person, from the region's database. */
export async function namesOf(
  platform: Platform,
  signedIn: SignedIn,
  actors: readonly string[] = [],
): Promise<Names> {
  const { region: slug } = signedIn
  const now = platform.clock.now()
  const ids = idsOf(signedIn, actors)
  const rows = await openRegion(platform, signedInAccess(signedIn, now), slug)
    .select({ id: staff.id, name: staff.name })
    .from(staff)
    .where(inArray(staff.id, ids))
  const names = new Map(rows.map(({ id, name }) => [id, name]))
  for (const id of ids) cache.set(platform, `${slug} ${id}`, names.get(id))
  return names
}

/** Cached for 60 seconds. Only for pages whose other reads prove that the session is open. */
export async function knownNames(
  platform: Platform,
  signedIn: SignedIn,
  actors: readonly string[],
): Promise<Names> {
  const { region: slug } = signedIn
  const oldest = platform.clock.now() - CACHED_MILLISECONDS
  const names = new Map<string, string>()
  for (const id of idsOf(signedIn, actors)) {
    const known = cache.peek(platform, `${slug} ${id}`)
    if (known === undefined || known.readAt < oldest) return namesOf(platform, signedIn, actors)
    if (known.value !== undefined) names.set(id, known.value)
  }
  return names
}

function idsOf({ holder }: SignedIn, actors: readonly string[]): string[] {
  const colleagues = actors.filter(actor => actor.startsWith(STAFF))
  return [...new Set([holder, ...colleagues.map(actor => actor.slice(STAFF.length))])]
}

const CACHED_MILLISECONDS = 60_000

/** By region and `staff.id`. Undefined for someone who no longer exists. */
const cache = new Cache<string | undefined>({ fresh: CACHED_MILLISECONDS })

const kinds: Readonly<Record<string, MessageKey>> = {
  key: 'work-by-key',
  client: 'work-by-client',
  account: 'work-by-resident',
  public: 'work-by-resident',
}

export function actorName(view: PageView, names: Names, actor: string): string {
  const { region } = view.site
  if (region.jurisdiction(actor) !== undefined) return bodyName(region, actor)
  const [kind = '', id = ''] = actor.split(':')
  if (kind === 'staff') return names.get(id) ?? view.t('work-by-colleague')
  if (kind === 'system' && id === 'region-administrator') return view.t('work-by-region')
  const messageKey = kinds[kind]
  return messageKey === undefined ? view.t('work-by-platform') : view.t(messageKey, { id })
}

/** The jurisdiction's present wording, or the catalogue's, or the name at filing time. */
export function serviceLabel(view: PageView, jurisdiction: string, code: string, calledThen = code): string {
  const { region } = view.site
  const own = region.servicesOffered(jurisdiction).find(service => service.code === code)
  const service = own ?? region.service(code)
  return service === undefined ? calledThen : view.localize(service.name)
}
