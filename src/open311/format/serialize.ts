/**
 * A response as one tree, written as XML or, by the "Spark" convention, as JSON: a text leaf becomes its value,
 * an empty one `null`, and a container always an array, even with one child or none.
 */
export type Leaf = string | number | boolean | null
export type Value = Leaf | Container | Fields
export interface Fields {
  readonly [element: string]: Value | undefined
}

/** An element with any number of children of one name: `<attributes><attribute/>…</attributes>`. */
export class Container {
  readonly child: string
  readonly items: readonly Value[]

  constructor(child: string, items: readonly Value[]) {
    this.child = child
    this.items = items
  }

  /** JSON omits the children's name. */
  toJSON(): readonly Value[] {
    return this.items
  }
}

export interface GeoReportAnswer {
  readonly root: string
  readonly value: Container | Fields
}

export function writeJson({ value }: GeoReportAnswer): string {
  return JSON.stringify(value)
}

export function writeXml({ root, value }: GeoReportAnswer): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${element(root, value)}\n`
}

function element(name: string, value: Value): string {
  if (value === null || value === '') return `<${name}/>`
  if (typeof value !== 'object') return `<${name}>${escapeXml(String(value))}</${name}>`
  const children =
    value instanceof Container
      ? value.items.map(item => element(value.child, item))
      : Object.entries(value).map(([child, held]) => (held === undefined ? '' : element(child, held)))
  return children.length === 0 ? `<${name}/>` : `<${name}>${children.join('')}</${name}>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  // A parser turns a bare carriage return into a line feed.
  '\r': '&#13;',
}

/** Also what XML 1.0 cannot carry in any form and is therefore dropped: control characters and lone surrogates. */
const unsafe = /[&<>\r]|[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

export function escapeXml(text: string): string {
  return text.replace(unsafe, character => entities[character] ?? '')
}
