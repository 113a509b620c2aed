import type { DocumentPath } from '../../regions/documents/issue.ts'

export interface MergeConflict {
  readonly path: DocumentPath
  /** Undefined: removed there. */
  readonly mine: unknown
  readonly theirs: unknown
}

export interface Merged {
  readonly value: unknown
  readonly conflicts: readonly MergeConflict[]
}

/** What a conflict takes, by `pathKey`: absent, it stays a conflict. */
export type Choices = ReadonlyMap<string, 'mine' | 'theirs'>

/**
 * Joins two changes of one document. Objects are joined by key, lists by the id, code, slug or date of their items
 * (other lists are one value). A value that both have changed differently is a conflict, and has my value until
 * somebody chooses.
 */
export function mergeValues(
  base: unknown,
  mine: unknown,
  theirs: unknown,
  choices: Choices = new Map(),
): Merged {
  const conflicts: MergeConflict[] = []
  const merge = (path: DocumentPath, [old, ours, other]: Three): unknown => {
    if (same(ours, other) || same(old, other)) return ours
    if (same(old, ours)) return other
    if (isRecord(ours) && isRecord(other) && (isRecord(old) || old === undefined)) {
      return mergeRecords(path, [old ?? {}, ours, other])
    }
    const lists = [old ?? [], ours, other].map(byId)
    const [oldItems, ownItems, otherItems] = lists
    if (oldItems && ownItems && otherItems) return mergeLists(path, [oldItems, ownItems, otherItems])
    const chosen = choices.get(pathKey(path))
    if (chosen === undefined) conflicts.push({ path, mine: ours, theirs: other })
    return chosen === 'theirs' ? other : ours
  }
  const mergeRecords = (path: DocumentPath, [old, ours, other]: readonly Json[]): Json => {
    const entries = keysOf(ours, other).flatMap(key => {
      const value = merge([...path, key], [old?.[key], ours?.[key], other?.[key]])
      return value === undefined ? [] : [[key, value] as const]
    })
    return Object.fromEntries(entries)
  }
  const mergeLists = (path: DocumentPath, [old, ours, other]: readonly Items[]): unknown[] => {
    const keys = [...new Set([...(ours?.keys() ?? []), ...(other?.keys() ?? [])])]
    return keys.flatMap(key => {
      const value = merge([...path, key], [old?.get(key), ours?.get(key), other?.get(key)])
      return value === undefined ? [] : [value]
    })
  }
  return { value: merge([], [base, mine, theirs]), conflicts }
}

type Three = readonly [unknown, unknown, unknown]
type Json = Readonly<Record<string, unknown>>
type Items = ReadonlyMap<string, unknown>

export function pathKey(path: DocumentPath): string {
  return path.join('/')
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function keysOf(ours: Json | undefined, other: Json | undefined): string[] {
  return [...new Set([...Object.keys(ours ?? {}), ...Object.keys(other ?? {})])]
}

// Undefined for a list whose items have no ids, or share one.
function byId(list: unknown): Items | undefined {
  if (!Array.isArray(list)) return undefined
  const items = new Map(list.map((item: unknown) => [idOf(item), item] as const))
  const hasIds = [...items.keys()].every(id => id !== undefined)
  return hasIds && items.size === list.length ? (items as Map<string, unknown>) : undefined
}

function idOf(item: unknown): string | undefined {
  if (!isRecord(item)) return undefined
  const properties = isRecord(item.properties) ? item.properties : item
  const { id, code, slug, key, date, from } = properties
  const name = [id, code, slug, key, date].find(each => typeof each === 'string')
  if (typeof name !== 'string') return undefined
  return typeof from === 'string' ? `${name} from ${from}` : name
}
