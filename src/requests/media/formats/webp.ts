import { ascii, type Bytes, byte, join, view } from './bytes.ts'
import { readOrientation, writeOrientation } from './exif.ts'

const PICTURE = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP'])
// Flags of VP8X.
const EXIF = 0x08
const XMP = 0x04

/** Copies what makes the picture; of Exif only the orientation. Throws `RangeError` when it breaks off. */
export function cleanWebp(bytes: Bytes): Bytes {
  const end = Math.min(bytes.length, 8 + view(bytes).getUint32(4, true))
  const parts: Bytes[] = []
  let features: Bytes | undefined
  let orientation = 1
  let hasPicture = false
  for (let at = 12; at < end; ) {
    const name = ascii(bytes, at, at + 4)
    const size = view(bytes).getUint32(at + 4, true)
    const next = at + 8 + size + (size % 2)
    if (next > bytes.length + 1) throw new RangeError('chunk beyond the end')
    if (name === 'EXIF') orientation = readOrientation(bytes.subarray(at + 8, at + 8 + size)) ?? orientation
    if (PICTURE.has(name)) {
      const chunk = bytes.slice(at, next)
      if (name === 'VP8X') {
        features = chunk
        chunk[8] = byte(chunk, 8) & ~(EXIF | XMP)
      }
      parts.push(chunk)
    }
    hasPicture ||= name === 'VP8 ' || name === 'VP8L' || name === 'ANMF'
    at = next
  }
  if (!hasPicture) throw new RangeError('no picture')
  if (orientation !== 1 && features !== undefined) {
    features[8] = byte(features, 8) | EXIF
    parts.push(exifChunk(orientation))
  }
  const body = join(parts)
  const header = new Uint8Array(bytes.slice(0, 12))
  view(header).setUint32(4, body.length + 4, true)
  return join([header, body])
}

export function isWebp(bytes: Bytes): boolean {
  return ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP'
}

function exifChunk(orientation: number): Bytes {
  const tiff = writeOrientation(orientation)
  return new Uint8Array([0x45, 0x58, 0x49, 0x46, tiff.length, 0, 0, 0, ...tiff])
}
