import type { SQL } from 'drizzle-orm'
import { ring } from '../core/jobs.ts'
import type { Platform } from '../platform/platform.ts'
import type { Role } from './roles.ts'

/*
 * Letters about sign-in, as they wait to be written (`letters.ts`). What waits holds no address and no secret that opens
 * anything: the link is made when the letter goes out.
 */

export const STAFF_LETTER = 'staff-letter'

export type WantedLetter =
  /** To somebody who was granted a role: waits in the database of the jurisdiction that did. */
  | {
      readonly about: 'invitation'
      readonly staff: string
      readonly role: Role
      readonly language: string
    }
  /** To whoever has this mailbox, if anybody: waits in the region's database. */
  | {
      readonly about: 'sign-in'
      /** Keyed hash of the address. */
      readonly mailbox: string
      readonly asked: Asked
    }
  /** To a mailbox that somebody who has signed in says is theirs. */
  | {
      readonly about: 'mailbox'
      readonly staff: string
      /** Encrypted. */
      readonly email: string
      readonly asked: Asked
    }

/** Who asked for a letter, and from where. */
export interface Asked {
  readonly at: number
  /** Browser and system in a few words. */
  readonly device: string
  readonly language: string
  /** The site's address from outside. */
  readonly site: string
  /** The page of the site to go on to. */
  readonly to: string
  /** They are signed in, and prove again who they are. */
  readonly again: boolean
}

/** The step that asks for a letter, in the batch of what causes it. `id` names it in every try; one is not asked for twice. */
export function wantLetter(platform: Platform, id: string, letter: WantedLetter): SQL {
  return ring(STAFF_LETTER, platform.clock.now(), `${STAFF_LETTER}:${id}`, { id, letter })
}
