/** Interned sets of polygons and their areas. Transitions are cached, so lookups allocate nothing. */
export interface Memberships {
  readonly none: number
  cross(set: number, group: number): number
  join(set: number, group: number): number
  areasOf(set: number): readonly number[]
}

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
