import { ascii, type Bytes, join, startsWith, view } from './bytes.ts'
import { readOrientation, writeOrientation } from './exif.ts'

export const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const PICTURE = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'tRNS', 'gAMA', 'cHRM'],
  ...['sRGB', 'iCCP', 'sBIT', 'bKGD', 'pHYs'],
])

/**
 * Copies what makes the picture; of Exif only the orientation. An end that is missing is added. Throws `RangeError` when
 * it breaks off earlier.
 */
export function cleanPng(bytes: Bytes): Bytes {
  const parts: Bytes[] = []
  let orientation = 1
  let hasData = false
  for (let at = 8; at + 12 <= bytes.length; ) {
    const next = at + 12 + view(bytes).getUint32(at)
    const name = ascii(bytes, at + 4, at + 8)
    if (next > bytes.length) throw new RangeError('chunk beyond the end')
    if (at === 8 && name !== 'IHDR') throw new RangeError('no header')
    if (name === 'IEND') break
    if (name === 'eXIf') orientation = readOrientation(bytes.subarray(at + 8, next - 4)) ?? orientation
    if (PICTURE.has(name)) parts.push(bytes.subarray(at, next))
    hasData ||= name === 'IDAT'
    at = next
  }
  const [header, ...rest] = parts
  if (!hasData || header === undefined) throw new RangeError('no picture')
  const exif = orientation === 1 ? [] : [chunk('eXIf', writeOrientation(orientation))]
  return join([bytes.subarray(0, 8), header, ...exif, ...rest, chunk('IEND', new Uint8Array())])
}

export function isPng(bytes: Bytes): boolean {
  return startsWith(bytes, PNG_SIGNATURE)
}

function chunk(name: string, content: Bytes): Bytes {
  const named = new Uint8Array([...name].map(letter => letter.charCodeAt(0)))
  const checked = join([named, content])
  const whole = join([new Uint8Array(4), checked, new Uint8Array(4)])
  view(whole).setUint32(0, content.length)
  view(whole).setUint32(whole.length - 4, crc32(checked))
  return whole
}

// ISO 3309, as PNG asks for. No function of both runtimes has it.
function crc32(bytes: Bytes): number {
  let crc = -1
  for (const value of bytes) {
    crc ^= value
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}
