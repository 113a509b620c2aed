import type { MultiPolygonRings } from '../../../core/geometry.ts'
import { difference } from '../../../geography/polygons/clip.ts'
import { squareMeters } from '../../../geography/polygons/measure.ts'
import type { Documents } from '../../documents/snapshot.ts'
import { changeDays, heldOn, SLIVER } from './coverage.ts'

/** What a jurisdiction's boundary loses and gains from a day on, against what is in force. */
export interface GroundChange {
  readonly jurisdiction: string
  readonly day: string
  readonly lost: Ground
  readonly gained: Ground
}

/** Requests of any age that fell on a change's ground. */
export type GroundRequests = Readonly<
  Record<'lost' | 'gained', { readonly total: number; readonly open: number }>
>

export interface Ground {
  readonly geometry: MultiPolygonRings
  readonly squareMeters: number
}

/** Today and on each later day on which a boundary begins or ends. Less than a sliver counts as nothing. */
export function groundChanges(
  current: Documents | undefined,
  next: Documents,
  today: string,
): GroundChange[] {
  if (current === undefined) return []
  const coming = [...changeDays(current), ...changeDays(next)].filter(day => day > today)
  const reported = new Map<string, string>()
  return [today, ...new Set(coming.sort())].flatMap(day => {
    const [before, after] = [heldBy(current, day), heldBy(next, day)]
    return [...new Set([...before.keys(), ...after.keys()])].flatMap(jurisdiction => {
      const [had, has] = [before.get(jurisdiction) ?? [], after.get(jurisdiction) ?? []]
      const [written, now] = [JSON.stringify(had), JSON.stringify(has)]
      const isReported = (reported.get(jurisdiction) ?? '') === (written === now ? '' : written + now)
      reported.set(jurisdiction, written === now ? '' : written + now)
      if (isReported || written === now) return []
      const [lost, gained] = [groundOf(had, has), groundOf(has, had)]
      return lost.squareMeters + gained.squareMeters === 0 ? [] : [{ jurisdiction, day, lost, gained }]
    })
  })
}

function heldBy(documents: Documents, day: string): Map<string, MultiPolygonRings> {
  const held = new Map<string, MultiPolygonRings>()
  for (const { jurisdiction, geometry } of heldOn(documents, day)) {
    held.set(jurisdiction.slug, [...(held.get(jurisdiction.slug) ?? []), ...geometry])
  }
  return held
}

export const NO_GROUND: Ground = { geometry: [], squareMeters: 0 }

/** Less than a sliver counts as nothing. */
export function groundOf(whole: MultiPolygonRings, without: MultiPolygonRings): Ground {
  const geometry = without.length === 0 ? whole : difference(whole, [without])
  const size = squareMeters(geometry)
  return size < SLIVER ? NO_GROUND : { geometry, squareMeters: size }
}
