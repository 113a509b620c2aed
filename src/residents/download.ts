import type { ResidentAccess } from '../core/access.ts'
import { openRegion } from '../core/db.ts'
import { type Account, reachOf } from '../people/accounts.ts'
import { listSessions } from '../people/sessions.ts'
import type { Platform } from '../platform/platform.ts'
import type { Site } from '../regions/site.ts'
import { publicCase } from '../requests/find.ts'
import { publicView, time } from '../requests/view.ts'
import { personsOf } from './contact.ts'
import { consentsOf } from './history.ts'
import { gather, ownCases } from './own.ts'

/** Everything that is kept of a resident, as one JSON document; docs/residents.md says what is in it. */
export async function dataOf(platform: Platform, site: Site, access: ResidentAccess, account: Account) {
  const { region } = site
  const inRegion = { kind: 'signed-in', region: region.slug, proof: access.inRegion } as const
  const db = openRegion(platform, inRegion, region.slug)
  const now = platform.clock.now()
  const [reach, consents, sessions] = await Promise.all([
    reachOf(db, account.id),
    consentsOf(db, account.id),
    listSessions(db, 'account', account.id, now),
  ])
  const { found, away } = await gather(platform, access, region.slug, reach, async tenant => {
    const persons = await personsOf(platform, tenant, account.id)
    const cases = []
    for (const { id } of await ownCases(tenant, account.id, { limit: Number.MAX_SAFE_INTEGER })) {
      const details = await publicCase(tenant, id)
      // It is their own: of a private service they see what of another anyone would.
      const row = details && { ...details.request, jurisdiction: tenant.slug, private: false }
      if (row !== undefined) cases.push(publicView(site, row, details))
    }
    return {
      jurisdiction: tenant.slug,
      name: region.jurisdiction(tenant.slug)?.name,
      persons: persons.map(({ firstName, lastName, email, phone, shared, createdAt }) => ({
        first_name: firstName,
        last_name: lastName,
        email,
        phone,
        shared,
        created_at: time(createdAt),
      })),
      cases,
    }
  })
  return {
    made_at: time(now),
    account: {
      id: account.id,
      region: region.slug,
      email: account.email,
      phone: account.phone,
      language: account.language,
      created_at: time(account.createdAt),
    },
    history_consents: consents.map(({ jurisdiction, givenAt }) => ({
      jurisdiction,
      given_at: time(givenAt),
    })),
    sessions: sessions.map(({ device, method, createdAt, rotatedAt }) => ({
      device,
      method,
      created_at: time(createdAt),
      last_seen_at: time(rotatedAt),
    })),
    jurisdictions: found,
    /** Those whose database did not answer: ask again for theirs. */
    away,
  }
}
