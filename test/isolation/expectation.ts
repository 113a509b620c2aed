import type { Ability, Caller } from './callers.ts'
import type { Ids, Party } from './world.ts'

export interface Expectation {
  /** Who is authorized for their own things: anyone, or those with this ability there. */
  readonly needs: 'anyone' | Ability
  /** How callers authenticate on this route. */
  readonly by?: 'cookie' | 'bearer'
  /**
   * What the names in its path stand for. Callers who may not know of the thing get the answer for a missing
   * one.
   */
  readonly ids?: Readonly<Record<string, keyof Ids>>
  /** The thing belongs to one person: to everyone else, colleagues too, it is as if it did not exist. */
  readonly isPersonal?: true
  /** Authorization is for the whole region. */
  readonly isRegional?: true
  /** A page of administration: who may see those, and not do this, is refused openly. */
  readonly isAdministration?: true
  /** Things named in its query or form, which must be as secret as those in its path. */
  readonly names?: readonly (keyof Ids)[]
  /** It signs the caller out, so it is requested last. */
  readonly signsOut?: true
  /** For every caller. */
  readonly leadsToSignIn?: true
  /** It shows what is public of anyone's: that others' things exist is no secret. */
  readonly isPublic?: true
  /**
   * A private thing is shown to its owner and to those with this ability there; to everyone else it is as if it
   * did not exist.
   */
  readonly privateNeeds?: Ability
  readonly query?: (party: Party, caller: Caller) => Readonly<Record<string, string>>
  readonly json?: (party: Party, caller: Caller) => object
  readonly form?: (party: Party, caller: Caller) => Readonly<Record<string, string>>
  /** Another status that authorized callers may get, because the thing is not in the right state. */
  readonly also?: 403 | 404
  /** It may write in any jurisdiction's database: submissions of the public. */
  readonly writesAnywhere?: true
  /** Requested on the region's site and on the party's own site too. */
  readonly site?: 'jurisdiction'
}

export const open = { needs: 'anyone', isPublic: true } as const
export const where = { lat: '38.6', long: '-74.3' }
