import type { Ability, Caller } from './callers.ts'
import type { Ids, Party } from './world.ts'

/** What a route answers to whom. */
export interface Expectation {
  /** Who is let in about what is their own: anyone, or whoever has this ability there. */
  readonly needs: 'anyone' | Ability
  /** By what they come through this door. */
  readonly by?: 'cookie' | 'bearer'
  /** What the names in its path stand for. Who may not know of the thing is answered as if there were none. */
  readonly ids?: Readonly<Record<string, keyof Ids>>
  /** What is named is one person's: to everybody else, colleagues too, it is as if it were not there. */
  readonly isPersonal?: true
  /** Whoever is let in is so for the whole region. */
  readonly isRegional?: true
  /** What is named in its query or its form, which is to be as secret as in its path. */
  readonly names?: readonly (keyof Ids)[]
  /** Nobody is signed in any more after it: it is asked last. */
  readonly signsOut?: true
  /** Whoever comes. */
  readonly leadsToSignIn?: true
  /** It shows of anybody's what is public: that others' things are there is no secret. */
  readonly isPublic?: true
  /**
   * What is private there is shown to whose it is and to whoever has this ability there; to everybody else it is as if it
   * were not there.
   */
  readonly privateNeeds?: Ability
  readonly query?: (party: Party, caller: Caller) => Readonly<Record<string, string>>
  readonly json?: (party: Party, caller: Caller) => object
  readonly form?: (party: Party, caller: Caller) => Readonly<Record<string, string>>
  /** What whoever is let in may be answered too, since the thing is not in the state for it. */
  readonly also?: 403 | 404
  /** It may write in any jurisdiction's database: what the public sends. */
  readonly writesAnywhere?: true
  /** What is asked of the region's site as a whole is asked of the party's own site too. */
  readonly site?: 'jurisdiction'
}

export const open = { needs: 'anyone', isPublic: true } as const
export const where = { lat: '38.6', long: '-74.3' }
