import type { Instant, RoutingSnapshot, Validity } from './types.ts'

/**
 * The instants after `after`, in order, at which a dated boundary, territory, owner or body begins or ends: who is
 * accountable can change then without anybody doing anything. Agreements change only who performs.
 */
export function changesAfter(snapshot: RoutingSnapshot, after: Instant): readonly Instant[] {
  const { areas, bodies, segments, boundaryStreets } = snapshot
  const grounds = areas.filter(({ kind }) => kind === 'boundary' || kind === 'territory')
  const dated: Validity[] = [...grounds, ...bodies.values(), ...segments, ...boundaryStreets]
  const leaving = [...bodies.values()].flatMap(({ leaves }) => leaves ?? [])
  const instants = [...dated.flatMap(({ from, to }) => [from, to]), ...leaving]
  const coming = instants.filter(instant => instant > after && Number.isFinite(instant))
  return [...new Set(coming)].sort((a, b) => a - b)
}
