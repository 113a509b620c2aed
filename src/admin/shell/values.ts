import type { DocumentValue } from '../../regions/documents/export.ts'
import type { DocumentPath } from '../../regions/documents/issue.ts'
import { valueAt, withValue } from './document-form.tsx'

/* Reading and changing values of documents in a draft, which may have any shape until the draft is checked. */

export function isRecord(value: unknown): value is DocumentValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function recordAt(value: unknown, path: DocumentPath): DocumentValue | undefined {
  const found = valueAt(value, path)
  return isRecord(found) ? found : undefined
}

export function recordsAt(value: unknown, path: DocumentPath): readonly DocumentValue[] {
  const found = valueAt(value, path)
  return Array.isArray(found) ? found.filter(isRecord) : []
}

export function textAt(value: unknown, path: DocumentPath): string {
  const found = valueAt(value, path)
  return typeof found === 'string' ? found : ''
}

export function textsAt(value: unknown, path: DocumentPath): readonly string[] {
  const found = valueAt(value, path)
  return Array.isArray(found) ? found.filter(item => typeof item === 'string') : []
}

/** A copy of the document with another value at the path, which may be one after the end of a list. Undefined removes it. */
export function withItem(document: DocumentValue, path: DocumentPath, item: unknown): DocumentValue {
  const last = path.at(-1)
  const list = valueAt(document, path.slice(0, -1))
  const adds =
    typeof last === 'number' && (list === undefined || (Array.isArray(list) && last >= list.length))
  if (!adds) return recordOf(withValue(document, path, item))
  const items: unknown[] = Array.isArray(list) ? list : []
  return recordOf(withValue(document, path.slice(0, -1), [...items, item]))
}

function recordOf(value: unknown): DocumentValue {
  return isRecord(value) ? value : {}
}
