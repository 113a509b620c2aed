import { problem } from '../../core/problem.ts'
import { type Bytes, startsWith } from './formats/bytes.ts'
import { cleanJpeg } from './formats/jpeg.ts'
import { cleanPng, isPng } from './formats/png.ts'
import { cleanWebp, isWebp } from './formats/webp.ts'

/**
 * Its type is detected from the content. Metadata is removed, because phones record location, time and device; the
 * orientation is kept.
 */
export interface CleanPhoto {
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp'
  readonly bytes: Bytes
}

export const MAX_PHOTO_BYTES = 10 * 1024 * 1024

/**
 * Repairs what it can. Throws `too-large`, `unsupported-media` for anything but a JPEG, PNG or WebP, and
 * `damaged-photo` for one that has no whole picture.
 */
export function cleanPhoto(bytes: Bytes): CleanPhoto {
  if (bytes.length > MAX_PHOTO_BYTES) {
    throw problem('too-large', { detail: 'A photo can be up to 10 MB.' })
  }
  try {
    if (startsWith(bytes, [0xff, 0xd8, 0xff])) return { type: 'image/jpeg', bytes: cleanJpeg(bytes) }
    if (isPng(bytes)) return { type: 'image/png', bytes: cleanPng(bytes) }
    if (isWebp(bytes)) return { type: 'image/webp', bytes: cleanWebp(bytes) }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw problem('damaged-photo', {
      detail: 'The photo is damaged. Send it again, or another one as JPEG, PNG or WebP.',
    })
  }
  throw problem('unsupported-media', { detail: 'Send photos as JPEG, PNG or WebP.' })
}
