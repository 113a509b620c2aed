import { eq, sql } from 'drizzle-orm'
import type { Step, TenantReader } from '../../core/database/handles.ts'
import { included } from '../list/include.ts'
import { isoTime } from '../list/view.ts'
import { rating } from '../schema.ts'

export const scores = [5, 4, 3, 2, 1] as const
export type Score = (typeof scores)[number]

export function ratingOf(db: TenantReader, request: string) {
  return db
    .select({ score: rating.score, at: rating.at })
    .from(rating)
    .where(eq(rating.caseId, sql`(SELECT case_id FROM request WHERE id = ${request})`))
}

export const includedRating = included(
  ratingOf,
  () => sql`false`,
  (_site, _slug, _language, [row]) => ({
    rating: row === undefined ? null : { score: row.score, at: isoTime(row.at) },
  }),
)

/** A later one replaces it. */
export function rateStep(caseId: string, score: number, at: number): Step {
  return sql`INSERT INTO rating (case_id, score, at) VALUES (${caseId}, ${score}, ${at})
    ON CONFLICT (case_id) DO UPDATE SET score = excluded.score, at = excluded.at WHERE excluded.at > rating.at`
}
