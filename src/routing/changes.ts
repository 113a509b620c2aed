import type { Instant, RoutingSnapshot, Validity } from './types.ts'

/** Instants at which the accountable body can change by date alone. Agreements change only the performer. */
export function changesAfter(snapshot: RoutingSnapshot, after: Instant): readonly Instant[] {
  const { areas, bodies, segments, boundaryStreets } = snapshot
  const grounds = areas.filter(({ kind }) => kind === 'boundary' || kind === 'territory')
  const dated: Validity[] = [...grounds, ...bodies.values(), ...segments, ...boundaryStreets]
  const leaving = [...bodies.values()].flatMap(({ leaves }) => leaves ?? [])
  const instants = [...dated.flatMap(({ from, to }) => [from, to]), ...leaving]
  const coming = instants.filter(instant => instant > after && Number.isFinite(instant))
  return [...new Set(coming)].sort((a, b) => a - b)
}
