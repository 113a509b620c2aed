import type { Claim } from '../coverage.ts'
import type { Finding } from '../fault.ts'
import { error } from './finding.ts'

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

/** Such as `320 m²` or `1.25 km²`. */
export function areaInWords(squareMetres: number): string {
  return squareMetres < 100_000 ? `${Math.round(squareMetres)} m²` : `${(squareMetres / 1e6).toFixed(2)} km²`
}
