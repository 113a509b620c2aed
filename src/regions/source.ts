import { isCollection, isNode, LineCounter, type ParsedNode, parseDocument, visit } from 'yaml'
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

/** Where bytes were not UTF-8: what reads a file marks them so. */
function damageIn(text: string): SyntaxFault | undefined {
  const at = text.indexOf('\uFFFD')
  if (at < 0) return undefined
  const before = text.slice(0, at).split('\n')
  return {
    message: 'It is not UTF-8 text: save it as UTF-8',
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
  }
}

/** YAML 1.2, core schema: dates and times stay text, a key is a word and stands once, aliases expand to a bounded size. */
export function parseYaml(text: string): Source {
  const damage = damageIn(text)
  if (damage !== undefined) return unparsed([damage])
  const lineCounter = new LineCounter()
  const faultAt = (message: string, offset: number) => ({ message, ...positionAt(lineCounter, offset) })
  try {
    const options = { lineCounter, version: '1.2', prettyErrors: false, logLevel: 'error' } as const
    const document = parseDocument(text, options)
    const syntax = document.errors.map(({ message, pos }) => faultAt(plain(message), pos[0]))
    // Writing such a key out as text, as JavaScript would, can take for ever.
    visit(document, {
      Pair(_, { key }) {
        if (isCollection(key))
          syntax.push(faultAt('A key is a list or has keys of its own', key.range?.[0] ?? 0))
      },
    })
    if (syntax.length > 0) return unparsed(syntax)
    const at = (path: Path): Position => {
      for (let depth = path.length; depth >= 0; depth--) {
        const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true)
        const range = isNode(node) ? (node as ParsedNode).range : undefined
        if (range) return positionAt(lineCounter, range[0])
      }
      return { line: 1, column: 1 }
    }
    return { value: document.toJS(), syntax: [], at }
  } catch (error) {
    return unparsed([{ message: plain(messageOf(error)), line: 1, column: 1 }])
  }
}

function plain(message: string): string {
  return /stack/i.test(message) ? 'It is nested too deeply' : message
}

/** JSON; where values begin is found by a second walk over the text, when it is first asked for. */
export function parseJson(text: string): Source {
  const damage = damageIn(text)
  if (damage !== undefined) return unparsed([damage])
  const lineCounter = new LineCounter()
  for (let start = 0; start >= 0; start = text.indexOf('\n', start) + 1 || -1) lineCounter.addNewLine(start)
  try {
    const value: unknown = JSON.parse(text)
    const offsets = jsonOffsets(text)
    return { value, syntax: [], at: path => positionAt(lineCounter, offsets(path)) }
  } catch (error) {
    const message = messageOf(error)
    const offset = Number(/position (\d+)/.exec(message)?.[1] ?? text.length)
    const plain = message.replace(/ (in JSON )?at position.*/, '')
    return unparsed([{ message: plain, ...positionAt(lineCounter, offset) }])
  }
}

function positionAt(lineCounter: LineCounter, offset: number): Position {
  const { line, col } = lineCounter.linePos(offset)
  return { line, column: col }
}

function unparsed(syntax: readonly SyntaxFault[]): Source {
  return { value: undefined, syntax, at: () => ({ line: 1, column: 1 }) }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

type Children = ReadonlyMap<string | number, number>

/** Finds where the value at a path begins in valid JSON. Each object or list on the way is walked once. */
function jsonOffsets(text: string): (path: Path) => number {
  const walked = new Map<number, Children>()
  const childrenAt = (start: number): Children => {
    const children = walked.get(start) ?? jsonChildren(text, start)
    walked.set(start, children)
    return children
  }
  return path => {
    let at = text.search(/\S/)
    for (const key of path) {
      const child = childrenAt(at).get(key)
      if (child === undefined) break
      at = child
    }
    return at
  }
}

/** Where each member or element of the object or list at `start` begins. */
function jsonChildren(text: string, start: number): Children {
  const children = new Map<string | number, number>()
  const inObject = text[start] === '{'
  if (!inObject && text[start] !== '[') return children
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s"[\]{},:]+/g
  token.lastIndex = start + 1
  let depth = 1
  let key: string | number | undefined = inObject ? undefined : 0
  for (let found = token.exec(text); found !== null && depth > 0; found = token.exec(text)) {
    const [written] = found
    const closes = written === ']' || written === '}'
    if (depth === 1 && written === ',') {
      key = typeof key === 'number' ? key + 1 : undefined
    } else if (depth === 1 && !closes && written !== ':') {
      if (key === undefined) key = JSON.parse(written) as string
      else if (!children.has(key)) children.set(key, found.index)
    }
    if (closes) depth--
    else if (written === '{' || written === '[') depth++
  }
  return children
}
