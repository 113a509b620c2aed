import { problem } from '../core/problem.ts'

type Pair = readonly [name: string, value: string]

/** What came with a call, by GeoReport's names. An empty value acts exactly like an absent one. */
export class Parameters {
  readonly #values = new Map<string, string[]>()
  /** Files of a multipart form, whatever their field: clients use `media`, `photo1`, `file_1`. */
  readonly files: readonly File[]

  constructor(pairs: Iterable<Pair>, files: readonly File[] = []) {
    for (const [name, value] of pairs) {
      const given = this.#values.get(name)
      if (value === '') continue
      if (given === undefined) this.#values.set(name, [value])
      else given.push(value)
    }
    this.files = files
  }

  /** The first value; empty when there is none. */
  one(name: string): string {
    return this.#values.get(name)?.[0] ?? ''
  }

  /** Comma-delimited, repeated, or both; undefined when there is none. */
  list(name: string): readonly string[] | undefined {
    const items = (this.#values.get(name) ?? []).flatMap(value => value.split(',')).map(item => item.trim())
    const given = items.filter(item => item !== '')
    return given.length === 0 ? undefined : given
  }

  /**
   * Answers by question code: `attribute[CODE]=a`, repeated for several, or with `[]` or an index after it, as
   * the clients of several languages write lists.
   */
  attributes(): Readonly<Record<string, readonly string[]>> {
    const answers: Record<string, string[]> = Object.create(null)
    for (const [name, values] of this.#values) {
      const code = /^attribute\[([^\]]+)\](?:\[\d*\])?$/.exec(name)?.[1]
      if (code === undefined) continue
      answers[code] ??= []
      for (const value of values) answers[code].push(value)
    }
    return answers
  }
}

export function readQuery(request: Request): Parameters {
  return new Parameters(queryPairs(request))
}

const MAX_FORM_BYTES = 1024 * 1024
const MAX_MULTIPART_BYTES = 25 * 1024 * 1024

/**
 * The form of a POST. Each of its fields beats the query's, where some clients send them. Throws `too-large`,
 * `unsupported-media`, or `bad-request` for what is no form in UTF-8.
 */
export async function readForm(request: Request): Promise<Parameters> {
  const type = request.headers.get('content-type') ?? ''
  const [kind = ''] = type.toLowerCase().split(';')
  const query = queryPairs(request)
  if (kind.trim() === 'multipart/form-data') {
    const { pairs, files } = await multipart(await readBytes(request, MAX_MULTIPART_BYTES), type)
    return new Parameters(withQuery(pairs, query), files)
  }
  if (kind !== '' && kind.trim() !== 'application/x-www-form-urlencoded') {
    throw problem('unsupported-media', {
      detail: 'Send a form: application/x-www-form-urlencoded, or multipart/form-data with photos.',
    })
  }
  return new Parameters(withQuery(pairsOf(utf8(await readBytes(request, MAX_FORM_BYTES))), query))
}

function withQuery(form: readonly Pair[], query: readonly Pair[]): Pair[] {
  const given = new Set(form.flatMap(([name, value]) => (value === '' ? [] : [name])))
  return [...form, ...query.filter(([name]) => !given.has(name))]
}

async function readBytes(request: Request, max: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => problem('too-large', { detail: `Send at most ${max / 1024 / 1024} MB.` })
  const announced = request.headers.get('content-length')
  if (Number(announced) > max) throw tooLarge()
  if (announced !== null) return new Uint8Array(await request.arrayBuffer())
  const parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  // Cancelling would cut the connection before the sender has read why.
  for await (const part of request.body?.values({ preventCancel: true }) ?? []) {
    size += part.length
    if (size > max) throw tooLarge()
    parts.push(part)
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

async function multipart(bytes: Uint8Array<ArrayBuffer>, type: string) {
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData().catch(() => {
    throw problem('bad-request', { detail: 'The multipart form cannot be read.' })
  })
  const pairs: Pair[] = []
  const files: File[] = []
  for (const [name, value] of form) {
    if (typeof value === 'string') pairs.push([name, value])
    else if (value.size > 0) files.push(value)
  }
  // The parser has replaced what is not UTF-8; unless the sender wrote that very character.
  if (pairs.some(([, value]) => value.includes('\uFFFD')) && !holdsReplacement(bytes)) throw notUtf8()
  return { pairs, files }
}

function holdsReplacement(bytes: Uint8Array): boolean {
  return bytes.some((byte, at) => byte === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd)
}

function queryPairs(request: Request): Pair[] {
  const [, query = ''] = /\?([^#]*)/.exec(request.url) ?? []
  return pairsOf(query)
}

function pairsOf(form: string): Pair[] {
  return form
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => {
      const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? []
      return [decode(name), decode(value)]
    })
}

/** Strict about UTF-8, where `URLSearchParams` is not; a `%` that escapes nothing stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' ').replace(/%(?![0-9a-f]{2})/gi, '%25'))
  } catch {
    throw notUtf8()
  }
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw notUtf8()
  }
}

function notUtf8() {
  return problem('bad-request', { detail: 'The text is not UTF-8.' })
}
