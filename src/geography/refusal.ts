/** Why something is not taken, and how to mend it: two sentences for people, without their full stops. */
export interface Refusal {
  readonly why: string
  readonly mend: string
}

export function isRefusal<T extends object>(result: T | Refusal): result is Refusal {
  return 'why' in result
}

export const NO_GROUND: Refusal = {
  why: 'It encloses no ground',
  mend: 'Draw its outline again, or leave it out',
}
