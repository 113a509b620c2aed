import { and, desc, eq, ne, sql } from 'drizzle-orm'
import * as v from 'valibot'
import type { RegionDb, RegionReader, Step } from '../../core/database/handles.ts'
import { enqueueJob, jobKind } from '../../core/database/jobs.ts'
import { shippedMigrations } from '../../core/database/shipped.ts'
import { randomText } from '../../core/ids.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import { hashDocuments } from '../../regions/documents/hash.ts'
import { sandboxSlug } from '../../regions/documents/sandbox.ts'
import type { Documents } from '../../regions/documents/snapshot.ts'
import { requestApply } from '../../regions/versions/apply.ts'
import type { Doing, DraftRow } from '../drafts/drafts.ts'
import { logStep } from '../log.ts'
import { sandbox } from '../region-schema.ts'
import { sandboxDocuments } from './documents.ts'

export type Sandbox = typeof sandbox.$inferSelect

export const sandboxKind = jobKind('sandbox', v.object({ region: v.string() }), ({ region }) => region)

/** A test site has databases for all of them. */
export const MAX_JURISDICTIONS = 60

/** The one of a draft that is not being deleted. */
export async function sandboxOf(db: RegionReader, draft: string): Promise<Sandbox | undefined> {
  const [found] = await db
    .select()
    .from(sandbox)
    .where(and(eq(sandbox.draft, draft), ne(sandbox.state, 'removing')))
    .orderBy(desc(sandbox.createdAt))
    .limit(1)
  return found
}

/**
 * Makes the test site of a draft, or brings it to what the draft has now. A job finishes it. Throws `too-large` for a
 * region with more than `MAX_JURISDICTIONS`.
 */
export async function makeSandbox(
  platform: Platform,
  db: RegionDb,
  draft: DraftRow,
  documents: Documents,
  { by, at }: Doing,
): Promise<void> {
  if (documents.jurisdictions.length > MAX_JURISDICTIONS) throw problem('too-large')
  const known = await sandboxOf(db, draft.id)
  const region = known?.region ?? sandboxSlug(db.region, randomText(platform.random, 6))
  const own = sandboxDocuments(documents)
  const hash = await hashDocuments(own)
  const row = { draft: draft.id, region, revision: draft.revision, state: 'making', hash } as const
  const set = { revision: row.revision, state: row.state, hash, createdBy: by, createdAt: at }
  await db.commit([
    db
      .insert(sandbox)
      .values({ ...row, createdBy: by, createdAt: at })
      .onConflictDoUpdate({ target: sandbox.region, set }),
    enqueueJob(sandboxKind, at, { region }),
    logStep({ at, by, action: known === undefined ? 'sandbox-made' : 'sandbox-updated', draft: draft.id }),
  ])
  await requestApply(platform, shippedMigrations(), region, own, { by, sandbox: true })
}

/** Throws `wrong-state` where there is none. */
export async function removeSandbox(db: RegionDb, draft: string, { by, at }: Doing): Promise<void> {
  if ((await sandboxOf(db, draft)) === undefined) throw problem('wrong-state')
  await db.commit([...removeSandboxSteps(draft, at), logStep({ at, by, action: 'sandbox-removed', draft })])
}

/** Deletes the test sites of a draft, with the batch that ends it. */
export function removeSandboxSteps(draft: string, at: number): Step[] {
  return [
    sql`UPDATE ${sandbox} SET state = 'removing', created_at = ${at} WHERE draft = ${draft} AND state <> 'removing'`,
    enqueueJob(cleanKind, at),
  ]
}

/** Deletes the test sites that are marked for it. */
export const cleanKind = jobKind('remove-sandboxes')
