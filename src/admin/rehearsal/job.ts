import { and, eq, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { openTenant, type RegionDb, type RegionReader } from '../../core/database/handles.ts'
import { defineJob, enqueueJob, jobKind } from '../../core/database/jobs.ts'
import { type AffectedCase, affectedIn, affecting } from '../../handoffs/automatic/affected.ts'
import type { Platform } from '../../platform/platform.ts'
import { newestRegion } from '../../regions/runtime/current.ts'
import { type Plan, planRegion } from '../../regions/versions/plan/plan.ts'
import { type PlanArea, placesInPlan } from '../../regions/versions/plan/plan-areas.ts'
import { beginOwn, continueOwn, lastYear } from '../../requests/rehearsal/own.ts'
import { trialOf } from '../../requests/rehearsal/trial.ts'
import type { PastRequest } from '../../routing/rehearsal/rehearsal.ts'
import { baseDocuments, checkDraft, draftValues } from '../drafts/documents.ts'
import { type Doing, type Draft, readDraft } from '../drafts/drafts.ts'
import { logStep } from '../log.ts'
import { draftRehearsal } from '../region-schema.ts'
import type { AffectedGroup, RehearsalProgress } from './progress.ts'

/* A draft is rehearsed in the background, a few pages of requests in each run. */

export type StoredRehearsal = typeof draftRehearsal.$inferSelect

export const rehearseKind = jobKind('rehearse-draft', v.object({ draft: v.string() }), ({ draft }) => draft)

export async function rehearsalOf(db: RegionReader, draft: string): Promise<StoredRehearsal | undefined> {
  const [row] = await db.select().from(draftRehearsal).where(eq(draftRehearsal.draft, draft))
  return row
}

const NOTHING: RehearsalProgress = {
  days: [],
  fell: { lost: [], gained: [], gap: [], overlap: [] },
  affected: [],
  compared: [],
}

/** `version`: in force. Replaces an earlier rehearsal of the draft. */
export async function startRehearsal(
  db: RegionDb,
  { id, revision }: Draft,
  version: number,
  { by, at }: Doing,
): Promise<void> {
  const row = {
    draft: id,
    revision,
    version,
    startedBy: by,
    startedAt: at,
    progress: NOTHING,
  }
  await db.commit([
    sql`DELETE FROM ${draftRehearsal} WHERE draft = ${id}`,
    db.insert(draftRehearsal).values(row),
    logStep({ at, by, action: 'draft-rehearsed', draft: id }),
    enqueueJob(rehearseKind, at, { draft: id }),
  ])
}

// A run ends before its lease does, and asks for no more than a Worker may.
const RUN_MILLISECONDS = 15_000
const STEPS_IN_A_RUN = 60

export const rehearseJob = defineJob(rehearseKind, {
  async region(platform, db, { draft: id }) {
    const row = await rehearsalOf(db, id)
    if (row === undefined || row.finishedAt !== null) return undefined
    const prepared = await prepare(platform, db, row)
    if (prepared === undefined) return finish(platform, db, row, row.progress)
    const until = platform.clock.now() + RUN_MILLISECONDS
    let { progress } = row
    for (let step = 0; step < STEPS_IN_A_RUN && platform.clock.now() < until; step++) {
      progress = await prepared.next(progress)
      if (progress.own?.left.length === 0) return finish(platform, db, row, progress)
    }
    await store(db, row, progress, null)
    return platform.clock.now()
  },
})

async function finish(
  { clock }: Platform,
  db: RegionDb,
  row: StoredRehearsal,
  progress: RehearsalProgress,
): Promise<undefined> {
  await store(db, row, progress, clock.now())
}

// Nothing is stored where another rehearsal of the draft was started meanwhile.
async function store(
  db: RegionDb,
  { draft, startedAt, revision }: StoredRehearsal,
  progress: RehearsalProgress,
  finishedAt: number | null,
): Promise<void> {
  await db.commit([
    db
      .update(draftRehearsal)
      .set({ progress, finishedAt })
      .where(
        and(
          eq(draftRehearsal.draft, draft),
          eq(draftRehearsal.startedAt, startedAt),
          eq(draftRehearsal.revision, revision),
        ),
      ),
  ])
}

// Undefined for a draft that has changed since, or cannot be read as documents: there is nothing to go on with.
async function prepare(platform: Platform, db: RegionDb, row: StoredRehearsal) {
  const draft = await readDraft(db, row.draft)
  const region = await newestRegion(platform, db.region)
  if (draft.revision !== row.revision || region.snapshot.version !== row.version) return undefined
  const base = await baseDocuments(platform, region, draft.base)
  const { draft: documents } = await checkDraft(platform, region, draftValues(base, draft))
  if (documents === undefined) return undefined
  const { startedAt, startedBy } = row
  const access = { kind: 'system', reason: 'rehearsal', onBehalfOf: startedBy } as const
  const trial = trialOf(region.snapshot, documents, startedAt)
  const plan = planRegion(region.snapshot, documents, startedAt)
  const by = affecting(region.snapshot, documents, startedAt)
  const count = counterFor(plan)
  const next = async (progress: RehearsalProgress): Promise<RehearsalProgress> => {
    if (progress.own === undefined) {
      const own = await beginOwn(platform, access, db.region, lastYear(startedAt))
      return { ...progress, own, days: trial.days, fell: zeros(plan) }
    }
    const [slug] = progress.own.left
    if (slug !== undefined && !progress.compared.includes(slug)) {
      const cases = await affectedIn(openTenant(platform, access, db.region, slug), by)
      return {
        ...progress,
        affected: [...progress.affected, ...grouped(cases)],
        compared: [...progress.compared, slug],
      }
    }
    const fell = structuredClone(progress.fell) as Counts
    const onRequests = (requests: readonly PastRequest[]) => count(fell, requests)
    const own = await continueOwn(platform, access, { region: db.region, trial, onRequests }, progress.own)
    return { ...progress, own, fell }
  }
  return { next }
}

type Counts = Record<PlanArea['kind'], number[]>

function zeros({ ground, gaps, overlaps }: Plan): Counts {
  return {
    lost: ground.map(() => 0),
    gained: ground.map(() => 0),
    gap: gaps.map(() => 0),
    overlap: overlaps.map(() => 0),
  }
}

function counterFor(plan: Plan): (fell: Counts, requests: readonly PastRequest[]) => void {
  const areasAt = placesInPlan(plan)
  return (fell, requests) => {
    if (areasAt === undefined) return
    for (const { inquiry } of requests) {
      if (inquiry.place === null) continue
      for (const { kind, index, services } of areasAt(inquiry.place)) {
        if (services?.has(inquiry.service) ?? true) fell[kind][index] = (fell[kind][index] ?? 0) + 1
      }
    }
  }
}

function grouped(cases: readonly AffectedCase[]): AffectedGroup[] {
  const groups = new Map<string, AffectedGroup>()
  for (const { id, ...group } of cases) {
    const key = JSON.stringify(group)
    groups.set(key, { ...group, count: (groups.get(key)?.count ?? 0) + 1 })
  }
  return [...groups.values()]
}
