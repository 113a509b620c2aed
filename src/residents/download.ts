import type { DownloadScope, Registry } from '../capability.ts'
import type { ResidentAccess } from '../core/access.ts'
import { openRegion, type TenantReader } from '../core/database/handles.ts'
import { type Account, accountJurisdictions } from '../identity/accounts.ts'
import { listSessions } from '../identity/sessions/sessions.ts'
import type { Platform } from '../platform/platform.ts'
import type { Site } from '../regions/runtime/site.ts'
import { ratingOf } from '../requests/case/rating.ts'
import { publicCase } from '../requests/list/find.ts'
import { isoTime, publicCaseView } from '../requests/list/view.ts'
import { personsOf } from './contact.ts'
import { consentsOf } from './history.ts'
import { ownCases, readOwnRecords } from './own.ts'

export async function dataOf(
  platform: Platform,
  site: Site,
  { access, account }: { readonly access: ResidentAccess; readonly account: Account },
  download: Registry['download'],
) {
  const { region } = site
  const inRegion = { kind: 'signed-in', region: region.slug, proof: access.inRegion } as const
  const db = openRegion(platform, inRegion, region.slug)
  const now = platform.clock.now()
  const [reach, consents, sessions] = await Promise.all([
    accountJurisdictions(db, account.id),
    consentsOf(db, account.id),
    listSessions(db, 'account', account.id, now),
  ])
  const { found, unavailable } = await readOwnRecords(platform, access, region.slug, reach, async db => ({
    jurisdiction: db.slug,
    name: region.jurisdiction(db.slug)?.name,
    ...(await download(db, { platform, site, account: account.id })),
  }))
  return {
    made_at: isoTime(now),
    account: {
      id: account.id,
      region: region.slug,
      email: account.email,
      phone: account.phone,
      language: account.language,
      created_at: isoTime(account.createdAt),
    },
    history_consents: consents.map(({ jurisdiction, givenAt }) => ({
      jurisdiction,
      given_at: isoTime(givenAt),
    })),
    sessions: sessions.map(({ device, method, createdAt, rotatedAt }) => ({
      device,
      method,
      created_at: isoTime(createdAt),
      last_seen_at: isoTime(rotatedAt),
    })),
    jurisdictions: found,
    unavailable,
  }
}

export async function downloadPersons(db: TenantReader, { platform, account }: DownloadScope) {
  const persons = await personsOf(platform, db, account)
  return persons.map(({ firstName, lastName, email, phone, shared, createdAt }) => ({
    first_name: firstName,
    last_name: lastName,
    email,
    phone,
    shared,
    created_at: isoTime(createdAt),
  }))
}

export async function downloadCases(db: TenantReader, { site, account }: DownloadScope) {
  const cases = []
  for (const { id } of await ownCases(db, account, { limit: Number.MAX_SAFE_INTEGER })) {
    const details = await publicCase(db, id)
    // The case is their own: private services show them what a public case shows anyone.
    const row = details && { ...details.request, jurisdiction: db.slug, private: false }
    const [rated] = await ratingOf(db, id)
    if (details !== undefined && row !== undefined)
      cases.push({
        ...publicCaseView(site, row, details),
        ...(rated && { rating: { score: rated.score, at: isoTime(rated.at) } }),
      })
  }
  return cases
}
