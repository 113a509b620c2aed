type Bytes = Uint8Array<ArrayBuffer>

const text = (written: string): number[] => [...written].map(message => message.charCodeAt(0))
const big = (value: number): number[] => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
]
const little = (value: number): number[] => big(value).reverse()

/** What a phone writes into a photo, and nobody may ever read from ours. */
export const secret = 'GPS 38.5923N 74.2435W'

/**
 * A JPEG with one segment of each kind that phones and cameras write, most with the location; `shown` is in the
 * picture.
 */
export function jpeg(shown = ''): Bytes {
  const segment = (marker: number, body: number[]) => {
    const length = body.length + 2
    return [0xff, marker, length >> 8, length & 255, ...body]
  }
  const upsideDown = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 3, 0, 0, 0]
  return new Uint8Array([
    ...[0xff, 0xd8],
    ...segment(0xe0, [...text('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...segment(0xe1, [...text('Exif\0\0'), ...upsideDown, ...text(secret)]),
    ...segment(0xe1, text(`http://ns.adobe.com/xap/1.0/\0<exif>${secret}</exif>`)),
    ...segment(0xe2, text('ICC_PROFILE\0\x01\x01colours')),
    ...segment(0xe2, text(`MPF\0${secret}`)),
    ...segment(0xed, text(`Photoshop 3.0\0${secret}`)),
    ...segment(0xfe, text(secret)),
    ...segment(0xdb, Array(65).fill(1)),
    ...segment(0xc0, [8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
    ...segment(0xc4, [0, ...Array(16).fill(0)]),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    ...[0x11, 0xff, 0x00, 0x22, 0xff, 0xd0, 0x33, ...text(shown)],
    ...[0xff, 0xd9],
    ...text(secret),
  ])
}

export function png(): Bytes {
  const chunk = (name: string, body: number[]) => [...big(body.length), ...text(name), ...body, 1, 2, 3, 4]
  return new Uint8Array([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk('IHDR', [...big(1), ...big(1), 8, 0, 0, 0, 0]),
    ...chunk('eXIf', text(secret)),
    ...chunk('tEXt', text(`Comment\0${secret}`)),
    ...chunk('tIME', [7, 234, 8, 12, 16, 0, 0]),
    ...chunk('IDAT', [1, 2, 3]),
    ...chunk('IEND', []),
    ...text(secret),
  ])
}

export function webp(): Bytes {
  const chunk = (name: string, body: number[]) => [
    ...text(name),
    ...little(body.length),
    ...body,
    ...(body.length % 2 ? [0] : []),
  ]
  const body = [
    ...text('WEBP'),
    ...chunk('VP8X', [0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ...chunk('VP8 ', [1, 2, 3]),
    ...chunk('EXIF', text(secret)),
    ...chunk('XMP ', text(secret)),
  ]
  return new Uint8Array([...text('RIFF'), ...little(body.length), ...body, ...text(secret)])
}
