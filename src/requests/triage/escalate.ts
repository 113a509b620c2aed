import { and, asc, eq, getTableColumns, isNotNull, lt, sql } from 'drizzle-orm'
import * as v from 'valibot'
import type { Step } from '../../core/database/handles.ts'
import { defineJob, enqueueJob, jobKind, LONG_RETRY } from '../../core/database/jobs.ts'
import { translator } from '../../core/i18n.ts'
import { phoneText } from '../../core/measures.ts'
import { problem } from '../../core/problem.ts'
import { deadline } from '../../regions/runtime/calendar.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import { currentRegion } from '../../regions/runtime/current.ts'
import { sendEmail } from '../../regions/runtime/mail.ts'
import { siteAddress } from '../../regions/runtime/site.ts'
import { appendEvent, triageEscalated } from '../events.ts'
import type { RequestRow } from '../list/find.ts'
import { heldAndOpen, request } from '../schema.ts'
import { escalateTriageKind } from './reasons.ts'

/** First the jurisdiction itself is told, then the one that the region names. */
const LEVELS = 2
const BATCH = 100

/** Lifts what nobody has reviewed in time above the rest, and tells somebody. */
export const escalateTriageJob = defineJob(escalateTriageKind, {
  coalesces: true,
  async tenant(platform, db) {
    const region = await currentRegion(platform, db.region)
    const at = platform.clock.now()
    const { id, urgent, triageSince, triageLevel } = getTableColumns(request)
    const waiting = await db
      .select({ id, urgent, triageSince, triageLevel })
      .from(request)
      .where(
        and(
          eq(request.triage, true),
          lt(request.triageLevel, LEVELS),
          isNotNull(request.triageSince),
          heldAndOpen,
        ),
      )
      .orderBy(asc(request.triageLevel), asc(request.triageSince))
    const late = waiting.filter(row => escalatesAt(region, db.slug, row) <= at).slice(0, BATCH)
    if (late.length > 0)
      await db.commit([...late.flatMap(row => escalationSteps(row, at)), ...emailSteps(late, at)])
    const next = waiting.filter(row => !late.includes(row)).map(row => escalatesAt(region, db.slug, row))
    const again = late.filter(({ triageLevel }) => triageLevel + 1 < LEVELS)
    const later = again.map(row => escalatesAt(region, db.slug, { ...row, triageLevel: row.triageLevel + 1 }))
    const soonest = Math.min(...next, ...later)
    return Number.isFinite(soonest) ? Math.max(soonest, at) : undefined
  },
})

type Waiting = Pick<RequestRow, 'id' | 'triageSince' | 'triageLevel' | 'urgent'>

/** Counted again from each level. What is urgent does not wait for opening hours. */
function escalatesAt(region: Region, slug: string, { triageSince, triageLevel, urgent }: Waiting): number {
  const { within = '4 business hours', urgentWithin = '15 minutes' } = region.documents.region.triage ?? {}
  let due = triageSince ?? 0
  for (let level = 0; level <= triageLevel; level++) {
    due = deadline(region.calendar(slug), due, urgent ? urgentWithin : within, { urgent })
  }
  return due
}

function escalationSteps({ id, triageLevel }: Waiting, at: number): Step[] {
  const level = triageLevel + 1
  return [
    sql`UPDATE request SET triage_level = ${level} WHERE id = ${id} AND triage = 1 AND triage_level = ${triageLevel}`,
    appendEvent(
      triageEscalated,
      { level },
      { request: id, actor: 'system:escalate-triage', at, public: false },
    ),
  ]
}

const triageEmailKind = jobKind(
  'triage-email',
  v.object({ level: v.number(), requests: v.array(v.string()) }),
  ({ level, requests }) => `${level}:${requests[0]}`,
)

function emailSteps(late: readonly Waiting[], at: number): Step[] {
  return [...Map.groupBy(late, ({ triageLevel }) => triageLevel + 1)].map(([level, rows]) =>
    enqueueJob(triageEmailKind, at, { level, requests: rows.map(({ id }) => id) }),
  )
}

/** Numbers and links only: an email is no place for what a resident wrote. */
export const triageEmailJob = defineJob(triageEmailKind, {
  retryPolicy: LONG_RETRY,
  async tenant(platform, db, { level, requests }) {
    const region = await currentRegion(platform, db.region)
    const to = escalationAddress(region, db.slug, level)
    if (to === undefined || !platform.mail.isConfigured) {
      platform.log('warn', 'email-not-sent', { database: db.slug, outcome: 'no-address' })
      return
    }
    const t = translator(region.language)
    const own = region.jurisdiction(db.slug)
    const params = { count: requests.length, who: own?.name ?? db.slug }
    const phone = own?.phone ?? region.documents.region.phone
    const site = siteAddress(platform, region)
    const outcome = await sendEmail(platform, region, {
      to,
      from: region.documents.region.name,
      subject: t('email-triage-subject', params),
      text: [
        t('email-triage', params),
        requests.map(id => `${id}: ${site}/work/${db.slug}/requests/${id}`).join('\n'),
        t('email-triage-call', { ...params, phone: phoneText(phone, region.units) }),
      ].join('\n\n'),
      id: `triage.${level}.${requests[0]}`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
    if (outcome === 'later')
      throw problem('mail-unavailable', { detail: 'The mail server does not accept this email now.' })
    if (outcome === 'refused') platform.log('warn', 'email-not-sent', { database: db.slug, outcome })
  },
})

function escalationAddress(
  { documents, jurisdiction }: Region,
  slug: string,
  level: number,
): string | undefined {
  const { region } = documents
  const second = region.triage?.escalateTo ?? region.intake
  return jurisdiction(level === 1 ? slug : second)?.email ?? region.email
}
