/**
 * Sets of polygons, each kept once under a number, with the areas that they make up. Crossing an edge leads from one
 * set to another; a step once taken is remembered, so that answering allocates nothing.
 */
export interface Memberships {
  /** The set without polygons. */
  readonly none: number
  /** The set after crossing an edge of `group`. */
  cross(set: number, group: number): number
  /** The set with every polygon of `group`. */
  join(set: number, group: number): number
  /** Areas of a set in index order: one frozen array, the same for every set of these areas. */
  areasOf(set: number): readonly number[]
}

/** `groups` are the owners of edges, as polygons; `areaOf` names the area of each polygon. */
export function memberships(groups: readonly (readonly number[])[], areaOf: readonly number[]): Memberships {
  const sets: (readonly number[])[] = []
  const areas: (readonly number[])[] = []
  const shared = new Map<string, readonly number[]>()
  const crossings: Map<number, number>[] = []
  const numbers = new Map<string, number>()

  function numberOf(polygons: ReadonlySet<number>): number {
    const sorted = [...polygons].sort((a, b) => a - b)
    const key = sorted.join()
    const known = numbers.get(key)
    if (known !== undefined) return known
    areas.push(share([...new Set(sorted.map(polygon => areaOf[polygon] as number))]))
    crossings.push(new Map())
    numbers.set(key, sets.length)
    return sets.push(sorted) - 1
  }

  function share(held: number[]): readonly number[] {
    const key = held.sort((a, b) => a - b).join()
    const known = shared.get(key) ?? Object.freeze(held)
    shared.set(key, known)
    return known
  }

  function changed(
    set: number,
    group: number,
    change: (polygons: Set<number>, polygon: number) => void,
  ): number {
    const polygons = new Set(sets[set])
    for (const polygon of groups[group] ?? []) change(polygons, polygon)
    return numberOf(polygons)
  }

  return {
    none: numberOf(new Set()),
    cross(set, group) {
      const taken = crossings[set]?.get(group)
      if (taken !== undefined) return taken
      const next = changed(set, group, (polygons, polygon) => {
        if (!polygons.delete(polygon)) polygons.add(polygon)
      })
      crossings[set]?.set(group, next)
      return next
    },
    join: (set, group) => changed(set, group, (polygons, polygon) => polygons.add(polygon)),
    areasOf: set => areas[set] as readonly number[],
  }
}
