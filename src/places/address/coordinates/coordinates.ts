import type { Place } from '../../../core/geometry.ts'

export interface Coordinates extends Place {
  /** Radius in meters: half of the last digit that was given. */
  readonly accuracy: number
}

const METERS_PER_DEGREE = 111_320
const MAX_LENGTH = 100

// Links of maps: geo:38.5,-74.2  …/@38.5,-74.2,17z  …?q=38.5,-74.2  …#map=19/38.5/-74.2
const LINK =
  /(?:^geo:|\/@|[?&](?:q|ll|query|center)=|#map=\d{1,2}\/)(-?\d{1,3}\.\d{1,15})[,/](-?\d{1,3}\.\d{1,15})/
// Two numbers, and no word of more than a letter but those that go with coordinates.
const POSSIBLE = /^(?:(?:lat|lon|lng|deg|coord|north|south|east|west)\p{L}*|\p{L}(?!\p{L})|[^\p{L}])*$/iu
const PIECE = /[+-]?\d+(?:\.\d+)?|\S/g
const DEGREES_MINUTES_SECONDS = ['°', "'", '"']

/**
 * Latitude and longitude in WGS84 as people write and copy them: decimal degrees, or degrees, minutes and seconds; signed or
 * with N, S, E, W; in a map's link. Without letters, latitude is first. Numbers have a decimal point.
 */
export function parseCoordinates(text: string): Coordinates | undefined {
  const link = LINK.exec(text.slice(0, 2000))
  const plain = link ? `${link[1]},${link[2]}` : text.trim()
  if (plain.length > MAX_LENGTH || !POSSIBLE.test(plain)) return undefined
  const pieces = normalized(plain).match(PIECE) ?? []
  const [first, second] = halves(pieces).map(readAngle)
  return first && second && placeOf(first, second)
}

function normalized(text: string): string {
  return text
    .replace(/[º˚]/g, '°')
    .replace(/[′’‘´`]/g, "'")
    .replace(/[″”“]|''/g, '"')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Cf}/gu, '')
    .replace(/[−–—]/g, '-')
    .replace(/\b(?:latitude|longitude|lat|long?|lng|coordinates)\b\s*[:=]?/g, ' ')
    .replace(/\bdeg(?:rees?)?\b/g, '°')
    .replace(/[()[\]]/g, ' ')
    .replace(/(?<=\d\s*°?\s*)(north|south|east|west)\b/g, word => word[0] ?? '')
}

// At the comma, after the first letter, before the second one, or between two numbers.
function halves(pieces: readonly string[]): string[][] {
  const separators = indexesOf(pieces, piece => /^[,;/|]$/.test(piece))
  const letters = indexesOf(pieces, piece => /^[nsew]$/.test(piece))
  const degrees = indexesOf(pieces, piece => piece === '°')
  const at = (index: number | undefined, skip = 0) =>
    index === undefined ? [] : [pieces.slice(0, index), pieces.slice(index + skip)]
  if (separators.length === 1) return at(separators[0], 1)
  if (separators.length > 1) return []
  if (letters.length === 2) return letters[0] === 0 ? at(letters[1]) : at((letters[0] ?? 0) + 1)
  if (degrees.length === 2) return at((degrees[1] ?? 0) - 1)
  return pieces.length === 2 ? at(1) : []
}

function indexesOf(pieces: readonly string[], is: (piece: string) => boolean): number[] {
  return pieces.flatMap((piece, at) => (is(piece) ? [at] : []))
}

interface Angle {
  readonly degrees: number
  /** In degrees */
  readonly resolution: number
  readonly letter: string | undefined
  readonly isPrecise: boolean
}

function readAngle(pieces: readonly string[]): Angle | undefined {
  const letters = pieces.filter(piece => /^[nsew]$/.test(piece))
  const isOutside = /^[nsew]$/.test(pieces[0] ?? '') || /^[nsew]$/.test(pieces.at(-1) ?? '')
  if (letters.length > 1 || (letters.length === 1 && !isOutside)) return undefined
  const values: string[] = []
  let symbols = 0
  for (const piece of pieces.filter(part => !/^[nsew]$/.test(part))) {
    const symbol = DEGREES_MINUTES_SECONDS.indexOf(piece)
    if (/\d/.test(piece)) values.push(piece)
    else if (symbol >= 0 && symbol === values.length - 1) symbols++
    else return undefined
  }
  const [whole = '', ...parts] = values
  const isWhole = values.slice(0, -1).every(value => !value.includes('.'))
  if (
    values.length === 0 ||
    values.length > 3 ||
    !isWhole ||
    parts.some(part => !(Number(part) >= 0 && Number(part) < 60))
  )
    return undefined
  const size = parts.reduce((sum, part, at) => sum + Number(part) / 60 ** (at + 1), Math.abs(Number(whole)))
  const decimals = values.at(-1)?.split('.')[1]?.length ?? 0
  return {
    degrees: whole.startsWith('-') || /[sw]/.test(letters[0] ?? '') ? -size : size,
    resolution: 10 ** -decimals / 60 ** parts.length,
    letter: letters[0],
    isPrecise: decimals > 0 || symbols > 0 || letters.length > 0,
  }
}

function placeOf(first: Angle, second: Angle): Coordinates | undefined {
  if (!first.isPrecise || !second.isPrecise || (first.letter === undefined) !== (second.letter === undefined))
    return undefined
  const isSwapped = first.letter ? /[ew]/.test(first.letter) : Math.abs(first.degrees) > 90
  const [lat, long] = isSwapped ? [second, first] : [first, second]
  if (/[ew]/.test(lat.letter ?? '') || /[ns]/.test(long.letter ?? '')) return undefined
  if (Math.abs(lat.degrees) > 90 || Math.abs(long.degrees) > 180) return undefined
  const accuracy = (Math.max(lat.resolution, long.resolution) * METERS_PER_DEGREE) / 2
  return { lat: lat.degrees, long: long.degrees, accuracy }
}
