import type { MessageKey } from '../../core/i18n.ts'
import type { DraftContext } from '../drafts/open-draft.ts'

/** One step of bringing a municipality live. */
export interface ChecklistItem {
  readonly name: string
  readonly title: MessageKey
  readonly text: MessageKey
  /** Within the jurisdiction's pages of the draft. */
  readonly path: string
  readonly isDone: boolean
  /** It cannot go live without. */
  readonly isRequired: boolean
}

/** What is left to do for a jurisdiction of a draft, in the order in which people do it. */
export function checklistOf({ values }: DraftContext, slug: string): ChecklistItem[] {
  const document = values.get(`${slug}/jurisdiction.yaml`) ?? {}
  const has = (...keys: readonly string[]) => keys.every(key => document[key] !== undefined)
  return [
    {
      name: 'profile',
      title: 'admin-profile',
      text: 'admin-check-profile',
      path: 'profile',
      isDone: has('name', 'kind', 'code') && (has('phone') || has('email')),
      isRequired: true,
    },
  ]
}
