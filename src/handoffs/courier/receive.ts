import { openTenant, type Step, type TenantDb } from '../../core/database/handles.ts'
import { problem } from '../../core/problem.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Region } from '../../regions/runtime/compile.ts'
import type { ContactDetails } from '../../requests/case/person.ts'
import { ratingEffect, reopenEffect } from '../messages/effects-closed.ts'
import {
  answeredEffect,
  followAlongEffect,
  followedEffect,
  proposedEffect,
  unlinkedEffect,
} from '../messages/effects-duplicates.ts'
import { progressEffect } from '../messages/effects-origin.ts'
import { appealEffect, grantEffect, offerEffect, withdrawEffect } from '../messages/effects-receiver.ts'
import { answerEffect, decisionEffect } from '../messages/effects-sender.ts'
import type { Message } from '../messages/messages.ts'
import { applyOnce, retryOnConflict } from './inbox.ts'

export interface Envelope {
  readonly id: string
  readonly sender: string
  readonly message: Message
  /** Only in transit, never stored. */
  readonly reporter?: ContactDetails | undefined
}

/** Throws `database-unavailable`, `not-allowed` for a forged sender, `wrong-state` once it is settled. */
export async function receive(
  platform: Platform,
  region: Region,
  receiver: string,
  envelope: Envelope,
): Promise<void> {
  const db = openTenant(platform, { kind: 'system', reason: 'courier' }, region.slug, receiver)
  const at = platform.clock.now()
  if (speakerOf(envelope) !== envelope.sender) throw problem('not-allowed')
  const result = await retryOnConflict(async () => {
    const effect = await effectOf(platform, region, db, envelope, at)
    return applyOnce(db, envelope, 'applied', effect, at)
  })
  if (result === 'settled') throw problem('wrong-state', { detail: 'An operator already settled it.' })
}

function speakerOf({ sender, message }: Envelope): string {
  if ('share' in message) return message.share.jurisdiction
  return 'sender' in message ? message.sender : sender
}

async function effectOf(
  platform: Platform,
  region: Region,
  db: TenantDb,
  { sender, message, reporter }: Envelope,
  at: number,
): Promise<Step[]> {
  switch (message.kind) {
    case 'offer':
      return offerEffect(db, message)
    case 'withdraw':
      return withdrawEffect(db, message)
    case 'grant':
      return grantEffect(platform, region, db, { message, reporter }, at)
    case 'appeal':
      return appealEffect(db, message)
    case 'answer':
      return answerEffect(region, db, sender, message, at)
    case 'decision':
      return decisionEffect(region, db, sender, message, at)
    case 'progress':
      return progressEffect(db, message)
    case 'reopen':
      return reopenEffect(region, db, message, at)
    case 'rating':
      return ratingEffect(db, message, at)
    case 'duplicate-proposed':
      return proposedEffect(region, db, message, at)
    case 'duplicate-answer':
      return answeredEffect(region, db, message, at)
    case 'duplicate-unlinked':
      return unlinkedEffect(db, message, at)
    case 'follow-along':
      return followAlongEffect(db, message, at)
    case 'followed':
      return followedEffect(db, message, at)
    default:
      // Sent by a newer version: it is retried until this one is upgraded.
      throw new Error(`there is no message of kind ${(message as Message).kind}`)
  }
}
