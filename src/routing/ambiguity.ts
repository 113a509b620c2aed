import type { Place } from '../core/geometry.ts'
import { decide, type Location, type Outcome } from './decide.ts'
import { areasInForce, SNAP } from './locate.ts'
import { onlyAnswer, type RoutingQuery, refTo } from './query.ts'
import { step } from './trace.ts'
import type { BodyRef, NearSegment, RoutingQuestion, TraceStep } from './types.ts'

// With more roads, the question asks for the body instead.
const MAX_ROADS = 8

export interface AmbiguityResult {
  readonly outcome: Outcome
  readonly candidates: readonly Outcome[]
  readonly question: RoutingQuestion | null
  readonly before: readonly TraceStep[]
  readonly after: readonly TraceStep[]
}

// The outcomes on one road (null: no road is near), likeliest first: the circle may cross boundaries.
interface Possibility {
  readonly road: NearSegment | null
  readonly outcomes: Outcomes
}

type Outcomes = readonly [Outcome, ...Outcome[]]

export function isSettled(outcome: Outcome, before: readonly TraceStep[] = []): AmbiguityResult {
  return { outcome, candidates: outcome.body ? [outcome] : [], question: null, before, after: [] }
}

/**
 * Within the location's accuracy (S1, S9), or where boundaries meet: a place exactly on one is in the areas on
 * either side, not in both. One question decides: by road, else by body.
 */
export function resolveAmbiguity(
  query: RoutingQuery,
  location: Location,
  place: Place,
  touching: readonly (readonly number[])[],
): AmbiguityResult {
  const { snapshot, inquiry, accuracy } = query
  const [own = [], ...around] = snapshot.atlas.areaSetsWithin(place.lat, place.long, accuracy)
  const [here = [], ...elsewhere] = [...(touching.length > 0 ? ordered() : [own]), ...around].map(areas =>
    areasInForce(query, areas),
  )
  const byOwner = new Map<string | null, Outcomes>()
  const possible = (road: NearSegment | null): Possibility => {
    const segment = road && snapshot.segments[road.segment]
    const owner = segment?.owner ?? null
    const known = segment?.sides ? undefined : byOwner.get(owner)
    if (known) return { road, outcomes: known }
    const on = (areas: readonly number[]) =>
      decide(query, { areas, segments: road ? [road] : location.segments })
    const outcomes = distinct([on(here), ...elsewhere.map(on)])
    if (!segment?.sides) byOwner.set(owner, outcomes)
    return { road, outcomes }
  }

  const roads = roadsMeant(query, location)
  const chosenRoad = onlyAnswer(inquiry, 'road')
  const chosen = roads.find(road => snapshot.segments[road.segment]?.id === chosenRoad)
  const [nearest = null, ...further] = chosen ? [chosen] : roads
  const first = possible(nearest)
  const possibilities = [first, ...further.map(possible)]
  const [best, ...others] = distinct([
    ...first.outcomes,
    ...possibilities.slice(1).flatMap(({ outcomes }) => outcomes),
  ])

  const before = chosen ? [answered(roadOf(query, chosen))] : []
  if (others.length === 0) {
    if (accuracy === 0) return isSettled(decide(query, location), before)
    const doubted = elsewhere.length > 0 || further.length > 0
    return isSettled(best, doubted && best.body ? [...before, oneBody(query, best.body.name)] : before)
  }
  const side = onlyAnswer(inquiry, 'side')
  const sided = [best, ...others].find(({ body }) => body?.id === side)
  if (sided?.body) return isSettled(sided, [...before, answered(sided.body.name)])

  const candidates = [best, ...others]
  const question = roadQuestion(query, possibilities) ?? sideQuestion(query, candidates)
  const meters = Math.round(accuracy)
  const bodies = question.options.map(option => option.label).join(', ')
  return { outcome: best, candidates, question, before, after: [reason()] }

  // The side of whoever would be responsible if the place were on all sides at once comes first.
  function ordered(): readonly (readonly number[])[] {
    const likely = decide(query, location).body
    const bodyOn = (areas: readonly number[]) =>
      decide(query, { ...location, areas: areasInForce(query, areas) }).body
    return touching.toSorted((a, b) => Number(bodyOn(b) === likely) - Number(bodyOn(a) === likely))
  }

  function reason(): TraceStep {
    if (question.id === 'road') return step('decide', 'ask-road', { metres: meters })
    return accuracy === 0
      ? step('decide', 'ask-edge', { bodies })
      : step('decide', 'ask-side', { metres: meters, bodies })
  }
}

// Roads the place may be on, for a service that follows the asset. The true place is within the error of the
// given one, so a road more than twice the error further than the nearest cannot be the nearest. Without an error
// it is the nearest.
function roadsMeant(query: RoutingQuery, location: Location): readonly NearSegment[] {
  const assets = query.plan.layers.flatMap(({ asset }) => asset ?? [])
  const near = location.segments.filter(({ segment }) =>
    assets.includes(query.snapshot.segments[segment]?.kind ?? ''),
  )
  if (query.accuracy === 0) return near.slice(0, 1)
  const reach = Math.min(Math.max(SNAP, query.accuracy), (near[0]?.meters ?? 0) + 2 * query.accuracy)
  return near.filter(({ meters }) => meters <= reach)
}

// One outcome per body, in order. "Nobody" counts only where it is the only one.
function distinct(outcomes: Outcomes): Outcomes {
  const seen = new Set<string>()
  const [first = outcomes[0], ...rest] = outcomes.filter(({ body }) => {
    if (!body || seen.has(body.id)) return false
    seen.add(body.id)
    return true
  })
  return [first, ...rest]
}

// Asked where two roads lead to different bodies: one option per road name and body.
function roadQuestion(query: RoutingQuery, possibilities: readonly Possibility[]): RoutingQuestion | null {
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
  if (options.size < 2 || options.size > MAX_ROADS) return null
  const named = Map.groupBy(options.values(), option => option.name)
  return {
    id: 'road',
    options: Array.from(options.values(), ({ value, name, accountable }) => ({
      value,
      label: (named.get(name)?.length ?? 0) > 1 ? `${name} (${accountable.name})` : name,
      accountable,
    })),
  }
}

function sideQuestion({ inquiry }: RoutingQuery, candidates: readonly Outcome[]): RoutingQuestion {
  return {
    id: 'side',
    options: candidates.map(({ body }) => {
      const accountable = refTo(inquiry, body)
      return { value: accountable.id, label: accountable.name, accountable }
    }),
  }
}

function roadOf(query: RoutingQuery, road: NearSegment): string {
  return query.snapshot.segments[road.segment]?.name ?? ''
}

function answered(answer: string): TraceStep {
  return step('decide', 'answered', { answer })
}

function oneBody(query: RoutingQuery, body: string): TraceStep {
  return step('decide', 'one-body', { metres: Math.round(query.accuracy), body })
}
