import { findNodeAtLocation, type Node, parseTree, visit } from 'jsonc-parser'
import { isCollection, isNode, LineCounter, type ParsedNode, parseDocument, visit as visitYaml } from 'yaml'
import type { DocumentPath, SourcePosition } from './issue.ts'

export interface DocumentSource {
  readonly value: unknown
  readonly syntax: readonly SyntaxIssue[]
  /** Where the value at `path` begins, or the nearest one that contains it. */
  at(path: DocumentPath): SourcePosition
}

export interface SyntaxIssue extends SourcePosition {
  readonly message: string
}

// Bytes that are not UTF-8 were read as U+FFFD.
function damageIn(text: string): SyntaxIssue | undefined {
  const at = text.indexOf('\uFFFD')
  if (at < 0) return undefined
  const before = text.slice(0, at).split('\n')
  return {
    message: 'The file is not UTF-8 text. Save it as UTF-8',
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
  }
}

/** YAML 1.2, core schema: dates and times stay text, keys are unique scalars, alias expansion is bounded. */
export function parseYaml(text: string): DocumentSource {
  const damage = damageIn(text)
  if (damage !== undefined) return unparsed([damage])
  const lineCounter = new LineCounter()
  const issueAt = (message: string, offset: number) => ({ message, ...positionAt(lineCounter, offset) })
  try {
    const options = { lineCounter, version: '1.2', prettyErrors: false, logLevel: 'error' } as const
    const document = parseDocument(text, options)
    const syntax = document.errors.map(({ message, pos }) => issueAt(plain(message), pos[0]))
    // Converting such a key to text, as JavaScript would, can take forever.
    visitYaml(document, {
      Pair(_, { key }) {
        if (isCollection(key))
          syntax.push(issueAt('A key is a list or has keys of its own', key.range?.[0] ?? 0))
      },
    })
    if (syntax.length > 0) return unparsed(syntax)
    const at = (path: DocumentPath): SourcePosition => {
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
  return /stack/i.test(message) ? 'The nesting is too deep' : message
}

/** Positions are found by a second pass over the text, on first use. */
export function parseJson(text: string): DocumentSource {
  const damage = damageIn(text)
  if (damage !== undefined) return unparsed([damage])
  const lineCounter = new LineCounter()
  for (let start = 0; start >= 0; start = text.indexOf('\n', start) + 1 || -1) lineCounter.addNewLine(start)
  try {
    const value: unknown = JSON.parse(text)
    let root: { readonly node: Node | undefined } | undefined
    const at = (path: DocumentPath) => {
      root ??= { node: unlessTooDeep(() => parseTree(text)) }
      return positionAt(lineCounter, nearestNode(root.node, path)?.offset ?? 0)
    }
    return { value, syntax: [], at }
  } catch (error) {
    const message = messageOf(error).replace(/ (in JSON )?at position.*/, '')
    return unparsed([{ message, ...positionAt(lineCounter, errorOffset(text) ?? text.length) }])
  }
}

function nearestNode(root: Node | undefined, path: DocumentPath): Node | undefined {
  if (root === undefined) return undefined
  for (let depth = path.length; depth > 0; depth--) {
    const node = findNodeAtLocation(root, path.slice(0, depth))
    if (node !== undefined) return node
  }
  return root
}

function errorOffset(text: string): number | undefined {
  let first: number | undefined
  const onError = (_: unknown, offset: number) => {
    first ??= offset
  }
  unlessTooDeep(() => visit(text, { onError }, { disallowComments: true }))
  return first
}

// jsonc-parser calls itself for each level of nesting; JSON.parse does not.
function unlessTooDeep<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function positionAt(lineCounter: LineCounter, offset: number): SourcePosition {
  const { line, col } = lineCounter.linePos(offset)
  return { line, column: col }
}

function unparsed(syntax: readonly SyntaxIssue[]): DocumentSource {
  return { value: undefined, syntax, at: () => ({ line: 1, column: 1 }) }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
