import type { Context } from 'hono'
import { type Access, may, type WorkAccess } from '../core/access.ts'
import { openRegion, openTenantReader } from '../core/db.ts'
import { problem } from '../core/problem.ts'
import { bearerOf } from '../people/bearer.ts'
import { verifyKey } from '../people/keys.ts'
import { limit } from '../people/limits.ts'
import { programAccess } from '../people/programs.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import type { Door } from '../regions/site.ts'
import type { Draft } from '../requests/draft.ts'
import { storePhoto } from '../requests/media.ts'
import { readIdempotencyKey } from '../requests/read.ts'
import { keeperOf, resolveDraft, submitReport } from '../requests/submit.ts'
import { refuseFrozen } from '../requests/work.ts'
import type { Resolution } from '../routing/types.ts'
import { readDraft } from './draft.ts'
import { reason, serviceNotice } from './notice.ts'
import { type Parameters, readForm } from './parameters.ts'
import { readScope, type Scope } from './scope.ts'
import { findService } from './services.ts'
import { type Answer, Container } from './spark.ts'

/**
 * POST requests (GeoReport v2, "POST Service Request"): files a report and answers its number, at once. Throws
 * `invalid-fields` with every fault of the form, `key-refused`, `unknown-jurisdiction`, `unknown-service`, or
 * `bad-location` for a place that is none of this jurisdiction's business.
 */
export async function submitRequest(c: Context<Door>): Promise<Answer> {
  const platform = c.get('platform')
  const language = c.get('language')
  const form = await readForm(c.req.raw)
  const scope = readScope(c.get('site'), form.one('jurisdiction_id'))
  const { region, jurisdiction } = scope
  const at = platform.clock.now()
  const key = await readProgram(c, scope, form)
  const code = form.one('service_code')
  const service = code === '' ? undefined : findService(scope, code)
  const { draft, faults } = readDraft(form, region, service, language)
  if (faults.length > 0) throw problem('invalid-fields', { fields: faults })

  const resolution = resolveDraft(region, draft, at)
  refuseOutside(scope, draft, resolution, language, at)
  refuseFrozen(region, key.jurisdiction, at)
  const keeper = jurisdiction?.slug ?? keeperOf(region, resolution, at)
  const access = await accessFor(platform, region, key, keeper, form.files.length > 0)
  const given = readIdempotencyKey(c)
  const idempotencyKey = given === undefined ? undefined : `${key.actor}:${given}`
  const media = await storePhotos(platform, region, form.files, idempotencyKey)
  const receipt = await submitReport(platform, access, region, {
    draft: { ...draft, media },
    jurisdiction: jurisdiction?.slug,
    idempotencyKey,
  })
  const request = {
    service_request_id: receipt.id,
    service_notice: serviceNotice(receipt.resolution, language),
    account_id: form.one('account_id') || null,
  }
  return { root: 'service_requests', value: new Container('request', [request]) }
}

/**
 * Whoever asks with an api_key, or with a key or access token as bearer. A jurisdiction takes its own programs; the
 * region, where routing decides who keeps the report, those of any of its jurisdictions. Throws `key-refused`.
 */
export async function readProgram(
  c: Context<Door>,
  { region, jurisdiction }: Scope,
  given: Parameters,
): Promise<WorkAccess> {
  const credential = given.one('api_key') || bearerOf(c)
  if (credential === '') await limit(c, 'reports')
  const program = await programAccess(c, credential)
  const isOurs = program !== undefined && may(program, 'report')
  if (!isOurs || (jurisdiction !== undefined && jurisdiction.slug !== program.jurisdiction)) {
    const whose = jurisdiction?.name ?? region.documents.region.name
    throw problem('key-refused', { detail: `Send an api_key that is valid for ${whose}.` })
  }
  return program
}

/**
 * The keeper's own key is checked by the batch that files the report, at no round trip. Another jurisdiction's, or any
 * before photos are stored, is read first. Throws `key-refused`.
 */
async function accessFor(
  platform: Platform,
  region: Region,
  key: WorkAccess,
  keeper: string,
  isFirst: boolean,
): Promise<Access> {
  const isKeepers = key.jurisdiction === keeper
  if (!isKeepers || isFirst) await verifyKey(openTenantReader(platform, key, region.slug, key.jurisdiction))
  return isKeepers ? key : { kind: 'public', region: region.slug }
}

/** A jurisdiction's own door takes what lies within its limits or what it answers for beyond them. */
function refuseOutside(
  { region, jurisdiction }: Scope,
  { place }: Draft,
  resolution: Resolution,
  language: string,
  at: number,
): void {
  if (place === null || jurisdiction === undefined || jurisdiction.boundary.length === 0) return
  const { slug, name } = jurisdiction
  const { accountable, performer, candidates } = resolution
  if ([accountable, performer, ...candidates].some(({ id }) => id === slug)) return
  const { atlas, areas } = region.routing
  const isInside = atlas.areasAt(place.lat, place.long).some(index => {
    const area = areas[index]
    return area?.kind === 'boundary' && area.body === slug && area.from <= at && at < area.to
  })
  if (isInside) return
  throw problem('bad-location', { detail: `This place is not in ${name}. ${reason(resolution, language)}` })
}

/** One after the other: together they may be 25 MB. */
async function storePhotos(
  platform: Platform,
  region: Region,
  files: readonly File[],
  idempotencyKey: string | undefined,
): Promise<string[]> {
  const db = openRegion(platform, { kind: 'public', region: region.slug }, region.slug)
  const ids: string[] = []
  for (const [index, file] of files.entries()) {
    const bytes = new Uint8Array(await file.arrayBuffer())
    const own = idempotencyKey === undefined ? undefined : `${idempotencyKey}:${index}`
    ids.push((await storePhoto(platform, db, bytes, own)).id)
  }
  return ids
}
