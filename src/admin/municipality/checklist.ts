import type { MessageKey } from '../../core/i18n.ts'
import type { DraftContext } from '../drafts/open-draft.ts'
import { daysOfDocument, todayOf } from '../holidays/document.ts'
import { hostsIn, REGION } from '../hosts/hosts.ts'
import { saysWhoServes } from '../services/offered.ts'

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

/**
 * What is left to do for a jurisdiction of a draft, in the order in which people do it. `unproved`: host names that
 * nobody has proved yet.
 */
export function checklistOf(
  context: DraftContext,
  slug: string,
  unproved: ReadonlySet<string> = new Set(),
): ChecklistItem[] {
  const document = context.values.get(`${slug}/jurisdiction.yaml`) ?? {}
  const hosts = hostsIn(context.values.get(REGION)).filter(({ jurisdiction }) => jurisdiction === slug)
  const today = todayOf(context, slug)
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
    {
      name: 'boundary',
      title: 'admin-boundary',
      text: 'admin-check-boundary',
      path: 'boundary',
      isDone: context.values.has(`${slug}/boundary.geojson`),
      isRequired: document.kind !== 'agency',
    },
    {
      name: 'hours',
      title: 'admin-hours',
      text: 'admin-check-hours',
      path: 'hours',
      isDone: has('hours'),
      isRequired: true,
    },
    {
      name: 'holidays',
      title: 'admin-holidays',
      text: 'admin-check-holidays',
      path: 'holidays',
      isDone: daysOfDocument(document).some(({ date }) => date >= today),
      isRequired: false,
    },
    {
      name: 'services',
      title: 'admin-services',
      text: 'admin-check-services',
      path: 'services',
      isDone: saysWhoServes(context, slug),
      isRequired: true,
    },
    {
      name: 'hosts',
      title: 'admin-hosts',
      text: 'admin-check-hosts',
      path: 'hosts',
      isDone: hosts.length > 0 && hosts.every(({ host }) => !unproved.has(host)),
      isRequired: false,
    },
  ]
}
