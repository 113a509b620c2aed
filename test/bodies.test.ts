import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBytes } from '../src/core/http/body.ts'
import { MAX_PAIRS, type Pair, parsePairs, readPairs } from '../src/core/http/form.ts'
import { asProblem } from '../src/core/problem.ts'
import { cleanText } from '../src/core/text.ts'
import { damaged, hostileEncoded, hostileText } from './support/hostile.ts'

const url = 'http://localhost/'
const slugOf = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    error => asProblem(error).slug,
  )

/** A request whose body arrives in pieces of these sizes, in rotation, without a content length. */
function inPieces(bytes: Uint8Array<ArrayBuffer>, type: string, sizes: readonly number[]): Request {
  let at = 0
  let piece = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const size = sizes[piece++ % sizes.length] ?? 1
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + size))
      else controller.close()
      at += size
    },
  })
  return new Request(url, {
    method: 'POST',
    body,
    headers: { 'content-type': type },
    duplex: 'half',
  } as RequestInit)
}

type Read = { fields: Pair[]; files: { name: string; file: string; bytes: number[] }[] }

async function readAll(request: Request, most = 1024 * 1024): Promise<Read> {
  const files: Read['files'] = []
  const fields = await readPairs(request, {
    withFiles: most,
    take: async file => {
      files.push({ name: file.name, file: file.fileName ?? '', bytes: [...(await file.read(most))] })
    },
  })
  return { fields: fields ?? [], files }
}

async function byTheRuntime(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<Read> {
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData()
  const read: Read = { fields: [], files: [] }
  for (const [name, value] of form) {
    if (typeof value === 'string') read.fields.push([name, cleanText(value)])
    else if (value.size > 0) {
      read.files.push({ name, file: value.name, bytes: [...new Uint8Array(await value.arrayBuffer())] })
    }
  }
  return read
}

const sizes = fc.array(fc.oneof(fc.constantFrom(1, 2, 3), fc.integer({ min: 1, max: 5000 })), {
  minLength: 1,
  maxLength: 5,
})
const wellFormed = hostileText.map(text => text.toWellFormed())
const name = fc.oneof(
  fc.constantFrom('description', 'attribute[A]', 'a"b', 'é'),
  wellFormed.filter(text => text !== '' && text.length < 1000 && !text.includes('\uFEFF')),
)
/** Includes content that looks like the boundary, or its beginning. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom('\r\n--', '\r', '\r\n', '\r\r\n--\r\n', '--').map(text => new TextEncoder().encode(text)),
)
/** Together within what a form may hold. */
const parts = fc
  .array(
    fc.oneof(
      fc.record({ name, value: wellFormed }),
      fc.record({ name, file: fc.constantFrom('a.jpg', 'é ñ 写真.jpg', 'a"b.png'), content }),
    ),
    { maxLength: 6 },
  )
  .filter(given => given.reduce((sum, part) => sum + ('value' in part ? part.value.length : 0), 0) < 80_000)

async function multipartOf(made: FormData): Promise<[string, Uint8Array<ArrayBuffer>]> {
  const request = new Request(url, { method: 'POST', body: made })
  return [request.headers.get('content-type') ?? '', new Uint8Array(await request.arrayBuffer())]
}

describe('a multipart form', () => {
  test('is read as the runtime reads it, its values cleaned, however it is cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(parts, sizes, async (given, cut) => {
        const form = new FormData()
        for (const part of given) {
          if ('value' in part) form.append(part.name, part.value)
          else form.append(part.name, new File([part.content], part.file))
        }
        const [type, bytes] = await multipartOf(form)
        expect(await readAll(inPieces(bytes, type, cut))).toEqual(await byTheRuntime(bytes, type))
      }),
      { numRuns: 300 },
    )
  })

  test('that is damaged is refused or read, and never an error', async () => {
    const form = new FormData()
    form.append('description', 'A hole')
    form.append('media', new File([new Uint8Array(2000)], 'a.jpg'))
    const [type, bytes] = await multipartOf(form)
    await fc.assert(
      fc.asyncProperty(damaged(bytes), sizes, async (sent, cut) => {
        expect(['accepted', 'bad-request', 'too-large']).toContain(
          await slugOf(readAll(inPieces(sent, type, cut))),
        )
      }),
      { numRuns: 300 },
    )
  })

  const head = (name: string, file?: string) =>
    `Content-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}`
  const type = 'multipart/form-data; boundary=b'
  const read = (text: string, most?: number) =>
    readAll(inPieces(new TextEncoder().encode(text), type, [1000]), most)

  test.each([
    ['with something before it', `preamble\r\n--b\r\n${head('a')}\r\n\r\nx\r\n--b--`],
    ['with spaces after a boundary', `--b \t\r\n${head('a')}\r\n\r\nx\r\n--b--\r\n`],
    [
      'with other heads',
      `--b\r\nContent-Type: text/plain\r\n${head('a')}\r\nX: y\r\n\r\nx\r\n--b--\r\nepilogue`,
    ],
    ['with names that are not quoted', '--b\r\ncontent-disposition:form-data;name=a\r\n\r\nx\r\n--b--'],
  ])('%s is read', async (_, text) => {
    expect((await read(text)).fields).toEqual([['a', 'x']])
  })

  test.each([
    ['a part without a name', '--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--', 'bad-request'],
    ['a part without a head', '--b\r\n\r\nx\r\n--b--', 'bad-request'],
    ['no end', `--b\r\n${head('a')}\r\n\r\nx`, 'bad-request'],
    ['a head of 9 KB', `--b\r\n${head('a'.repeat(9000))}\r\n\r\nx\r\n--b--`, 'too-large'],
    ['1,001 parts', `${`--b\r\n${head('a')}\r\n\r\nx\r\n`.repeat(1001)}--b--`, 'too-large'],
    ['fields of more than 256 KB', `--b\r\n${head('a')}\r\n\r\n${'x'.repeat(262_145)}\r\n--b--`, 'too-large'],
    [
      'fields of more than 256 KB together',
      `${`--b\r\n${head('a')}\r\n\r\n${'x'.repeat(100_000)}\r\n`.repeat(3)}--b--`,
      'too-large',
    ],
    [
      'more than the door takes',
      `--b\r\n${head('a', 'f')}\r\n\r\n${'x'.repeat(1_100_000)}\r\n--b--`,
      'too-large',
    ],
  ])('with %s is refused', async (_, text, slug) => {
    expect(await slugOf(read(text))).toBe(slug)
  })

  test('tells of a file before it has come, with the fields before it, and passes over what is not taken', async () => {
    let sent = 0
    const pieces = [
      `--b\r\n${head('key')}\r\n\r\nx\r\n--b\r\n${head('media', 'a.jpg')}\r\n\r\nfirst`,
      'rest'.repeat(1000),
      `\r\n--b\r\n${head('after')}\r\n\r\ny\r\n--b--`,
    ]
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const piece = pieces[sent++]
          if (piece === undefined) controller.close()
          else controller.enqueue(new TextEncoder().encode(piece))
        },
      },
      { highWaterMark: 0 },
    )
    const request = new Request(url, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
      duplex: 'half',
    } as RequestInit)
    const parts: unknown[] = []
    const take = async (file: { name: string }, before: readonly Pair[]) =>
      void parts.push([sent, file.name, [...before]])
    const fields = await readPairs(request, { withFiles: 1_000_000, take })
    expect(parts).toEqual([[1, 'media', [['key', 'x']]]])
    expect(fields).toEqual([
      ['key', 'x'],
      ['after', 'y'],
    ])
  })
})

describe('an urlencoded form', () => {
  test('is read as the runtime reads it, its values cleaned, and what is not UTF-8 is refused', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(hostileEncoded, hostileEncoded)), given => {
        const text = given
          .map(([name, value]) => `${name.replaceAll('&', '')}=${value.replaceAll('&', '')}`)
          .join('&')
        const runtime = [...new URLSearchParams(`&${text}`)].filter(
          pair => pair.join('') !== '' || text.includes('='),
        )
        const read = () => parsePairs(text)
        if (runtime.flat().some(part => part.includes('\uFFFD')) && !decodeURIComponentOf(text)) {
          expect(read).toThrow('UTF-8')
        } else expect(read()).toEqual(runtime.map(([name, value]) => [name, cleanText(value)]))
      }),
    )
  })

  test('of a thousand pairs is read, and of one more refused without reading on', () => {
    expect(parsePairs('a&'.repeat(MAX_PAIRS))).toHaveLength(MAX_PAIRS)
    expect(() => parsePairs(`${'a&'.repeat(MAX_PAIRS)}%FF`)).toThrow('1000 fields or fewer')
  })
})

/** Whether every escape is UTF-8. */
function decodeURIComponentOf(text: string): boolean {
  try {
    return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25')) !== undefined
  } catch {
    return false
  }
}

test.each(['announced', 'not announced'])('a body that is too large is refused, its length %s', async how => {
  const bytes = new Uint8Array(1001)
  const request =
    how === 'announced'
      ? new Request(url, { method: 'POST', body: bytes, headers: { 'content-length': '1001' } })
      : inPieces(bytes, 'text/plain', [1])
  expect(await slugOf(readBytes(request, 1000))).toBe('too-large')
  expect(await readBytes(inPieces(bytes, 'text/plain', [1, 700]), 1001)).toEqual(bytes)
})
