import { performerBy } from './agree.ts'
import { type AmbiguityResult, isSettled, resolveAmbiguity } from './ambiguity.ts'
import { decide, type Outcome } from './decide.ts'
import { contactDesk } from './desk.ts'
import { informedBodies } from './inform.ts'
import { isPlace, locate, locateSteps } from './locate.ts'
import { indexOf, NOBODY, type RoutingQuery, refTo } from './query.ts'
import { step } from './trace.ts'
import type { Inquiry, Resolution, RoutingSnapshot, ServiceRule, TraceStep } from './types.ts'
import { anywhere } from './words.ts'

// Meters. A less accurate location says no more than words do.
const COARSEST = 2_000

type Unclear =
  | 'unknown-place'
  | 'rough-place'
  | 'unusable-place'
  | 'unusable-time'
  | 'unknown-service'
  | 'atlas-away'

/**
 * The accountable body, performer, contact desk and informed bodies, with reasons (design § 5). Pure and
 * total: equal inputs give equal bytes, and no input makes it throw. What cannot be routed is `unresolved`
 * and stays with the region's intake.
 */
export function resolve(snapshot: RoutingSnapshot, inquiry: Inquiry): Resolution {
  const index = indexOf(snapshot)
  const rule = snapshot.services.get(inquiry.service)
  const plan = index.plans.get(inquiry.service)
  if (!rule || !plan) return unresolved(snapshot, inquiry, undefined, 'unknown-service', [])
  const accuracy = Math.max(inquiry.accuracy || 0, 0)
  const query: RoutingQuery = { snapshot, index, rule, plan, inquiry, accuracy }
  if (!Number.isFinite(inquiry.at)) return unresolved(snapshot, inquiry, rule, 'unusable-time', [])
  const { place } = inquiry
  if (place === null) return somewhere(query, 'unknown-place')
  if (accuracy > COARSEST) return somewhere(query, 'rough-place')
  if (!isPlace(place)) return unresolved(snapshot, inquiry, rule, 'unusable-place', [])
  let verdict: AmbiguityResult
  try {
    const location = locate(query, place)
    const touching = snapshot.atlas.areaSetsTouching(place.lat, place.long)
    const isExact = accuracy === 0 && touching.length === 0
    verdict = isExact
      ? isSettled(decide(query, location))
      : resolveAmbiguity(query, location, place, touching)
  } catch {
    return unresolved(snapshot, inquiry, rule, 'atlas-away', [])
  }
  return resolution(query, verdict)
}

function somewhere(query: RoutingQuery, why: Unclear): Resolution {
  const candidates = anywhere(query)
  const [only, ...others] = candidates
  if (only && others.length === 0) return resolution(query, isSettled(only))
  return unresolved(query.snapshot, query.inquiry, query.rule, why, candidates)
}

function resolution(
  query: RoutingQuery,
  { outcome, candidates, question, before, after }: AmbiguityResult,
): Resolution {
  const { snapshot, inquiry, rule } = query
  const { body, basis } = outcome
  const urgent = rule.urgent || inquiry.urgent
  const triage = asksTriage(rule, inquiry)
  const trace: TraceStep[] = []
  locateSteps(query, outcome.location, trace)
  trace.push(...before, ...outcome.steps, ...after)
  const done = body && performerBy(query, body, outcome.location, urgent, trace)
  formatUrgency(urgent, triage, trace)
  const desk = contactDesk(query, body, trace)
  const inform = done ? informedBodies(query, outcome, done.performer, trace) : []
  const agreements = done?.agreements ?? []
  return {
    accountable: refTo(inquiry, body),
    performer: refTo(inquiry, done?.performer),
    desk: refTo(inquiry, desk),
    inform: inform.map(informed => refTo(inquiry, informed)),
    basis,
    agreements: outcome.agreement === null ? agreements : [outcome.agreement, ...agreements],
    confidence: question ? 'ask' : 'certain',
    candidates: candidates.map(({ body, basis }) => ({ ...refTo(inquiry, body), basis })),
    ...(question && { question }),
    urgent,
    triage,
    trace,
    snapshot: snapshot.version,
  }
}

// S16: accepted, kept by the intake, triaged.
function unresolved(
  snapshot: RoutingSnapshot,
  inquiry: Inquiry,
  rule: ServiceRule | undefined,
  why: Unclear,
  candidates: readonly Outcome[],
): Resolution {
  const intake = snapshot.bodies.get(snapshot.intake)
  const urgent = rule?.urgent === true || inquiry.urgent
  const triage = rule !== undefined && asksTriage(rule, inquiry)
  const trace = [step('decide', why, { desk: intake?.name ?? snapshot.intake })]
  formatUrgency(urgent, triage, trace)
  return {
    accountable: NOBODY,
    performer: NOBODY,
    desk: refTo(inquiry, intake),
    inform: [],
    basis: 'none',
    agreements: [],
    confidence: 'unresolved',
    candidates: candidates.map(({ body, basis }) => ({ ...refTo(inquiry, body), basis })),
    urgent,
    triage,
    trace,
    snapshot: snapshot.version,
  }
}

function asksTriage(rule: ServiceRule, inquiry: Inquiry): boolean {
  for (const [question, urgentAnswers] of rule.urgentAnswers) {
    const answers = [inquiry.answers[question] ?? []].flat()
    if (answers.some(answer => urgentAnswers.has(answer))) return true
  }
  return false
}

function formatUrgency(urgent: boolean, triage: boolean, trace: TraceStep[]): void {
  if (urgent) trace.push(step('reach', 'urgent', {}))
  if (triage) trace.push(step('reach', 'triage', {}))
}
