import type { DocumentValue } from '../../regions/documents/export.ts'
import type { Draft } from './drafts.ts'
import { type Choices, type MergeConflict, mergeValues } from './merge.ts'

export interface FileConflict extends MergeConflict {
  readonly file: string
}

export interface Rebased {
  /** What the draft holds, on top of what is in force now. Null: the file is removed. */
  readonly values: ReadonlyMap<string, DocumentValue | null>
  /** Where both the draft and what was applied since have changed the same. */
  readonly conflicts: readonly FileConflict[]
}

type Values = ReadonlyMap<string, DocumentValue>

/** Moves a draft from the version it started from to the one in force. `choices`: by `<file>:<pathKey>`. */
export function rebaseDraft(
  draft: Draft,
  base: Values,
  current: Values,
  choices: ReadonlyMap<string, 'mine' | 'theirs'> = new Map(),
): Rebased {
  const conflicts: FileConflict[] = []
  const values = new Map<string, DocumentValue | null>()
  for (const [file, { value: mine }] of draft.edits) {
    const merged = mergeValues(base.get(file), mine ?? undefined, current.get(file), ofFile(choices, file))
    conflicts.push(...merged.conflicts.map(conflict => ({ ...conflict, file })))
    const value = (merged.value as DocumentValue | undefined) ?? null
    if (JSON.stringify(value) !== JSON.stringify(current.get(file) ?? null)) values.set(file, value)
  }
  return { values, conflicts }
}

function ofFile(choices: ReadonlyMap<string, 'mine' | 'theirs'>, file: string): Choices {
  const prefix = `${file}:`
  const own = [...choices].filter(([key]) => key.startsWith(prefix))
  return new Map(own.map(([key, choice]) => [key.slice(prefix.length), choice]))
}
