import { isNode, LineCounter, type ParsedNode, parseDocument } from 'yaml'
import type { Path, Position } from './fault.ts'

/** A document as read, which still knows where each value was written. */
export interface Source {
  /** Undefined where the text cannot be parsed. */
  readonly value: unknown
  readonly syntax: readonly SyntaxFault[]
  /** Where the value at `path` begins, or the nearest that contains it. */
  at(path: Path): Position
}

export interface SyntaxFault extends Position {
  readonly message: string
}

/** YAML 1.2, core schema: dates and times stay text, a key may stand once, aliases expand to a bounded size. */
export function parseYaml(text: string): Source {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, version: '1.2', prettyErrors: false })
  const position = (offset: number): Position => {
    const { line, col } = counter.linePos(offset)
    return { line, column: col }
  }
  if (document.errors.length > 0) {
    return unparsed(document.errors.map(error => ({ message: error.message, ...position(error.pos[0]) })))
  }
  try {
    const at = (path: Path): Position => {
      for (let depth = path.length; depth >= 0; depth--) {
        const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true)
        const range = isNode(node) ? (node as ParsedNode).range : undefined
        if (range) return position(range[0])
      }
      return { line: 1, column: 1 }
    }
    return { value: document.toJS(), syntax: [], at }
  } catch (error) {
    return unparsed([{ line: 1, column: 1, message: messageOf(error) }])
  }
}

/** JSON; places are found by a second walk over the text, and only when asked for. */
export function parseJson(text: string): Source {
  const position = (offset: number): Position => {
    const before = text.slice(0, offset)
    const lineStart = before.lastIndexOf('\n') + 1
    return { line: before.split('\n').length, column: offset - lineStart + 1 }
  }
  try {
    const value: unknown = JSON.parse(text)
    return { value, syntax: [], at: path => position(offsetOf(text, path)) }
  } catch (error) {
    const message = messageOf(error)
    const offset = Number(/position (\d+)/.exec(message)?.[1] ?? text.length)
    return unparsed([{ message: message.replace(/ (in JSON )?at position.*/, ''), ...position(offset) }])
  }
}

function unparsed(syntax: readonly SyntaxFault[]): Source {
  return { value: undefined, syntax, at: () => ({ line: 1, column: 1 }) }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const token = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/gy
const space = /\s*/y

function offsetOf(text: string, path: Path): number {
  let at = skipSpace(text, 0)
  for (const key of path) {
    const child = childOffset(text, at, key)
    if (child === undefined) break
    at = child
  }
  return at
}

/** Offset of the member or element `key` of the object or array that begins at `start`; the text is valid JSON. */
function childOffset(text: string, start: number, key: string | number): number | undefined {
  const inObject = text[start] === '{'
  if (!inObject && text[start] !== '[') return undefined
  let depth = 0
  let index = 0
  let name: unknown
  token.lastIndex = start
  for (;;) {
    const from = skipSpace(text, token.lastIndex)
    token.lastIndex = from
    const found = token.exec(text)?.[0]
    if (found === undefined) return undefined
    const begins = depth === 1 && found !== ',' && found !== ':' && found !== ']' && found !== '}'
    if (begins && !inObject && index === key) return from
    if (begins && inObject && name === undefined) name = JSON.parse(found)
    else if (begins && inObject && name === key) return from
    if (found === '{' || found === '[') depth++
    else if (found === '}' || found === ']') depth--
    else if (found === ',' && depth === 1) {
      index++
      name = undefined
    }
    if (depth === 0) return undefined
  }
}

function skipSpace(text: string, from: number): number {
  space.lastIndex = from
  space.exec(text)
  return space.lastIndex
}
