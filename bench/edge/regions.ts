import { openTenant } from '../../src/core/database/handles.ts'
import { createKey } from '../../src/identity/programs/keys.ts'
import { nodePlatform } from '../../src/platform/node/platform.ts'
import type { Documents } from '../../src/regions/documents/snapshot.ts'
import { compileRegion } from '../../src/regions/runtime/compile.ts'
import { resolve } from '../../src/routing/resolve.ts'
import { applyWithFew } from '../../test/support/large-region.ts'
import type { Sqld } from '../../test/support/sqld.ts'

export interface StoredRegion {
  readonly name: string
  readonly slug: string
  readonly jurisdiction: string
  /** A report by GeoReport, with the key of a program. */
  readonly form: URLSearchParams
}

/** Stores the region with the databases of one jurisdiction: those of the others are never asked. */
export async function storeRegion(
  sqld: Sqld,
  dataDir: string,
  region: { readonly name: string; readonly slug: string; readonly documents: Documents },
): Promise<StoredRegion> {
  const { name, slug, documents } = region
  const platform = nodePlatform({
    dataDir,
    remote: { url: sqld.url, adminUrl: sqld.adminUrl },
    log: () => {},
  })
  try {
    const place = reportedPlace(slug, documents)
    const { jurisdictions } = documents
    const served = jurisdictions.length > 50 ? [place.jurisdiction] : jurisdictions.map(one => one.slug)
    await applyWithFew(platform, slug, documents, served)
    const system = { kind: 'system', reason: 'bench' } as const
    const { key } = await createKey(
      platform,
      openTenant(platform, system, slug, place.jurisdiction),
      'bench',
      'report',
    )
    return { name, slug, jurisdiction: place.jurisdiction, form: formOf(documents, place, key) }
  } finally {
    await platform.close()
  }
}

interface Reported {
  readonly jurisdiction: string
  readonly lat: number
  readonly long: number
}

const SERVICE = 'pothole'

function reportedPlace(slug: string, documents: Documents): Reported {
  const region = compileRegion({ region: slug, version: 0, hash: '', documents })
  const [long, lat] = documents.region.map.center
  const { accountable } = resolve(region.routing, {
    service: SERVICE,
    place: { lat, long },
    accuracy: 0,
    at: Date.now(),
    answers: {},
    urgent: false,
  })
  if (accountable.kind !== 'jurisdiction') throw new Error(`nobody is responsible at the center of ${slug}`)
  return { jurisdiction: accountable.id, lat, long }
}

function formOf({ services }: Documents, { jurisdiction, lat, long }: Reported, key: string) {
  const questions = services.find(({ code }) => code === SERVICE)?.questions ?? []
  const required = questions.filter(question => question.required && question.type !== 'notice')
  return new URLSearchParams({
    service_code: SERVICE,
    lat: String(lat),
    long: String(long),
    jurisdiction_id: jurisdiction,
    api_key: key,
    description: 'A hole as wide as a door, by the second lamp post; two cars have been damaged.',
    email: 'reader@example.org',
    ...Object.fromEntries(
      required.map(({ code, options }) => [`attribute[${code}]`, options?.[0]?.key ?? '1']),
    ),
  })
}
