export interface Refusal {
  readonly why: string
  readonly repair: string
}

export function isRefusal<T extends object>(result: T | Refusal): result is Refusal {
  return 'why' in result
}

export const NO_AREA: Refusal = {
  why: 'It has no area',
  repair: 'Draw its outline again, or leave it out',
}
