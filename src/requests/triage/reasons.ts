import { sql } from 'drizzle-orm'
import type { Step } from '../../core/database/handles.ts'
import { enqueueJob, jobKind } from '../../core/database/jobs.ts'
import type { ServiceDocument } from '../../regions/documents/schemas/services.ts'
import type { EmergencyTopic } from '../../regions/emergencies/topics.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import type { Resolution } from '../../routing/types.ts'
import type { Draft } from '../draft.ts'
import type { TriageReason } from '../schema.ts'

export const EMERGENCY = 'emergency:'

export const escalateTriageKind = jobKind('escalate-triage')

/** The emergencies that a report is about, in its description, its address and its answers in words. */
export function emergenciesOfDraft(
  region: Region,
  { description, address, answers }: Pick<Draft, 'description' | 'address' | 'answers'>,
  { questions = [] }: ServiceDocument,
): readonly EmergencyTopic[] {
  const inWords = questions.filter(({ type }) => type === 'text' || type === 'paragraph')
  const given = inWords.flatMap(({ code }) => (Object.hasOwn(answers, code) ? (answers[code] ?? []) : []))
  return region.emergencies.topicsIn([description, address, ...given].join('\n'))
}

/** Why a report needs review before somebody is sent: what its words are about, and what routing could not decide. */
export function reasonsFor(
  { accountable, confidence, triage }: Resolution,
  emergencies: readonly Pick<EmergencyTopic, 'id'>[],
): TriageReason[] {
  const isNobodys = accountable.kind === 'none' && confidence !== 'unresolved'
  return [
    ...emergencies.map(({ id }): TriageReason => `${EMERGENCY}${id}`),
    ...(triage ? (['answer'] as const) : []),
    ...(confidence === 'ask' ? (['place'] as const) : []),
    ...(confidence === 'unresolved' ? (['unresolved'] as const) : []),
    ...(isNobodys ? (['nobody'] as const) : []),
  ]
}

/** The topics that the region still has. */
export function emergenciesAmong(region: Region, reasons: readonly TriageReason[]): EmergencyTopic[] {
  return reasons.flatMap(reason =>
    reason.startsWith(EMERGENCY) ? (region.emergencies.topic(reason.slice(EMERGENCY.length)) ?? []) : [],
  )
}

/** The reasons of a corrected location; those that have nothing to do with the place remain. */
export function reasonsAtPlace(resolution: Resolution, before: readonly TriageReason[]): TriageReason[] {
  const ofPlace: readonly TriageReason[] = ['place', 'unresolved', 'nobody']
  const now = reasonsFor(resolution, []).filter(reason => ofPlace.includes(reason))
  return [...before.filter(reason => !ofPlace.includes(reason)), ...now]
}

/** Marks a request that is held here, and fulfills the condition, for review; once for each reason. Unreviewed for long, it is escalated. */
export function triageSteps(id: string, reason: TriageReason, at: number, condition = sql`1`): Step[] {
  return [
    sql`UPDATE request SET triage = 1, triage_since = coalesce(triage_since, ${at}),
      triage_reasons = CASE WHEN EXISTS (SELECT 1 FROM json_each(triage_reasons) WHERE value = ${reason})
        THEN triage_reasons ELSE json_insert(triage_reasons, '$[#]', ${reason}) END WHERE id = ${id} AND custody = 'held' AND ${condition}`,
    enqueueJob(escalateTriageKind, at),
  ]
}

/** Columns of an `UPDATE request SET`. */
export const withoutTriage = sql`triage = 0, triage_reasons = '[]', triage_since = NULL, triage_level = 0`
