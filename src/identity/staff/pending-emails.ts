import * as v from 'valibot'
import type { JobStep } from '../../core/database/handles.ts'
import { enqueueJob, jobKind } from '../../core/database/jobs.ts'
import type { Email, Platform } from '../../platform/platform.ts'
import { regionRoles } from '../region-schema.ts'
import { roles } from '../roles.ts'

// Contain no plain address and no secret: `emails.ts` creates links when it sends them.

const requestedBy = v.object({
  at: v.number(),
  device: v.string(),
  language: v.string(),
  site: v.string(),
  to: v.string(),
  again: v.boolean(),
})
export type RequestedBy = Readonly<v.InferOutput<typeof requestedBy>>

const pendingEmail = v.variant('about', [
  v.object({
    about: v.literal('invitation'),
    staff: v.string(),
    role: v.picklist(roles),
    language: v.string(),
  }),
  v.object({
    about: v.literal('region-administrator'),
    staff: v.string(),
    /** The site's address, and where they begin on it once they have signed in. */
    site: v.string(),
    to: v.string(),
    language: v.string(),
  }),
  v.object({
    about: v.literal('appointment'),
    to: v.nullable(v.string()),
    appointed: v.string(),
    by: v.string(),
    language: v.string(),
  }),
  v.object({
    about: v.literal('region-invitation'),
    staff: v.string(),
    role: v.picklist(regionRoles),
    language: v.string(),
  }),
  v.object({
    about: v.literal('region-role'),
    to: v.string(),
    person: v.string(),
    role: v.picklist(regionRoles),
    by: v.string(),
    hasEnded: v.boolean(),
    language: v.string(),
  }),
  v.object({
    about: v.literal('holidays'),
    staff: v.string(),
    /** The last day of the list. */
    last: v.string(),
    language: v.string(),
  }),
  v.object({
    about: v.literal('agreement-end'),
    staff: v.string(),
    agreement: v.string(),
    /** The first day without it. */
    to: v.string(),
    language: v.string(),
  }),
  v.object({
    about: v.literal('draft-not-applied'),
    staff: v.string(),
    draft: v.string(),
    title: v.string(),
    failed: v.picklist(['changed', 'behind', 'errors', 'not-approved']),
    language: v.string(),
  }),
  v.object({
    about: v.literal('sign-in'),
    /** Keyed hash of the address. */
    mailbox: v.string(),
    asked: requestedBy,
  }),
  v.object({
    about: v.literal('mailbox'),
    staff: v.string(),
    /** Encrypted. */
    email: v.string(),
    asked: requestedBy,
  }),
])
export type PendingEmail = Readonly<v.InferOutput<typeof pendingEmail>>
export type PendingOf<About> = Extract<PendingEmail, { about: About }>

/** One as it is sent; `token`: of the link in it. */
export type Written = Pick<Email, 'to' | 'subject' | 'text'> & {
  readonly token?: string | undefined
}

/** `id` is the same for every attempt. */
export const staffEmailKind = jobKind(
  'staff-email',
  v.object({ id: v.string(), email: pendingEmail }),
  ({ id }) => id,
)

/** Commit it with its cause. `id` is the same for every attempt, and enqueued once. */
export function enqueueStaffEmail(
  platform: Platform,
  id: string,
  email: PendingEmail,
  at = platform.clock.now(),
): JobStep {
  return enqueueJob(staffEmailKind, at, { id, email })
}
