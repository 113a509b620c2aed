import { describe, expect, test } from 'vitest'
import { asProblem } from '../src/core/problem.ts'
import { readOrientation, writeOrientation } from '../src/requests/media/formats/exif.ts'
import { cleanPhoto } from '../src/requests/media/photo.ts'
import { jpeg, png, secret, webp } from './support/photos.ts'

type Bytes = Uint8Array<ArrayBuffer>

const latin = (bytes: Bytes) => Array.from(bytes, byte => String.fromCharCode(byte)).join('')
const bytesOf = (text: string): Bytes => Uint8Array.from(text, letter => letter.charCodeAt(0))

/** As a phone writes it: little-endian, with the maker before and the place after. */
function exif(orientation: number): string {
  const entry = (tag: number, type: number, value: number) => {
    const view = new DataView(new ArrayBuffer(12))
    view.setUint16(0, tag, true)
    view.setUint16(2, type, true)
    view.setUint32(4, 1, true)
    view.setUint32(8, value, true)
    return latin(new Uint8Array(view.buffer))
  }
  const entries = [entry(0x010f, 2, 50), entry(0x0112, 3, orientation), entry(0x8825, 4, 50)]
  return `II*\0\x08\0\0\0\x03\0${entries.join('')}\0\0\0\0${secret}`
}

function insertedAfter(whole: Bytes, mark: string, length: number, inserted: string): Bytes {
  const text = latin(whole)
  const at = text.indexOf(mark) + length
  return bytesOf(text.slice(0, at) + inserted + text.slice(at))
}

const uint32 = (value: number, little: boolean) => {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, value, little)
  return latin(new Uint8Array(view.buffer))
}

/** With an orientation: behind the header of a PNG, at the end of a WebP. */
function turned(kind: 'JPEG' | 'PNG' | 'WebP', orientation: number): Bytes {
  const tiff = exif(orientation)
  if (kind === 'JPEG') {
    const length = tiff.length + 8
    const segment = `\xff\xe1${String.fromCharCode(length >> 8, length & 255)}Exif\0\0${tiff}`
    return insertedAfter(jpeg(), 'MPF\0', 4 + secret.length, segment)
  }
  if (kind === 'PNG') {
    return insertedAfter(png(), 'IHDR', 21, `${uint32(tiff.length, false)}eXIf${tiff}\x01\x02\x03\x04`)
  }
  const odd = tiff.length % 2 ? '\0' : ''
  const body = `${latin(webp()).slice(8, -secret.length)}EXIF${uint32(tiff.length, true)}${tiff}${odd}`
  return bytesOf(`RIFF${uint32(body.length, true)}${body}`)
}

describe.each([
  ['JPEG', jpeg()],
  ['PNG', png()],
  ['WebP', webp()],
] as const)('a %s', (kind, whole) => {
  test('keeps how it is turned, and nothing else of its metadata', () => {
    for (const orientation of [1, 2, 3, 6, 8]) {
      const { bytes } = cleanPhoto(turned(kind, orientation))
      const text = latin(bytes)
      const kept = latin(writeOrientation(orientation))
      expect(text.includes(kept)).toBe(orientation !== 1)
      expect(text).not.toContain(secret)
      expect(cleanPhoto(bytes).bytes).toEqual(bytes)
    }
  })

  test('that breaks off before its picture is damaged, and said to be', () => {
    try {
      expect.unreachable(String(cleanPhoto(whole.slice(0, 30)).type))
    } catch (error) {
      expect(asProblem(error)).toMatchObject({ slug: 'damaged-photo', status: 415 })
      expect(asProblem(error).detail).toMatch(/damaged/)
    }
  })
})

test('an orientation is read in either byte order, as a short or a long, and is ignored where it is none', () => {
  for (const orientation of [1, 3, 8]) {
    expect(readOrientation(writeOrientation(orientation))).toBe(orientation)
    expect(readOrientation(bytesOf(exif(orientation)))).toBe(orientation)
    expect(readOrientation(bytesOf(`Exif\0\0${exif(orientation)}`))).toBe(orientation)
  }
  for (const none of ['', 'II*\0', exif(0), exif(9), exif(6).slice(0, 20), 'MM\0*\xff\xff\xff\xff']) {
    expect(readOrientation(bytesOf(none))).toBeUndefined()
  }
})

test('a PNG’s orientation has a checksum that decoders accept', () => {
  const text = latin(cleanPhoto(turned('PNG', 6)).bytes)
  // Of `eXIf` and the 26 bytes, by another implementation.
  expect(text).toContain(`\0\0\0\x1aeXIf${latin(writeOrientation(6))}\xd6\x67\x4b\x69`)
  expect(text.endsWith('\0\0\0\0IEND\xae\x42\x60\x82')).toBe(true)
})

test('a JPEG that breaks off in its picture is ended there; a PNG without its end gets one', () => {
  const text = latin(jpeg('shown'))
  const scan = text.indexOf('shown')
  for (const end of [scan + 5, scan + 6, text.indexOf('\xff\xd9', scan)]) {
    const { type, bytes } = cleanPhoto(bytesOf(text.slice(0, end)))
    expect(type).toBe('image/jpeg')
    expect(latin(bytes)).toMatch(/shown\xff\xd9$/)
  }
  const drawn = latin(png())
  const { bytes } = cleanPhoto(bytesOf(drawn.slice(0, drawn.indexOf('IEND') - 4)))
  expect(latin(bytes)).toMatch(/IEND\xae\x42\x60\x82$/)
})
