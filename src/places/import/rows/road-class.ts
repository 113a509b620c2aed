import type { RoadClass } from './rows.ts'

const PATHS = /walk|stair|trail|path|bike|bicycle|bridle|pedestrian|footway|steps|track|greenway/i
const MOTORWAYS = /interstate|freeway|expressway|motorway|limited access/i
const ARTERIALS = /arterial|secondary|major/i
// NENA's "primary" is the census's S1100.
const HIGHWAYS = /highway|turnpike|trunk|\bramp\b|primary/i

/**
 * From a census feature class (MTFCC, or its predecessor CFCC), a functional class of the Federal Highway
 * Administration (1 to 7), or words. Undefined for what is no road: water, railways, borders.
 */
export function roadClassOf(written: string): RoadClass | undefined {
  const code = written.trim().toUpperCase()
  if (/^[A-Z]\d{4}$/.test(code)) return byMtfcc(code)
  if (/^[A-Z]\d{2}$/.test(code)) return byCfcc(code)
  if (/^[1-7]$/.test(code)) return code <= '2' ? 'highway' : code <= '4' ? 'arterial' : 'local'
  if (PATHS.test(code)) return 'path'
  if (MOTORWAYS.test(code)) return 'highway'
  if (ARTERIALS.test(code)) return 'arterial'
  return HIGHWAYS.test(code) ? 'highway' : 'local'
}

// https://www2.census.gov/geo/pdfs/reference/mtfccs2023.pdf
function byMtfcc(code: string): RoadClass | undefined {
  if (!code.startsWith('S')) return undefined
  if (code === 'S1100' || code === 'S1630') return 'highway'
  if (code === 'S1200') return 'arterial'
  return ['S1500', 'S1710', 'S1720', 'S1820', 'S1830'].includes(code) ? 'path' : 'local'
}

// TIGER/Line before 2007: A1 primary with limited access, A2 primary, A3 secondary, A63 ramps, A7 paths.
function byCfcc(code: string): RoadClass | undefined {
  if (!code.startsWith('A')) return undefined
  if (code.startsWith('A1') || code.startsWith('A2') || code === 'A63') return 'highway'
  if (code.startsWith('A3')) return 'arterial'
  return code.startsWith('A5') || /^A7[1-3]/.test(code) ? 'path' : 'local'
}
