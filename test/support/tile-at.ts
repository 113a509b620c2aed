/** The tile of the Web Mercator grid at a place. */
export function tileAt(long: number, lat: number, z: number): { z: number; x: number; y: number } {
  const sine = Math.sin((lat * Math.PI) / 180)
  const across = 2 ** z
  return {
    z,
    x: Math.floor(((long + 180) / 360) * across),
    y: Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * across),
  }
}
