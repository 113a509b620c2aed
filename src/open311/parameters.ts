import { MAX_BODY_BYTES, readText } from '../core/http/body.ts'
import { type Pair, parsePairs, readPairs } from '../core/http/form.ts'
import type { Part } from '../core/http/multipart.ts'
import { type FieldError, problem } from '../core/problem.ts'
import {
  type Call,
  isNearlyAttribute,
  isParameter,
  nearestCode,
  nearestParameter,
  parameterNamed,
} from './names.ts'

export class Parameters {
  readonly #values = new Map<string, string[]>()

  /** A parameter under its own name beats one that is written otherwise. */
  constructor(pairs: Iterable<Pair>) {
    const given = [...pairs].filter(([, value]) => value !== '')
    const exact = new Set(given.map(([name]) => name))
    for (const [written, value] of given) {
      const name = parameterNamed(written)
      if (name !== written && exact.has(name)) continue
      const values = this.#values.get(name)
      if (values === undefined) this.#values.set(name, [value])
      else values.push(value)
    }
  }

  one(name: string): string {
    return this.#values.get(name)?.[0] ?? ''
  }

  /** Comma-separated, repeated, or both; undefined when absent. */
  list(name: string): readonly string[] | undefined {
    const items = (this.#values.get(name) ?? []).flatMap(value => value.split(',')).map(item => item.trim())
    const given = items.filter(item => item !== '')
    return given.length === 0 ? undefined : given
  }

  /**
   * Names that this call would ignore though they are close to one of its own, or to a question's code. What is
   * close to neither is the client's own.
   */
  misspelled(call: Call, questions: readonly string[] = []): FieldError[] {
    return [...this.#values.keys()].flatMap((name): FieldError[] => {
      if (isParameter(call, name)) return []
      const meant =
        call === 'report' && isNearlyAttribute(name)
          ? attributeMeant(name, questions)
          : nearestParameter(call, name)
      if (meant === undefined) return []
      return [{ field: name.slice(0, 100), code: 'misspelled', params: { meant } }]
    })
  }

  /** `attribute[CODE]=a`, repeated for several values, or with `[]` or an index after it. */
  attributes(): Readonly<Record<string, readonly string[]>> {
    const answers: Record<string, string[]> = Object.create(null)
    for (const [name, values] of this.#values) {
      const code = codeIn(name)
      if (code === undefined) continue
      answers[code] ??= []
      for (const value of values) answers[code].push(value)
    }
    return answers
  }
}

function codeIn(name: string): string | undefined {
  return /^attributes?\[([^[\]]+)\](?:\[\w*\])*$/i.exec(name)?.[1]?.trim()
}

/** Undefined for an answer that is read, or to a question of the client's own. */
function attributeMeant(name: string, questions: readonly string[]): string | undefined {
  const code = codeIn(name)
  const written = code ?? codeIn(name.replace(/^[a-z]+/i, 'attribute')) ?? ''
  const near = questions.includes(written) ? written : nearestCode(written, questions)
  if (code !== undefined && (near === code || near === undefined)) return undefined
  return `attribute[${near ?? 'code'}]`
}

export function readQuery(request: Request): Parameters {
  return new Parameters(queryPairs(request))
}

const MAX_UPLOAD_BYTES = 25 * 1024 * 1024

/** Called with each file of a multipart form as it arrives, and the fields before it. */
export type TakeFile = (file: Part, before: Parameters) => Promise<void>

/** Some clients send fields in the query: the form's win. Throws `too-large`, `unsupported-media`, `bad-request`. */
export async function readForm(request: Request, takeFile: TakeFile = async () => {}): Promise<Parameters> {
  const query = queryPairs(request)
  const take = (file: Part, before: readonly Pair[]) =>
    takeFile(file, new Parameters(withQuery(before, query)))
  const isNamed = (request.headers.get('content-type') ?? '') !== ''
  const pairs = isNamed
    ? await readPairs(request, { withFiles: MAX_UPLOAD_BYTES, take })
    : parsePairs(await readText(request, MAX_BODY_BYTES))
  if (pairs === undefined) {
    throw problem('unsupported-media', {
      detail: 'Send a form: application/x-www-form-urlencoded, or multipart/form-data with photos.',
    })
  }
  return new Parameters(withQuery(pairs, query))
}

function withQuery(form: readonly Pair[], query: readonly Pair[]): Pair[] {
  const given = new Set(form.flatMap(([name, value]) => (value === '' ? [] : [name])))
  return [...form, ...query.filter(([name]) => !given.has(name))]
}

function queryPairs(request: Request): Pair[] {
  const [, query = ''] = /\?([^#]*)/.exec(request.url) ?? []
  return parsePairs(query)
}
