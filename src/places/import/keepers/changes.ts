import type { Road } from './road-keepers.ts'

export interface RoadChanges {
  /** Those of other sources, as they are; then those of this one, what has ended before what follows it. */
  readonly roads: readonly Road[]
  readonly begun: number
  readonly ended: number
  /** Of another keeper from now on. */
  readonly changed: number
  readonly unchanged: number
}

export interface Importing {
  readonly source: string
  /** The first day of what changes, YYYY-MM-DD. */
  readonly day: string
}

/**
 * The roads of a region after a newer file of one source: a segment with another keeper ends, and a new one begins on the
 * day; one that the file no longer has, or that nobody keeps, ends; all others keep their dates. What was to begin on
 * that day or later, by an earlier import, is forgotten.
 */
export function roadsAfter(
  present: readonly Road[],
  imported: readonly Road[],
  { source, day }: Importing,
): RoadChanges {
  const isOwn = ({ properties }: Road) => properties.source === source
  const others = present.filter(road => !isOwn(road))
  const taken = new Set(others.map(({ properties }) => properties.id))
  const named = imported.map(road => (taken.has(road.properties.id) ? underSource(road, source) : road))
  const history = Map.groupBy(present.filter(isOwn), ({ properties }) => properties.id)
  const ids = new Set(named.map(({ properties }) => properties.id))
  const gone = [...history].filter(([id]) => !ids.has(id)).flatMap(([, periods]) => endedBy(periods, day))
  const own = [...gone, ...named.flatMap(road => continued(history.get(road.properties.id) ?? [], road, day))]
  return { roads: [...others, ...own], ...counted(present.filter(isOwn), own) }
}

/** Of 64. */
const MAX_ID = 64

function underSource({ properties, coordinates }: Road, source: string): Road {
  const prefix = source.replace(/[^\w.:-]+/g, '-')
  return { properties: { ...properties, id: `${prefix}:${properties.id}`.slice(-MAX_ID) }, coordinates }
}

const startOf = ({ properties: { from } }: Road) => from ?? ''
const isOpenAt = ({ properties: { to } }: Road, day: string) => !to || to >= day

/** Those that began before the day, in order. */
function before(periods: readonly Road[], day: string): readonly Road[] {
  return periods.filter(road => startOf(road) < day).toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : 1))
}

function endedBy(periods: readonly Road[], day: string): readonly Road[] {
  return before(periods, day).map(road => (isOpenAt(road, day) ? until(road, day) : road))
}

function continued(periods: readonly Road[], road: Road, day: string): readonly Road[] {
  const known = before(periods, day)
  const [last] = known.slice(-1)
  if (last === undefined) return [begun(road, road.properties.from ?? day)]
  const earlier = known.slice(0, -1)
  const { from, owner, to } = last.properties
  if (!isOpenAt(last, day)) {
    const given = road.properties.from ?? day
    return [...earlier, last, begun(road, to && given < to ? to : given)]
  }
  if (owner === road.properties.owner) return [...earlier, begun(road, from)]
  // The day on which it changed, where the file has it.
  const given = road.properties.from
  const change = given && given > startOf(last) ? given : day
  return [...earlier, until(last, change), begun(road, change)]
}

function begun({ properties, coordinates }: Road, from: string | null | undefined): Road {
  const { from: _, ...undated } = properties
  return { properties: from ? { ...undated, from } : undated, coordinates }
}

function until({ properties, coordinates }: Road, to: string): Road {
  return { properties: { ...properties, to }, coordinates }
}

function counted(before: readonly Road[], after: readonly Road[]): Omit<RoadChanges, 'roads'> {
  const ownersOf = (roads: readonly Road[]) =>
    new Map(
      roads
        .filter(({ properties }) => !properties.to)
        .map(({ properties: { id, owner } }) => [id, owner] as const),
    )
  const [old, next] = [ownersOf(before), ownersOf(after)]
  const stayed = [...next].filter(([id]) => old.has(id))
  const unchanged = stayed.filter(([id, owner]) => old.get(id) === owner).length
  return {
    begun: next.size - stayed.length,
    ended: old.size - stayed.length,
    changed: stayed.length - unchanged,
    unchanged,
  }
}
