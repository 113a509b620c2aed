import { intersection } from '../../geography/clip.ts'
import { squareMetres } from '../../geography/measure.ts'
import { type Claim, SLIVER } from '../coverage.ts'
import type { Finding } from '../fault.ts'
import type { Documents } from '../snapshot.ts'
import { error, shareDays } from './finding.ts'

/** Ground that two bodies of one layer claim, told where the later one is drawn. */
export function checkClaims(claims: readonly Claim[]): Finding[] {
  return claims.map(({ layer, bodies: [one, other], squareMetres }) =>
    error(
      `${other.jurisdiction.slug}/boundary.geojson`,
      ['features', other.feature, 'geometry'],
      `${other.jurisdiction.name} and ${one.jurisdiction.name} both claim ${areaInWords(squareMetres)} in the layer "${layer}"`,
      'Draw one limit for both, end one before the other begins, or part what they offer',
    ),
  )
}

/** Territories of two partners on the same ground: nobody could say whose it is. */
export function checkTerritories({ areas }: Documents): Finding[] {
  return areas.flatMap((area, index) =>
    areas.slice(0, index).flatMap(other => {
      const [a, b] = [area.properties, other.properties]
      const both =
        a.kind === 'territory' && b.kind === 'territory' && a.partner !== b.partner && shareDays(a, b)
      const shared = both ? squareMetres(intersection(area.coordinates, other.coordinates)) : 0
      if (shared < SLIVER) return []
      const message = `"${a.id}" and "${b.id}" both claim ${areaInWords(shared)} for their partners`
      return [
        error(
          'areas.geojson',
          ['features', index],
          message,
          'Draw one limit for both, or end one before the other begins',
        ),
      ]
    }),
  )
}

/** Such as `320 m²` or `1.25 km²`. */
export function areaInWords(squareMetres: number): string {
  return squareMetres < 100_000 ? `${Math.round(squareMetres)} m²` : `${(squareMetres / 1e6).toFixed(2)} km²`
}
