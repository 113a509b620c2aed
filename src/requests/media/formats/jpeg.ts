import { ascii, type Bytes, byte, join, view } from './bytes.ts'
import { readOrientation, writeOrientation } from './exif.ts'

// Needed for display, by prefix; other formats share the markers.
const APPLICATIONS = new Map([
  [0xe0, 'JFIF\0'],
  [0xe2, 'ICC_PROFILE\0'],
  [0xee, 'Adobe'],
])
const START = new Uint8Array([0xff, 0xd8])
const END = new Uint8Array([0xff, 0xd9])

/**
 * Copies what makes the picture (ITU T.81), nothing after the end marker; of Exif only the orientation. A picture that
 * breaks off is ended after what there is of it. Throws `RangeError` when there is nothing of it.
 */
export function cleanJpeg(bytes: Bytes): Bytes {
  const parts: Bytes[] = []
  let orientation = 1
  let hasScan = false
  for (let at = 2; bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]
    if (marker === 0xff) {
      at++
      continue
    }
    const next = marker === undefined || marker === 0xd9 ? undefined : endOfSegment(bytes, at)
    if (marker === undefined || next === undefined) break
    const content = bytes.subarray(at + 4, next)
    if (marker === 0xe1 && ascii(content, 0, 4) === 'Exif') {
      orientation = readOrientation(content) ?? orientation
    }
    at = next
    if (marker === 0xda) {
      const end = endOfScan(bytes, next)
      hasScan ||= end > next
      at = end
    }
    if (isPicture(marker, content)) parts.push(bytes.subarray(next - content.length - 4, at))
  }
  if (!hasScan) throw new RangeError('no picture')
  return join([START, ...(orientation === 1 ? [] : [orientationSegment(orientation)]), ...parts, END])
}

function endOfSegment(bytes: Bytes, at: number): number | undefined {
  if (at + 4 > bytes.length) return undefined
  const next = at + 2 + view(bytes).getUint16(at + 2)
  return next < at + 4 || next > bytes.length ? undefined : next
}

function isPicture(marker: number, content: Bytes): boolean {
  if (marker >= 0xc0 && marker < 0xe0) return true
  const begins = APPLICATIONS.get(marker)
  return begins !== undefined && ascii(content, 0, begins.length) === begins
}

// Up to the next marker that is neither stuffing (FF00) nor a restart (FFD0–FFD7), or to the last whole byte.
function endOfScan(bytes: Bytes, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    if (at + 1 === bytes.length) return at
    const next = byte(bytes, at + 1)
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at
  }
  return bytes.length
}

function orientationSegment(orientation: number): Bytes {
  const tiff = writeOrientation(orientation)
  return new Uint8Array([0xff, 0xe1, 0, tiff.length + 8, 0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff])
}
