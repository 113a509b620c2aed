import { ascii, type Bytes, view } from './bytes.ts'

// Of Exif, which has the place, the time and the device, only the orientation is kept: without it a photo lies on its
// side.

const ORIENTATION = 0x0112
const SHORT = 3
const LONG = 4

/** 1, as it is stored, to 8 (Exif 2.32, tag 0x0112). Undefined if there is none. */
export function readOrientation(exif: Bytes): number | undefined {
  try {
    // PNG and WebP have it without the mark of JPEG, though some writers add it.
    const tiff = view(ascii(exif, 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif)
    const little = tiff.getUint16(0) === 0x4949
    const directory = tiff.getUint32(4, little)
    const entries = tiff.getUint16(directory, little)
    for (let entry = 0; entry < entries; entry++) {
      const at = directory + 2 + entry * 12
      if (tiff.getUint16(at, little) !== ORIENTATION) continue
      const type = tiff.getUint16(at + 2, little)
      const value = type === LONG ? tiff.getUint32(at + 8, little) : tiff.getUint16(at + 8, little)
      return value >= 1 && value <= 8 ? value : undefined
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return undefined
}

/** As TIFF: a big-endian header and a directory with one entry. */
export function writeOrientation(orientation: number): Bytes {
  const header = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8]
  const entry = [ORIENTATION >> 8, ORIENTATION & 255, 0, SHORT, 0, 0, 0, 1, 0, orientation, 0, 0]
  return new Uint8Array([...header, 0, 1, ...entry, 0, 0, 0, 0])
}
