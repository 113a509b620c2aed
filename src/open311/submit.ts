import type { Context } from 'hono'
import { type Access, may, type WorkAccess } from '../core/access.ts'
import { openRegion, openTenantReader } from '../core/database/handles.ts'
import { readIdempotencyKey } from '../core/http/json.ts'
import { problem } from '../core/problem.ts'
import { limit } from '../identity/limits.ts'
import { asPublic, refuseFrozen } from '../identity/programs/authorize.ts'
import { bearerOf } from '../identity/programs/bearer.ts'
import { verifyKey } from '../identity/programs/keys.ts'
import { programAccess } from '../identity/programs/programs.ts'
import type { Platform } from '../platform/platform.ts'
import type { ServiceDocument } from '../regions/documents/schemas/services.ts'
import type { Region } from '../regions/runtime/compile.ts'
import type { AppEnv } from '../regions/runtime/site.ts'
import { MAX_MEDIA } from '../requests/draft.ts'
import { receivePhoto, uploaderOf } from '../requests/media/uploads.ts'
import { type AssessedReport, assess, fileReport } from '../requests/submit.ts'
import { safetyNotice } from '../requests/triage/notice.ts'
import { readDraft } from './draft.ts'
import { reason, serviceNotice } from './format/notice.ts'
import { Container, type GeoReportAnswer } from './format/serialize.ts'
import { type Parameters, readForm, readQuery } from './parameters.ts'
import { type EndpointScope, readScope } from './scope.ts'
import { findService } from './services.ts'

/**
 * POST requests (GeoReport v2, "POST Service Request"): files a report and returns its number at once. Photos
 * are stored as they arrive, so the program must be authenticated before them. Throws `invalid-fields` with
 * every error of the form, `key-refused`, `unknown-jurisdiction`, `unknown-service`, or `bad-location` for a
 * place outside this jurisdiction.
 */
export async function submitRequest(c: Context<AppEnv>): Promise<GeoReportAnswer> {
  const platform = c.get('platform')
  const language = c.get('language')
  const { region } = c.get('site')
  const given = readIdempotencyKey(c.req.raw)
  const sent = new Credentials(c)
  await sent.beforeBody()
  const media: string[] = []
  const form = await readForm(c.req.raw, async (file, before) => {
    const program = await sent.beforeFiles(before)
    if (media.length === MAX_MEDIA) throw tooManyPhotos()
    const own = given === undefined ? undefined : `${given}:${media.length}`
    const db = openRegion(platform, asPublic(program), region.slug)
    const read = (max: number) => file.read(max)
    media.push((await receivePhoto(platform, db, uploaderOf(program), read, () => own)).id)
  })
  const scope = readScope(c.get('site'), form.one('jurisdiction_id'))
  const at = platform.clock.now()
  const key = await sent.of(form, scope)
  const { draft, errors } = await readDraft(platform, region, form, { language, media })
  const service = draft.service === '' ? noService : findService(scope, draft.service)
  const input = { draft, jurisdiction: scope.jurisdiction?.slug, service }
  const misspelled = form.misspelled('report', codesOf(service))
  const report = assess(region, { ...input, errors: [...errors, ...misspelled] }, at)
  refuseOutside(scope, report, language)
  refuseFrozen(region, key.jurisdiction, at)
  const access = await accessFor(platform, region, key, report.keeper)
  const receipt = await fileReport(platform, access, region, report, { idempotencyKey: given })
  const request = {
    service_request_id: receipt.id,
    service_notice: [
      safetyNotice(region, language, report),
      serviceNotice(region, receipt.resolution, language),
    ]
      .join(' ')
      .trim(),
    account_id: form.one('account_id') || null,
  }
  return { root: 'service_requests', value: new Container('request', [request]) }
}

// For the other errors of a form that names none.
const noService: ServiceDocument = { code: '', name: '', layers: [] }

function codesOf({ questions = [] }: ServiceDocument): string[] {
  return questions.map(({ code }) => code)
}

function tooManyPhotos() {
  return problem('invalid-fields', {
    fields: [{ field: 'media', code: 'too-many', params: { max: MAX_MEDIA } }],
  })
}

/** A bearer token or the query's `api_key` is known before the body, the form's own field before its files. */
class Credentials {
  readonly #c: Context<AppEnv>
  readonly #known = new Map<string, WorkAccess>()
  readonly #early: string
  #proven: string | undefined

  constructor(c: Context<AppEnv>) {
    this.#c = c
    this.#early = readQuery(c.req.raw).one('api_key') || bearerOf(c)
  }

  /** Throws `key-refused`, and `too-many-requests` for too many forms without credentials. */
  async beforeBody(): Promise<void> {
    if (this.#early === '') await limit(this.#c, 'unproven')
    else await this.#read(this.#early)
  }

  /** Checks the fields before the first file, and that the key is in force. Throws `key-refused`. */
  async beforeFiles(before: Parameters): Promise<WorkAccess> {
    const credential = this.#credentialOf(before)
    if (credential === '') {
      throw problem('key-refused', {
        detail:
          'Send the api_key before the photos: in the URL, as a bearer token, or as the first field of the form.',
      })
    }
    const program = await this.of(before, readScope(this.#c.get('site'), before.one('jurisdiction_id')))
    if (this.#proven !== credential) {
      const { region, jurisdiction } = program
      await verifyKey(openTenantReader(this.#c.get('platform'), program, region, jurisdiction))
    }
    this.#proven = credential
    return program
  }

  async of(form: Parameters, scope: EndpointScope): Promise<WorkAccess> {
    return refuseOthers(await this.#read(this.#credentialOf(form)), scope)
  }

  #credentialOf(form: Parameters): string {
    return form.one('api_key') || this.#early
  }

  async #read(credential: string): Promise<WorkAccess> {
    const program = this.#known.get(credential) ?? (await readCredential(this.#c, credential))
    this.#known.set(credential, program)
    return program
  }
}

/**
 * Reads an api_key, or a key or access token sent as a bearer. A jurisdiction accepts its own programs; the
 * region, where routing decides who keeps the report, those of any of its jurisdictions. Throws `key-refused`.
 */
export async function readProgram(
  c: Context<AppEnv>,
  scope: EndpointScope,
  given: Parameters,
): Promise<WorkAccess> {
  return refuseOthers(await readCredential(c, given.one('api_key') || bearerOf(c)), scope)
}

async function readCredential(c: Context<AppEnv>, credential: string): Promise<WorkAccess> {
  if (credential === '') await limit(c, 'reports')
  const program = await programAccess(c, credential)
  if (program === undefined || !may(program, 'report')) throw keyRefused(c.get('site'))
  return program
}

function refuseOthers(program: WorkAccess, scope: EndpointScope): WorkAccess {
  const { jurisdiction } = scope
  if (jurisdiction !== undefined && jurisdiction.slug !== program.jurisdiction) throw keyRefused(scope)
  return program
}

function keyRefused({ region, jurisdiction }: Pick<EndpointScope, 'region' | 'jurisdiction'>) {
  const whose = jurisdiction?.name ?? region.documents.region.name
  return problem('key-refused', { detail: `Send an api_key that is valid for ${whose}.` })
}

/**
 * The keeper's own key is checked in the batch that files the report, without a round trip; another
 * jurisdiction's key is read first. Throws `key-refused`.
 */
async function accessFor(
  platform: Platform,
  region: Region,
  key: WorkAccess,
  keeper: string,
): Promise<Access> {
  const isKeepers = key.jurisdiction === keeper
  if (!isKeepers) await verifyKey(openTenantReader(platform, key, region.slug, key.jurisdiction))
  return isKeepers ? key : asPublic(key)
}

/** Places within its boundary, and those beyond it that it is responsible for. */
function refuseOutside(
  { region, jurisdiction }: EndpointScope,
  { draft: { place }, resolution, at }: AssessedReport,
  language: string,
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
  throw problem('bad-location', {
    detail: `This location is not in ${name}. ${reason(region, resolution, language)}`,
  })
}
