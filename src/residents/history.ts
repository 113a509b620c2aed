import { and, asc, eq } from 'drizzle-orm'
import { openRegion, type RegionDb } from '../core/db.ts'
import { reachOf } from '../people/accounts.ts'
import { historyConsent } from '../people/region-schema.ts'
import type { Platform } from '../platform/platform.ts'
import { type Gathered, gather, type OwnCase, ownCases } from './own.ts'

/*
 * What one jurisdiction may know of a resident's reports to the others: nothing, unless the resident lets it, and from
 * the moment that they no longer do, nothing again.
 */

const MOST_SHOWN = 50

/** Jurisdictions that an account lets see its history, in order of slug. */
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

/**
 * For the staff of a jurisdiction who see who reported: what the same resident has reported to the others, newest first,
 * public cases and public fields only. Without the resident's consent nothing, as if they had no account elsewhere.
 */
export async function historyFor(
  platform: Platform,
  region: string,
  jurisdiction: string,
  account: string,
): Promise<Gathered<OwnCase>> {
  const access = { kind: 'system', reason: 'history' } as const
  const db = openRegion(platform, access, region)
  const consents = await consentsOf(db, account)
  if (!consents.some(consent => consent.jurisdiction === jurisdiction)) return { found: [], away: [] }
  const elsewhere = (await reachOf(db, account)).filter(slug => slug !== jurisdiction)
  const { found, away } = await gather(platform, access, region, elsewhere, db =>
    ownCases(db, account, { limit: MOST_SHOWN, onlyPublic: true }),
  )
  return { found: found.flat().sort((a, b) => b.requestedAt - a.requestedAt), away }
}
