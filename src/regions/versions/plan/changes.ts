import { districtSetsOf } from '../../documents/district-sets.ts'
import type { Documents } from '../../documents/snapshot.ts'

export interface DocumentChange {
  readonly kind: 'added' | 'removed' | 'changed'
  readonly noun: string
  readonly id: string
  readonly details: readonly string[]
}

type Things = ReadonlyMap<string, Readonly<Record<string, unknown>>>

export function changesBetween(before: Documents | undefined, after: Documents): DocumentChange[] {
  const [old, next] = [before && thingsOf(before), thingsOf(after)]
  const changes = Object.entries(next).flatMap(([noun, things]) =>
    compare(noun, old?.[noun] ?? new Map(), things),
  )
  return [...changes, ...orderOfServices(before?.services ?? [], after.services)]
}

type Coded = readonly { readonly code: string }[]

// Residents see services in the order of the file.
function orderOfServices(before: Coded, after: Coded): DocumentChange[] {
  const common = (from: Coded, other: Coded) =>
    from.map(({ code }) => code).filter(code => other.some(service => service.code === code))
  if (common(before, after).join() === common(after, before).join()) return []
  return [{ kind: 'changed', noun: 'order of services', id: '', details: [] }]
}

function compare(noun: string, before: Things, after: Things): DocumentChange[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])]
  return ids.flatMap((id): DocumentChange[] => {
    const [old, next] = [before.get(id), after.get(id)]
    if (old === undefined) return [{ kind: 'added', noun, id, details: [] }]
    if (next === undefined) return [{ kind: 'removed', noun, id, details: [] }]
    const details = differences(old, next)
    return details.length === 0 ? [] : [{ kind: 'changed', noun, id, details }]
  })
}

function differences(
  old: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
): string[] {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])]
  return keys.flatMap(key => {
    const [from, to] = [old[key], next[key]]
    if (JSON.stringify(from) === JSON.stringify(to)) return []
    return isShort(from) && isShort(to) ? [`${key}: ${shown(from)} → ${shown(to)}`] : [`${key} changed`]
  })
}

function isShort(value: unknown): boolean {
  return value === undefined || value === null || (JSON.stringify(value)?.length ?? 0) <= 60
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

// A version as items by id: each key's value is compared as a whole.
function thingsOf({
  region,
  services,
  agreements,
  jurisdictions,
  ...location
}: Documents): Record<string, Things> {
  const { partners = [], ...rest } = region
  return {
    region: new Map([[region.name, rest]]),
    partner: named(partners, ({ id }) => id),
    service: named(services, ({ code }) => code),
    agreement: named(agreements.agreements ?? [], ({ id }) => id),
    'boundary street agreement': named(agreements.boundaryStreets ?? [], ({ id }) => id),
    jurisdiction: named(
      jurisdictions.map(({ districts, ...own }) => own),
      ({ slug }) => slug,
    ),
    'district set': new Map(
      [...districtSetsOf({ jurisdictions, ...location })].map(({ key, set }) => [key, set]),
    ),
    area: named(location.areas.map(flat), ({ id, from }) => period(id, from)),
    road: named(location.roads.map(flat), ({ id, from }) => period(id, from)),
    place: named(location.places.map(flat), ({ name }) => name),
    backdrop: new Map([['map', { shapes: location.backdrop }]]),
  }
}

function flat<P extends object>({ properties, coordinates }: { properties: P; coordinates: unknown }) {
  return { ...properties, shape: coordinates }
}

function named<T extends object>(items: readonly T[], name: (item: T) => string): Things {
  return new Map(items.map(item => [name(item), item as Readonly<Record<string, unknown>>]))
}

function period(id: string, from: string | null | undefined): string {
  return from ? `${id} (from ${from})` : id
}
