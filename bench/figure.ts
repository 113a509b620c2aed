export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly baseline: number
  readonly ratio: number
}

export function figure(name: string, unit: string, value: number, baseline: number): Figure {
  return { name, value, unit, baseline, ratio: value / baseline }
}
