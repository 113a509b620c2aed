import { problem } from '../../core/problem.ts'

/** Its type is detected from the content. Metadata is removed: phones record location, time and device. */
export interface CleanPhoto {
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp'
  readonly bytes: Uint8Array<ArrayBuffer>
}

export const MAX_PHOTO_BYTES = 10 * 1024 * 1024

type Bytes = Uint8Array<ArrayBuffer>

/** Throws `too-large`, or `unsupported-media` for anything but an intact JPEG, PNG or WebP. */
export function cleanPhoto(bytes: Bytes): CleanPhoto {
  if (bytes.length > MAX_PHOTO_BYTES) {
    throw problem('too-large', { detail: 'A photo can be up to 10 MB.' })
  }
  try {
    if (startsWith(bytes, 0, [0xff, 0xd8, 0xff])) return { type: 'image/jpeg', bytes: cleanJpeg(bytes) }
    if (startsWith(bytes, 0, PNG_SIGNATURE)) return { type: 'image/png', bytes: cleanPng(bytes) }
    if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') {
      return { type: 'image/webp', bytes: cleanWebp(bytes) }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw problem('unsupported-media', { detail: 'Send photos as JPEG, PNG or WebP.' })
}

// Needed for display, by prefix; other formats share the markers.
const JPEG_APPLICATIONS = new Map([
  [0xe0, 'JFIF\0'],
  [0xe2, 'ICC_PROFILE\0'],
  [0xee, 'Adobe'],
])

// Copies what makes the picture (ITU T.81), nothing after the end marker; of Exif only the orientation.
function cleanJpeg(bytes: Bytes): Bytes {
  const parts: Bytes[] = [bytes.subarray(0, 2)]
  let orientation = 1
  let hasScan = false
  let at = 2
  for (;;) {
    if (byte(bytes, at) !== 0xff) throw new RangeError('no marker')
    const marker = byte(bytes, at + 1)
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === 0xd9) break
    const next = at + 2 + view(bytes).getUint16(at + 2)
    if (next > bytes.length || next < at + 4) throw new RangeError('segment beyond the end')
    if (marker === 0xe1) orientation = exifOrientation(bytes.subarray(at + 4, next)) ?? orientation
    if (isPicture(marker, bytes.subarray(at + 4, next))) parts.push(bytes.subarray(at, next))
    at = next
    if (marker === 0xda) {
      hasScan = true
      const end = endOfScan(bytes, at)
      parts.push(bytes.subarray(at, end))
      at = end
    }
  }
  if (!hasScan) throw new RangeError('no picture')
  if (orientation !== 1) parts.splice(1, 0, orientationSegment(orientation))
  return join([...parts, new Uint8Array([0xff, 0xd9])])
}

function isPicture(marker: number, content: Bytes): boolean {
  if (marker >= 0xc0 && marker < 0xe0) return true
  const begins = JPEG_APPLICATIONS.get(marker)
  return begins !== undefined && ascii(content, 0, begins.length) === begins
}

// Up to the next marker that is neither stuffing (FF00) nor a restart (FFD0–FFD7).
function endOfScan(bytes: Bytes, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = byte(bytes, at + 1)
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at
  }
  throw new RangeError('no end')
}

function exifOrientation(segment: Bytes): number | undefined {
  if (ascii(segment, 0, 4) !== 'Exif') return undefined
  try {
    const tiff = view(segment.subarray(6))
    const little = tiff.getUint16(0) === 0x4949
    const directory = tiff.getUint32(4, little)
    const entries = tiff.getUint16(directory, little)
    for (let entry = 0; entry < entries; entry++) {
      const at = directory + 2 + entry * 12
      if (tiff.getUint16(at, little) === 0x0112) {
        const value = tiff.getUint16(at + 8, little)
        return value >= 1 && value <= 8 ? value : undefined
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

function orientationSegment(orientation: number): Bytes {
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0]
  const tiff = [
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  ]
  return new Uint8Array([0xff, 0xe1, 0, exif.length + tiff.length + 2, ...exif, ...tiff])
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const PNG_CHUNKS = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'iCCP',
  'sBIT',
  'bKGD',
  'pHYs',
])

function cleanPng(bytes: Bytes): Bytes {
  const parts: Bytes[] = [bytes.subarray(0, 8)]
  let hasData = false
  for (let at = 8; ; ) {
    const next = at + 12 + view(bytes).getUint32(at)
    const name = ascii(bytes, at + 4, at + 8)
    if (next > bytes.length) throw new RangeError('chunk beyond the end')
    if (at === 8 && name !== 'IHDR') throw new RangeError('no header')
    if (PNG_CHUNKS.has(name)) parts.push(bytes.subarray(at, next))
    hasData ||= name === 'IDAT'
    if (name === 'IEND' && hasData && next === at + 12) return join(parts)
    if (name === 'IEND') throw new RangeError('no picture')
    at = next
  }
}

const WEBP_CHUNKS = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP'])
// VP8X flags for Exif (0x08) and XMP (0x04).
const WEBP_METADATA_FLAGS = 0x0c

function cleanWebp(bytes: Bytes): Bytes {
  const end = Math.min(bytes.length, 8 + view(bytes).getUint32(4, true))
  const parts: Bytes[] = []
  let hasPicture = false
  for (let at = 12; at < end; ) {
    const name = ascii(bytes, at, at + 4)
    const size = view(bytes).getUint32(at + 4, true)
    const next = at + 8 + size + (size % 2)
    if (next > bytes.length + 1) throw new RangeError('chunk beyond the end')
    if (WEBP_CHUNKS.has(name)) {
      const chunk = bytes.slice(at, next)
      if (name === 'VP8X') chunk[8] = byte(chunk, 8) & ~WEBP_METADATA_FLAGS
      parts.push(chunk)
    }
    hasPicture ||= name === 'VP8 ' || name === 'VP8L' || name === 'ANMF'
    at = next
  }
  if (!hasPicture) throw new RangeError('no picture')
  const body = join(parts)
  const header = new Uint8Array(bytes.slice(0, 12))
  view(header).setUint32(4, body.length + 4, true)
  return join([header, body])
}

function byte(bytes: Bytes, at: number): number {
  const value = bytes[at]
  if (value === undefined) throw new RangeError('beyond the end')
  return value
}

function view(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function ascii(bytes: Bytes, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to))
}

function startsWith(bytes: Bytes, at: number, signature: readonly number[]): boolean {
  return signature.every((value, index) => bytes[at + index] === value)
}

function join(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
