import { and, asc, eq } from 'drizzle-orm'
import { openRegion, type RegionDb } from '../core/database/handles.ts'
import { accountJurisdictions } from '../identity/accounts.ts'
import { historyConsent } from '../identity/region-schema.ts'
import type { Platform } from '../platform/platform.ts'
import { type OwnCase, type OwnRecords, ownCases, readOwnRecords } from './own.ts'

// Without a resident's consent, or once it is withdrawn, a jurisdiction sees nothing of their reports to
// others.

const MAX_SHOWN = 50

export async function consentsOf(db: RegionDb, account: string) {
  return db
    .select({ jurisdiction: historyConsent.jurisdiction, givenAt: historyConsent.givenAt })
    .from(historyConsent)
    .where(eq(historyConsent.account, account))
    .orderBy(asc(historyConsent.jurisdiction))
}

export async function giveConsent(
  db: RegionDb,
  account: string,
  jurisdiction: string,
  at: number,
): Promise<void> {
  await db.insert(historyConsent).values({ account, jurisdiction, givenAt: at }).onConflictDoNothing()
}

export async function withdrawConsent(db: RegionDb, account: string, jurisdiction: string): Promise<void> {
  await db
    .delete(historyConsent)
    .where(and(eq(historyConsent.account, account), eq(historyConsent.jurisdiction, jurisdiction)))
}

/** Public fields of public cases. Without consent it looks like a resident without other reports. */
export async function historyFor(
  platform: Platform,
  region: string,
  jurisdiction: string,
  account: string,
): Promise<OwnRecords<OwnCase>> {
  const access = { kind: 'system', reason: 'history' } as const
  const db = openRegion(platform, access, region)
  const consents = await consentsOf(db, account)
  if (!consents.some(consent => consent.jurisdiction === jurisdiction)) return { found: [], unavailable: [] }
  const elsewhere = (await accountJurisdictions(db, account)).filter(slug => slug !== jurisdiction)
  const { found, unavailable } = await readOwnRecords(platform, access, region, elsewhere, db =>
    ownCases(db, account, { limit: MAX_SHOWN, onlyPublic: true }),
  )
  return { found: found.flat().sort((a, b) => b.requestedAt - a.requestedAt), unavailable }
}
