/** An area for people: `320 m²` or `1.25 km²`. */
export function areaInWords(squareMetres: number): string {
  return squareMetres < 100_000 ? `${Math.round(squareMetres)} m²` : `${(squareMetres / 1e6).toFixed(2)} km²`
}
