import { sql } from 'drizzle-orm'
import { openTenant, type Step, type TenantDb, violates } from '../core/db.ts'
import { asProblem, problem } from '../core/problem.ts'
import type { Platform } from '../platform/platform.ts'
import type { Region } from '../regions/compile.ts'
import type { Details } from '../requests/person.ts'
import {
  answeredEffect,
  followAlongEffect,
  followedEffect,
  proposedEffect,
  unlinkedEffect,
} from './effects-duplicates.ts'
import { progressEffect } from './effects-origin.ts'
import { appealEffect, grantEffect, offerEffect, withdrawEffect } from './effects-receiver.ts'
import { answerEffect, decisionEffect } from './effects-sender.ts'
import type { Message } from './messages.ts'

/** A message on its way, as the sender's outbox has it. */
export interface Envelope {
  readonly id: string
  readonly sender: string
  readonly message: Message
  /** Who reported, in plain words, where that crosses: only on its way, never at rest. */
  readonly reporter?: Details | undefined
}

const TRIES = 6

/**
 * Applies a message at its receiver: the effect and the inbox key in one batch, so that it counts once however often it
 * comes. What it finds may change under it; then it looks again. Throws `database-away` when the receiver is, and
 * `not-allowed` for a message in somebody else's name.
 */
export async function receive(
  platform: Platform,
  region: Region,
  receiver: string,
  envelope: Envelope,
): Promise<void> {
  const db = openTenant(platform, { kind: 'system', reason: 'courier' }, region.slug, receiver)
  const at = platform.clock.now()
  if (speakerOf(envelope) !== envelope.sender) throw problem('not-allowed')
  for (let tries = 1; ; tries++) {
    const effect = await effectOf(platform, region, db, envelope, at)
    try {
      await db.commit([
        sql`INSERT INTO inbox (sender, message, at) VALUES (${envelope.sender}, ${envelope.id}, ${at})`,
        ...effect,
      ])
      platform.wake({ kind: 'tenant', region: region.slug, slug: receiver })
      return
    } catch (error) {
      if (violates(error, 'inbox.sender')) return
      const { slug } = asProblem(error)
      const isRace = slug === 'changed-meanwhile' || slug === 'wrong-state'
      if (!isRace || tries === TRIES) throw error
    }
  }
}

/** In whose name a message is. */
function speakerOf({ sender, message }: Envelope): string {
  if ('share' in message) return message.share.jurisdiction
  return 'sender' in message ? message.sender : sender
}

function effectOf(
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
      return grantEffect(platform, region, db, message, reporter, at)
    case 'appeal':
      return appealEffect(db, message)
    case 'answer':
      return answerEffect(region, db, sender, message, at)
    case 'decision':
      return decisionEffect(region, db, sender, message, at)
    case 'progress':
      return progressEffect(db, message)
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
  }
}
