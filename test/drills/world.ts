import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTenant } from '../../src/core/database/handles.ts'
import type { Place } from '../../src/core/geometry.ts'
import { parseTrackingNumber } from '../../src/core/ids.ts'
import { createKey } from '../../src/identity/programs/keys.ts'
import { readMigrations } from '../../src/platform/node/databases/migrations.ts'
import { type NodePlatform, nodePlatform } from '../../src/platform/node/platform.ts'
import { readRegionFiles } from '../../src/platform/node/tenants.ts'
import type { RemoteSettings } from '../../src/platform/remote/databases.ts'
import { loadRegion } from '../../src/regions/documents/load.ts'
import { compileRegion, type Region } from '../../src/regions/runtime/compile.ts'
import { applyRegion } from '../../src/regions/versions/apply.ts'
import { noContact } from '../../src/requests/draft.ts'
import { resolveDraft } from '../../src/requests/submit.ts'
import { bundled, tenantsDir } from '../support/app.ts'
import { grantRole, hire, openSession } from '../support/staff.ts'

export const SERVICE = 'pothole'

/** The bundled county on databases of its own, with what a drill's clients need to work in it. */
export interface World {
  readonly region: Region
  readonly dataDir: string
  /** The environment of a server. */
  readonly env: Readonly<Record<string, string>>
  /** Jurisdiction → its program's key. */
  readonly keys: ReadonlyMap<string, string>
  /** A staff member of every jurisdiction. */
  readonly staff: { readonly cookie: string; keep(answer: Response): void }
  /** A place that each jurisdiction is responsible for, where there is one. */
  readonly places: ReadonlyMap<string, Place>
  readonly answers: Readonly<Record<string, string>>
  /** The jurisdiction that keeps the request of this number. */
  keeperOf(id: string): string
  /** The same databases, bypassing the server. */
  open(): NodePlatform
  remove(): void
}

export interface WorldOptions {
  /** A folder that outlives the world; by default a new one. */
  readonly folder?: string
  readonly remote?: RemoteSettings
  /** Regions of the project besides the bundled one. */
  readonly beside?: readonly string[]
}

export async function makeWorld({ folder, remote, beside = [] }: WorldOptions = {}): Promise<World> {
  const own = mkdtempSync(join(tmpdir(), 'countyline-drill-'))
  const dataDir = join(folder ?? own, 'data')
  const tenants = join(own, 'tenants')
  mkdirSync(tenants)
  for (const slug of [bundled, ...beside])
    cpSync(join(tenantsDir, slug), join(tenants, slug), { recursive: true })
  const open = () => nodePlatform({ dataDir, remote, log: () => {} })
  const platform = open()
  const documentsOf = async (slug: string) => {
    const { documents } = loadRegion(slug, await readRegionFiles(tenants, slug))
    if (documents === undefined) throw new Error(`the documents of ${slug} are refused`)
    return documents
  }
  for (const slug of [bundled, ...beside]) {
    await applyRegion(platform, readMigrations(), slug, await documentsOf(slug), { by: 'drill' })
  }
  const documents = await documentsOf(bundled)
  const region = compileRegion({ region: bundled, version: 1, hash: '', appliedAt: 0, documents })
  const offering = documents.jurisdictions.flatMap(({ slug }) =>
    region.servicesOffered(slug).some(({ code }) => code === SERVICE) ? [slug] : [],
  )
  const keys = new Map<string, string>()
  const app = { platform, region }
  const person = await hire(app, 'Somebody at a drill')
  for (const slug of offering) {
    const db = openTenant(platform, { kind: 'system', reason: 'drill' }, bundled, slug)
    keys.set(slug, (await createKey(platform, db, 'drill', 'work')).key)
    await grantRole(app, person, slug, 'agent')
  }
  const staff = browserOf(await openSession(app, person))
  await platform.close()
  const required = region.service(SERVICE)?.questions?.filter(question => question.required) ?? []
  return {
    region,
    dataDir,
    env: {
      DATA_DIR: dataDir,
      TENANTS_DIR: tenants,
      ...(remote && { DATABASE_URL: remote.url, DATABASE_ADMIN_URL: remote.adminUrl ?? '' }),
    },
    keys,
    staff,
    places: placesOf(region, offering),
    answers: Object.fromEntries(required.map(({ code, options }) => [code, options?.[0]?.key ?? '1'])),
    keeperOf(id) {
      const code = parseTrackingNumber(id)?.code
      return documents.jurisdictions.find(jurisdiction => jurisdiction.code === code)?.slug ?? ''
    },
    open,
    remove: () => rmSync(own, { recursive: true, force: true }),
  }
}

/** Keeps its cookie as a browser does: the server renews it every few minutes. */
function browserOf(given: string): World['staff'] {
  const [name = ''] = given.split('=')
  let cookie = given
  return {
    get cookie() {
      return cookie
    },
    keep(answer) {
      const renewed = answer.headers.getSetCookie().find(line => line.startsWith(`${name}=`))
      if (renewed !== undefined) cookie = renewed.split(';')[0] ?? cookie
    },
  }
}

function placesOf(region: Region, offering: readonly string[]): Map<string, Place> {
  const { map } = region.documents.region
  const spots = [map.center, ...region.documents.places.map(({ coordinates }) => coordinates)]
  const places = new Map<string, Place>()
  for (const [long, lat] of spots) {
    const draft = {
      service: SERVICE,
      place: { lat, long },
      accuracy: 0,
      address: '',
      addressId: '',
      zipcode: '',
      description: '',
      answers: {},
      contact: noContact,
      media: [],
      mediaUrl: '',
      language: 'en',
      channel: 'web',
    } as const
    const { accountable } = resolveDraft(region, draft, Date.now())
    if (offering.includes(accountable.id) && !places.has(accountable.id))
      places.set(accountable.id, { lat, long })
  }
  return places
}
