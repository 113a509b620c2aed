import { asProblem, problem } from '../problem.ts'
import { cleanText } from '../text.ts'
import { chunksOf, MAX_BODY_BYTES, notUtf8, readText, refuseAnnounced, tooLarge, utf8 } from './body.ts'
import { boundaryOf, type Part, partsOf } from './multipart.ts'

// Urlencoded and multipart forms. The runtimes' own readers have no limits, and Node's takes quadratic time.
// Every value is clean text.

export type Pair = readonly [name: string, value: string]

export const MAX_PAIRS = 1000

export interface FormLimits {
  readonly bytes?: number
  readonly withFiles?: number
  /** Receives each file in order, with the fields before it. What it does not read is skipped. */
  readonly take?: (file: Part, before: readonly Pair[]) => Promise<void>
}

/** Undefined for another content type. Throws `too-large`, and `bad-request` for an invalid form. */
export async function readPairs(request: Request, limits: FormLimits = {}): Promise<Pair[] | undefined> {
  const { bytes = MAX_BODY_BYTES } = limits
  const type = request.headers.get('content-type') ?? ''
  const [kind = ''] = type.toLowerCase().split(';')
  if (kind.trim() === 'application/x-www-form-urlencoded') return parsePairs(await readText(request, bytes))
  if (kind.trim() !== 'multipart/form-data') return undefined
  return readMultipart(request, boundaryOf(type), bytes, limits)
}

async function readMultipart(
  request: Request,
  boundary: string,
  bytes: number,
  { withFiles = bytes, take }: FormLimits,
): Promise<Pair[]> {
  refuseAnnounced(request, withFiles)
  const pairs: Pair[] = []
  let left = bytes
  for await (const part of partsOf(chunksOf(request), boundary, { bytes: withFiles, parts: MAX_PAIRS })) {
    if (part.fileName !== undefined) {
      if (await part.hasContent()) await take?.(part, pairs)
      continue
    }
    const value = await part.read(left).catch(error => {
      throw asProblem(error).slug === 'too-large' ? tooLarge(bytes) : error
    })
    left -= value.length
    pairs.push([part.name, cleanText(utf8(value))])
  }
  return pairs
}

/** A `%` that escapes nothing is literal. Throws `too-large` above `MAX_PAIRS`, `bad-request` if not UTF-8. */
export function parsePairs(text: string): Pair[] {
  const pairs: Pair[] = []
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('&', at)
    const end = next === -1 ? text.length : next
    if (end > at) {
      if (pairs.length === MAX_PAIRS) throw tooMany()
      const equals = text.slice(at, end).indexOf('=')
      const middle = equals === -1 ? end : at + equals
      pairs.push([decode(text.slice(at, middle)), cleanText(decode(text.slice(middle + 1, end)))])
    }
    at = end + 1
  }
  return pairs
}

export function tooMany() {
  return problem('too-large', { detail: `Send ${MAX_PAIRS} fields or fewer.` })
}

function decode(text: string): string {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' ').replace(/%(?![0-9a-f]{2})/gi, '%25'))
  } catch {
    throw notUtf8()
  }
}
