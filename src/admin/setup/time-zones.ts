import type { LongLat } from '../../core/geometry.ts'

// Cities of the time zones of the US (tz database, zone1970.tab), west of them the center of a map that has no
// boundary yet.
const cities: Readonly<Record<string, LongLat>> = {
  'America/New_York': [-74.01, 40.71],
  'America/Chicago': [-87.65, 41.85],
  'America/Denver': [-104.98, 39.74],
  'America/Phoenix': [-112.07, 33.45],
  'America/Los_Angeles': [-118.24, 34.05],
  'America/Anchorage': [-149.9, 61.22],
  'Pacific/Honolulu': [-157.86, 21.31],
  'America/Puerto_Rico': [-66.11, 18.47],
  'America/Detroit': [-83.05, 42.33],
  'America/Indiana/Indianapolis': [-86.16, 39.77],
  'America/Kentucky/Louisville': [-85.76, 38.25],
  'America/Boise': [-116.2, 43.61],
  'Pacific/Guam': [144.75, 13.47],
  'Pacific/Pago_Pago': [-170.7, -14.27],
}

/** Those of the US first, then all others by name. */
export function timeZones(): readonly string[] {
  const first = Object.keys(cities)
  return [...first, ...Intl.supportedValuesOf('timeZone').filter(zone => !first.includes(zone))]
}

/** A stand-in until there is a boundary: a city of the zone, or the equator. */
export function centerOf(zone: string): LongLat {
  return cities[zone] ?? [0, 0]
}
