import type { Place } from '../core/geometry.ts'
import { groupBy } from '../core/group.ts'
import { decide, type Ground, type Outcome } from './decide.ts'
import { SNAP, standing } from './locate.ts'
import { onlyAnswer, type Query, refTo } from './query.ts'
import { step } from './trace.ts'
import type { BodyRef, NearSegment, RoutingQuestion, TraceStep } from './types.ts'

/** More roads than this are no question that a person can answer; then the bodies are asked for. */
const MOST_ROADS = 8

/** A decision, and what else the location's accuracy leaves possible. */
export interface Verdict {
  readonly outcome: Outcome
  /** One a body, likeliest first. */
  readonly candidates: readonly Outcome[]
  readonly question: RoutingQuestion | null
  /** What is said before the outcome's own reasons, and after. */
  readonly before: readonly TraceStep[]
  readonly after: readonly TraceStep[]
}

/** What one road (null: none is near) may lead to, likeliest first: within the circle it may cross limits. */
interface Possibility {
  readonly road: NearSegment | null
  readonly outcomes: Outcomes
}

type Outcomes = readonly [Outcome, ...Outcome[]]

/** Nothing left to weigh. */
export function settled(outcome: Outcome, before: readonly TraceStep[] = []): Verdict {
  return { outcome, candidates: outcome.body ? [outcome] : [], question: null, before, after: [] }
}

/**
 * The accountable bodies that an inaccurate location may mean (S1, S9). All the same: no question. Several: one
 * question, by road where the roads make the difference, else by body. An answer that fits settles it.
 */
export function weigh(query: Query, ground: Ground, place: Place): Verdict {
  const { snapshot, inquiry, accuracy } = query
  const [, ...around] = snapshot.atlas.areaSetsWithin(place.lat, place.long, accuracy)
  const elsewhere = around.map(areas => standing(query, areas))
  const byOwner = new Map<string | null, Outcomes>()
  const possible = (road: NearSegment | null): Possibility => {
    const segment = road && snapshot.segments[road.segment]
    const owner = segment?.owner ?? null
    const known = segment?.sides ? undefined : byOwner.get(owner)
    if (known) return { road, outcomes: known }
    const on = (areas: readonly number[]) =>
      decide(query, { areas, segments: road ? [road] : ground.segments })
    const outcomes = distinct([on(ground.areas), ...elsewhere.map(on)])
    if (!segment?.sides) byOwner.set(owner, outcomes)
    return { road, outcomes }
  }

  const roads = roadsMeant(query, ground)
  const saidRoad = onlyAnswer(inquiry, 'road')
  const chosen = roads.find(road => snapshot.segments[road.segment]?.id === saidRoad)
  const [nearest = null, ...further] = chosen ? [chosen] : roads
  const first = possible(nearest)
  const possibilities = [first, ...further.map(possible)]
  const [best, ...others] = distinct([
    ...first.outcomes,
    ...possibilities.slice(1).flatMap(({ outcomes }) => outcomes),
  ])

  const before = chosen ? [answered(roadOf(query, chosen))] : []
  if (others.length === 0) {
    const doubted = elsewhere.length > 0 || further.length > 0
    return settled(best, doubted && best.body ? [...before, oneBody(query, best.body.name)] : before)
  }
  const side = onlyAnswer(inquiry, 'side')
  const sided = [best, ...others].find(({ body }) => body?.id === side)
  if (sided?.body) return settled(sided, [...before, answered(sided.body.name)])

  const candidates = [best, ...others]
  const question = roadQuestion(query, possibilities) ?? sideQuestion(query, candidates)
  const metres = Math.round(accuracy)
  const bodies = question.options.map(option => option.label).join(', ')
  const after =
    question.id === 'road'
      ? step('decide', 'ask-road', { metres })
      : step('decide', 'ask-side', { metres, bodies })
  return { outcome: best, candidates, question, before, after: [after] }
}

/**
 * Roads that the place may be on, for a service that follows the asset. The true place is within the error of the
 * given one, so a road further off than the nearest by more than twice the error is nowhere the nearest.
 */
function roadsMeant(query: Query, ground: Ground): readonly NearSegment[] {
  const assets = query.plan.layers.flatMap(({ asset }) => asset ?? [])
  const near = ground.segments.filter(({ segment }) =>
    assets.includes(query.snapshot.segments[segment]?.kind ?? ''),
  )
  const reach = Math.min(Math.max(SNAP, query.accuracy), (near[0]?.metres ?? 0) + 2 * query.accuracy)
  return near.filter(({ metres }) => metres <= reach)
}

/** One outcome a body, in order. Nobody counts only where there is no one else. */
function distinct(outcomes: Outcomes): Outcomes {
  const seen = new Set<string>()
  const [first = outcomes[0], ...rest] = outcomes.filter(({ body }) => {
    if (!body || seen.has(body.id)) return false
    seen.add(body.id)
    return true
  })
  return [first, ...rest]
}

/** Worth asking where two roads lead to different bodies: one option a road name and body. */
function roadQuestion(query: Query, possibilities: readonly Possibility[]): RoutingQuestion | null {
  const meanings = new Set(possibilities.map(({ outcomes }) => outcomes.map(({ body }) => body?.id).join()))
  if (meanings.size < 2) return null
  const options = new Map<string, { value: string; name: string; accountable: BodyRef }>()
  for (const { road, outcomes } of possibilities) {
    const accountable = refTo(query.inquiry, outcomes[0].body)
    const name = road ? roadOf(query, road) : ''
    const key = JSON.stringify([name, accountable.id])
    if (!road || options.has(key)) continue
    options.set(key, { value: query.snapshot.segments[road.segment]?.id ?? '', name, accountable })
  }
  if (options.size < 2 || options.size > MOST_ROADS) return null
  const named = groupBy(options.values(), option => option.name)
  return {
    id: 'road',
    options: Array.from(options.values(), ({ value, name, accountable }) => ({
      value,
      label: (named.get(name)?.length ?? 0) > 1 ? `${name} (${accountable.name})` : name,
      accountable,
    })),
  }
}

function sideQuestion({ inquiry }: Query, candidates: readonly Outcome[]): RoutingQuestion {
  return {
    id: 'side',
    options: candidates.map(({ body }) => {
      const accountable = refTo(inquiry, body)
      return { value: accountable.id, label: accountable.name, accountable }
    }),
  }
}

function roadOf(query: Query, road: NearSegment): string {
  return query.snapshot.segments[road.segment]?.name ?? ''
}

function answered(answer: string): TraceStep {
  return step('decide', 'answered', { answer })
}

function oneBody(query: Query, body: string): TraceStep {
  return step('decide', 'one-body', { metres: Math.round(query.accuracy), body })
}
