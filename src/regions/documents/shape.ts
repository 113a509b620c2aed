import * as v from 'valibot'
import type { DocumentPath, IssueAtPath } from './issue.ts'

export function checkShape<T extends v.GenericSchema>(
  schema: T,
  file: string,
  value: unknown,
): { readonly output: v.InferOutput<T> } | { readonly findings: readonly IssueAtPath[] } {
  const result = v.safeParse(schema, value)
  if (result.success) return { output: result.output }
  return { findings: result.issues.map(issue => finding(schema, file, issue, [])) }
}

function finding(
  schema: v.GenericSchema,
  file: string,
  issue: v.BaseIssue<unknown>,
  under: DocumentPath,
): IssueAtPath {
  const inner = innerIssue(issue)
  const path = [...under, ...pathOf(issue)]
  if (inner !== undefined) return finding(schema, file, inner, path)
  const at = { severity: 'error', file, path } as const
  const name = path.at(-1)
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = keysAt(schema, path.slice(0, -1))
    return { ...at, message: `Unknown key "${name}"`, repair: `Use one of: ${known.join(', ')}` }
  }
  if (issue.received === 'undefined') {
    return { ...at, message: `"${name}" is missing`, repair: `Add "${name}"` }
  }
  const label = typeof name === 'number' ? `Number ${name + 1} of the list` : `"${name ?? 'The document'}"`
  const key = issue.path?.at(-1)?.origin === 'key' || undefined
  return {
    ...at,
    message: key ? `The key ${shown(name)} is not valid` : `${label} is ${shown(issue.input)}`,
    repair: hasOwnMessage(issue) ? sentence(issue.message) : expectation(issue),
  }
}

// For a value that fits no form of a union, the issue within the form that was meant.
function innerIssue(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown> | undefined {
  if (issue.type !== 'union') return undefined
  return issue.issues?.find(inner => inner.path !== undefined && inner.path.length > 0)
}

// Valibot's own messages begin like this; those of the documents say how to correct the value.
function hasOwnMessage(issue: v.BaseIssue<unknown>): boolean {
  return !issue.message.startsWith('Invalid ')
}

function pathOf(issue: v.BaseIssue<unknown>): DocumentPath {
  return (issue.path ?? []).map(item => item.key as string | number)
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text (use quotes for a number, or if it starts with #)',
  number: 'a number',
  boolean: 'true or false',
  Array: 'a list',
  Object: 'keys with values',
}

function expectation(issue: v.BaseIssue<unknown>): string {
  const expected = (issue.expected ?? '').replace(/[()]/g, '').split(' | ')
  return `Write ${expected.map(kind => kinds[kind] ?? kind).join(' or ')}`
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'keys with values'
  if (value === null) return 'empty'
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function keysAt(schema: unknown, path: DocumentPath): readonly string[] {
  let level: unknown = schema
  for (const key of path) level = child(unwrapped(level), key)
  return Object.keys(fields(unwrapped(level), 'entries'))
}

function child(schema: unknown, key: string | number): unknown {
  const { entries, item, value } = fields(schema)
  return item ?? value ?? fields(entries)[key]
}

function unwrapped(schema: unknown): unknown {
  const { wrapped, options } = fields(schema)
  if (wrapped !== undefined) return unwrapped(wrapped)
  if (!Array.isArray(options)) return schema
  return options.find(
    option =>
      fields(option).entries !== undefined ||
      fields(option).item !== undefined ||
      fields(option).value !== undefined,
  )
}

function fields(value: unknown, within?: string): Readonly<Record<string, unknown>> {
  const record = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  return within === undefined ? record : fields(record[within])
}
